// Files of scheduler_perf on the command line: what is refused, planned and judged, and what the
// thread that runs them answers.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExitCode } from '../../src/cli/exit-code.js';
import { planPerfCommand, runPerfCommand } from '../../src/cli/perf-command.js';
import {
  loadPerfMachine,
  type PerfArguments,
  perfFileAmong,
  perfFolderName,
} from '../../src/cli/perf-input.js';
import {
  type PerfAnswer,
  type PerfMessage,
  type PerfRequest,
  servePerf,
} from '../../src/cli/perf-protocol.js';
import { runProgram } from '../../src/cli/program.js';
import { judgeFile } from '../../src/cli/validate-command.js';
import type { LoadedScenario } from '../../src/scenario/scenario.js';
import { perfFile, templates } from '../workload/scheduler-perf/perf-files.js';
import { fakeTerminal } from './fake-terminal.js';

const text = `
- name: Basic
  labels: [fast]
  workloadTemplate:
  - {opcode: createNodes, countParam: $nodes}
  - {opcode: createPods, countParam: $pods, podTemplatePath: indexed-pod.yaml, collectMetrics: true}
  workloads:
  - {name: Small, params: {nodes: 2, pods: 4}}
  - {name: Large, params: {nodes: 4, pods: 8}, labels: [performance], threshold: 100}
- name: Devices
  workloadTemplate:
  - {opcode: createResourceDriver, driverName: d, nodes: all}
  workloads:
  - {name: Small}
- name: Stuck
  workloadTemplate:
  - {opcode: createNodes, count: 1}
  - {opcode: createPods, count: 1, podTemplatePath: huge-pod.yaml}
  workloads:
  - {name: Never, labels: [slow]}
`;

let folder = '';
let file = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock perf '));
  const files = { ...templates, [perfFile]: text, 'misc/bad.yaml': `${text}\n  - {nam: x}\n` };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  file = join(folder, perfFile);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function program(...args: readonly string[]) {
  let out = '';
  let err = '';
  const code = await runProgram(args, {
    out: { write: (part: string) => (out += part) },
    err: { write: (part: string) => (err += part) },
    env: {},
  });
  return { code, out, err };
}

describe('the arguments', () => {
  test('may name one file of scheduler_perf', () => {
    expect(perfFileAmong([file])).toBe(file);
    expect(perfFileAmong([join(folder, 'misc/pod.yaml')])).toBeUndefined();
    expect(perfFileAmong(['-', folder])).toBeUndefined();
    expect(() => perfFileAmong([join(folder, 'misc/pod.yaml'), file])).toThrow('it is run alone');
  });

  test.each([
    [['--nodes', '5'], '--nodes has no meaning for a file of scheduler_perf.'],
    [['--until', '10m'], '--until has no meaning for a file of scheduler_perf.'],
    [['--test-case', 'Basik'], 'There is no test case "Basik"; did you mean "Basic"?'],
    [['--workload', 'Huge'], 'There is no workload "Huge"; there are Small, Large, Never.'],
    [['--label', 'nightly'], 'No workload has the labels nightly.'],
    [['--label', 'a', '--label', 'b'], '--label is given more than once.'],
    [['--test-case', 'Devices'], 'No test case of these can be run: Devices: op createResource'],
  ])('%j are refused', async (args, message) => {
    const { code, out, err } = await program('run', file, ...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  test.each(['run', 'plan'])('of %s select nothing in other files', async (command) => {
    const { code, err } = await program(command, join(folder, 'misc/pod.yaml'), '--label', 'x');
    expect(code).toBe(2);
    expect(err).toContain('--label selects in a file of scheduler_perf, and there is none.');
  });

  test('cannot be explained', async () => {
    const { code, err } = await program('explain', 'pod', 'x', file);
    expect(code).toBe(2);
    expect(err).toContain(`${file} is a file of scheduler_perf; only scenarios can be explained.`);
  });

  test('name the folder of the results', () => {
    expect(perfFolderName('a/misc/performance-config.yaml', '1')).toBe('scheduler-perf-misc-1');
    expect(perfFolderName('performance-config.yaml', 'a b/c')).toBe(
      'scheduler-perf-scheduler_perf-a_b_c',
    );
  });
});

describe('a file with errors', () => {
  test('is not run, and every error is shown', async () => {
    const bad = join(folder, 'misc/bad.yaml');
    const { code, err, out } = await program('run', bad);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`${bad}:`);
    expect(err).toContain('unknown field "[2].workloads[1].nam"');
    expect((await program('plan', bad)).code).toBe(2);
  });

  test('under --strict is also one with something unsupported', async () => {
    const { code, err } = await program('run', file, '--test-case', 'Basic', '--strict');
    expect(code).toBe(2);
    expect(err).toContain('unsupported op createResourceDriver in test case "Devices"');
  });

  test('shows what is wrong with the machine too', async () => {
    const { code, err } = await program('run', file, '--set', 'controlPlane.hosts.cores=0');
    expect(code).toBe(2);
    expect(err).toContain('controlPlane.hosts');
  });
});

describe('plan', () => {
  const plan = (args: Partial<PerfArguments> = {}): { code: ExitCode; out: string } => {
    const fake = fakeTerminal();
    const code = planPerfCommand({ files: [file], ...args }, file, fake.terminal);
    return { code, out: fake.out() };
  };
  const rows = (out: string) =>
    out
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(/ {2,}/).slice(0, 2).join('/'));

  test('lists every workload', () => {
    const { code, out } = plan();
    expect(code).toBe(0);
    expect(rows(out)).toEqual(['Basic/Small', 'Basic/Large', 'Devices/Small', 'Stuck/Never']);
    expect(out).toContain('not supported: op createResourceDriver');
  });

  test('lists what is selected, runnable or not', () => {
    expect(rows(plan({ testCase: 'Devices' }).out)).toEqual(['Devices/Small']);
    expect(rows(plan({ workload: 'Small' }).out)).toEqual(['Basic/Small', 'Devices/Small']);
    expect(rows(plan({ label: 'performance' }).out)).toEqual(['Basic/Large']);
    expect(rows(plan({ testCase: 'Basic' }).out)).toEqual(['Basic/Small', 'Basic/Large']);
    expect(() => plan({ workload: 'Nothing' })).toThrow('There is no workload "Nothing"');
  });

  test('prints JSON', () => {
    const { testCases } = JSON.parse(plan({ json: true }).out);
    expect(testCases).toHaveLength(3);
  });
});

describe('validate', () => {
  test('counts what can be run', async () => {
    expect(await judgeFile(file, false)).toMatchObject({
      verdict: 'scheduler_perf',
      detail: '2 of 3 test cases can be run',
    });
    expect(await judgeFile(file, true)).toMatchObject({ verdict: 'invalid' });
  });

  test('finds errors', async () => {
    const { verdict, problems } = await judgeFile(join(folder, 'misc/bad.yaml'), false);
    expect(verdict).toBe('invalid');
    expect(problems.length).toBeGreaterThan(1);
  });

  test('says so in words', async () => {
    const { code, out } = await program('validate', file);
    expect(code).toBe(0);
    expect(out).toContain(': scheduler_perf ok (2 of 3 test cases can be run)\n');
  });
});

describe('the thread', () => {
  const texts = new Map<string, string>(Object.entries({ ...templates, [perfFile]: text }));

  async function serve(change: Partial<PerfRequest> = {}, heapBytes = () => 0) {
    const { scenario } = await loadPerfMachine({ files: [] });
    const messages: PerfMessage[] = [];
    const request: PerfRequest = {
      file: perfFile,
      texts,
      selection: {},
      scenario: scenario as LoadedScenario,
      isSchedulerConfigured: false,
      maxEvents: undefined,
      maxWallMs: undefined,
      maxMemoryBytes: undefined,
      verify: false,
      stopFlag: new SharedArrayBuffer(4),
      ...change,
    };
    servePerf(request, new Map(), (message) => messages.push(message), heapBytes);
    const last = messages.at(-1);
    if (last?.type !== 'done') throw new Error(JSON.stringify(last));
    return last.answer satisfies PerfAnswer;
  }

  test('runs the smallest workload of each test case that can be run', async () => {
    const { result, notReproducible } = await serve({ verify: true });
    expect(result).toMatchObject({
      topic: 'misc',
      seed: '1',
      unsupported: [{ testCase: 'Devices', reasons: ['op createResourceDriver'] }],
      cluster: '1 control-plane host (6 cores), 1 etcd member',
    });
    expect(result.workloads.map(({ workload, failure }) => [workload, failure !== ''])).toEqual([
      ['Small', false],
      ['Never', true],
    ]);
    expect(notReproducible).toEqual([]);
  });

  test('runs what is selected', async () => {
    const { result } = await serve({ selection: { label: 'performance' } });
    expect(result.workloads.map(({ workload }) => workload)).toEqual(['Large']);
    expect(result.workloads[0]?.measurements).toMatchObject([{ scheduled: 8 }]);
  });

  describe('stops', () => {
    const many = `
- name: Many
  workloadTemplate:
  - {opcode: createNodes, count: 40}
  - {opcode: createPods, countParam: $pods, collectMetrics: true}
  workloads:
  - {name: First, params: {pods: 1800}}
  - {name: Second, params: {pods: 1800}}
  - {name: Third, params: {pods: 10}}
`;
    const texts = new Map([[perfFile, many]]);
    const stopped = async (change: Partial<PerfRequest>, heapBytes?: () => number) => {
      const { result } = await serve({ texts, selection: { label: '' }, ...change }, heapBytes);
      return result.workloads.map(({ workload, outcome }) => [workload, outcome.end]);
    };

    test('at a limit of events that all workloads share', async () => {
      const first = (await serve({ texts, selection: { workload: 'First' } })).result.workloads[0];
      const maxEvents = (first?.events ?? 0) + 60_000;
      const { result } = await serve({ texts, selection: { label: '' }, maxEvents });
      expect(result.workloads.map(({ workload, outcome }) => [workload, outcome.end])).toEqual([
        ['First', 'converged'],
        ['Second', 'limit'],
      ]);
    });

    test('when the heap is too large, without the next workload', async () => {
      const ends = await stopped({ maxMemoryBytes: 5 }, () => 6);
      expect(ends).toEqual([['First', 'limit']]);
    });

    test('when the flag is set', async () => {
      const stopFlag = new SharedArrayBuffer(4);
      Atomics.store(new Int32Array(stopFlag), 0, 1);
      expect(await stopped({ stopFlag })).toEqual([['First', 'interrupted']]);
    });

    test('when the time is up', async () => {
      expect(await stopped({ maxWallMs: 0 })).toEqual([['First', 'limit']]);
    });
  });

  test('ends with the error of a run', () => {
    const messages: PerfMessage[] = [];
    const request = { file: perfFile, texts: new Map(), stopFlag: new SharedArrayBuffer(4) };
    const post = (message: PerfMessage) => messages.push(message);
    servePerf(request as unknown as PerfRequest, new Map(), post, () => 0);
    expect(messages).toMatchObject([{ type: 'failed' }]);
  });
});

test('a scheduler that the options configure takes the place of the test case’s', async () => {
  const config = join(folder, 'scheduler.yaml');
  writeFileSync(
    config,
    'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nparallelism: 3\n',
  );
  const { scenario } = await loadPerfMachine({ files: [], schedulerConfig: config });
  expect(scenario?.cluster.controlPlane.scheduler.configuration.parallelism).toBe(3);
  await expect(
    loadPerfMachine({ files: [], schedulerConfig: join(folder, 'nowhere.yaml') }),
  ).rejects.toThrow('there is no such file');
});

test('results go nowhere else than to the folder that is asked for', async () => {
  const fake = fakeTerminal();
  const out = join(folder, 'misc/pod.yaml');
  const args = { files: [file], out, testCase: 'Basic' };
  await expect(runPerfCommand(args, file, fake.terminal)).rejects.toThrow(out);
});
