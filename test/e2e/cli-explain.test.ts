// Pods explained from outside, from a run's folder and from its input. Needs the built program (npm
// test builds it first).

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deployment, scenarioText } from '../scenario/memory-files.js';
import { kubeclock, kubeclockHere } from './kubeclock.js';

let folder = '';
let notices = '';

const pod = (name: string, cpu: string, more = ''): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [{name: c, image: x, resources: {requests: {cpu: ${cpu}}}}]${more}}}`;
const high =
  '{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 1000}';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock explain '));
  const apply = (...objects: string[]): string => `{op: apply, objects: [${objects.join(', ')}]}`;
  const operations = [
    apply(high, pod('calm', '1'), pod('filler', '3'), pod('steady', '3')),
    apply(pod('urgent', '2', ', priorityClassName: high'), pod('huge', '9')).replace(
      'op: apply,',
      'op: apply, at: 30s,',
    ),
  ];
  const pools = '[{name: small, count: 2, cpu: 4, memory: 8Gi}]';
  writeFileSync(
    join(folder, 'cluster.yaml'),
    scenarioText(
      `horizon: 2m\nuntil: horizon\nnodePools: ${pools}\nworkload: {operations: [${operations.join(', ')}]}`,
    ),
  );
  const { code, err } = await kubeclockHere(['run', 'cluster.yaml', '--out', 'run'], {
    cwd: folder,
  });
  if (code !== 0) throw new Error(err);
  notices = err;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const explain = (...args: string[]) => kubeclockHere(['explain', 'pod', ...args], { cwd: folder });

async function explained(...args: string[]): Promise<string> {
  const { code, out, err } = await explain(...args);
  expect(code, err).toBe(0);
  return out;
}

describe('a run is explained from its folder alone', () => {
  test('a pod that was simply scheduled, where two nodes were equal', async () => {
    const out = await explained('calm', '--run', 'run');
    expect(out).toMatch(/^POD default\/calm\n/);
    expect(out).toContain('ATTEMPT 1: scheduled on small-0\n');
    expect(out).toContain('2 of 2 nodes examined, beginning with small-0: 2 feasible, 0 refused.');
    expect(out).toContain('Tie: 2 nodes have the highest total');
    expect(out).toMatch(/→ small-0 +\d+/);
    expect(out).toContain('bound to small-0');
  });

  test('a pod that fits nowhere, as the run has said', async () => {
    expect(notices).toContain('why: kubeclock explain pod default/huge --run run\n');
    const out = await explained('huge', '--run', 'run');
    expect(out).toContain('node     none (Pending;');
    expect(out).toContain('0/2 nodes are available: 2 Insufficient cpu.');
    expect(out).toMatch(/2 {2}NodeResourcesFit: Insufficient cpu\n +asks for cpu 9, at most /);
    expect(out).toContain('unschedulablePods: ScheduleAttemptFailure');
  });

  test('a pod that preempts another, and the one that has to go', async () => {
    const out = await explained('urgent', '--run', 'run');
    expect(out).toMatch(/default\/(?:filler|steady) +priority 0 +gone at \d+\.\d{6} s/);
    expect(out).toContain('The pod is nominated to this node, and it is feasible');
    expect(out).toContain('AssignedPodDelete of Pod default/');
    const victim = /default\/(filler|steady) +priority/.exec(out)?.[1] ?? '';
    expect(await explained(victim, '--run', 'run')).toContain('deleted');
  });

  test('and gives the bytes that its input gives, here and where the files are not', async () => {
    const fromRun = await explained('urgent', '--run', 'run', '--json');
    expect(await explained('urgent', 'cluster.yaml', '--json')).toBe(fromRun);
    const elsewhere = await kubeclockHere(
      ['explain', 'pod', 'urgent', '--run', join(folder, 'run'), '--json'],
      { cwd: tmpdir() },
    );
    expect(elsewhere.out).toBe(fromRun);
    const { attempts, pod: found } = JSON.parse(fromRun);
    expect(found).toMatchObject({ name: 'urgent', priority: 1000, requests: { cpu: 2000 } });
    expect(attempts[0].preemption.tried).toHaveLength(2);
    expect(attempts[0].refused).toHaveLength(2);
  });

  test('also when its input came from standard input', async () => {
    const args = ['run', '-', '--nodes', '2x4cpu8Gi', '--out', 'piped', '-q'];
    const { code, err } = kubeclock(args, { cwd: folder, input: deployment('piped') });
    expect(code, err).toBe(0);
    expect(await explained('piped', '--run', 'piped', '-q')).toContain('owner    Deployment/piped');
  });

  test('also when a plugin of its own has scored, whose file is gone since', async () => {
    const plugin =
      'score: (s, p, nodes, n, scores) => { for (let i = 0; i < nodes.count; i++) scores[i] = 10 * i; }';
    const file = join(folder, 'prefer-last.js');
    writeFileSync(file, `export const p = { name: 'PreferLast', ${plugin} };`);
    writeFileSync(join(folder, 'one.yaml'), pod('one', '1'));
    const args = ['run', 'one.yaml', '--nodes', '3x4cpu8Gi', '--plugin', 'prefer-last.js'];
    const { code, err } = await kubeclockHere([...args, '--out', 'plugged', '-q'], { cwd: folder });
    expect(code, err).toBe(0);
    rmSync(file);
    const looked = await explain('one', '--run', 'plugged');
    expect(looked).toMatchObject({ code: 0, err: '' });
    expect(looked.out).toContain('Highest total');
    expect(looked.out).toMatch(/ PreferLast ×1\n/);
    expect(looked.out).toMatch(/→ default-2 +\d+ +20\n/);
  });

  test('as far as it went, when a limit has cut it short', async () => {
    const long = ['--until', '24h', '--max-events', '65k', '--out', 'cut', '-q'];
    expect((await kubeclockHere(['run', 'cluster.yaml', ...long], { cwd: folder })).code).toBe(6);
    const { code, out, err } = await explain('calm', '--run', 'cut');
    expect(code, err).toBe(0);
    expect(out).toContain('scheduled on small-0');
    expect(err).toContain('What came later is not known: Stopped at --max-events');
  });
});

describe('what cannot be explained', () => {
  test.each([
    ['a misspelt name', ['urgnt'], 'Did you mean default/urgent?'],
    ['another namespace', ['urgent', '-n', 'shop'], '  default/urgent\n'],
    ['no name at all', [], 'explain pod NAME'],
  ])('%s: exit 2', async (_what, args, message) => {
    const { code, out, err } = await explain(...args, '--run', 'run');
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  test('a results folder in the place of the input: exit 2, with what to write', async () => {
    const { code, err } = await explain('calm', 'run');
    expect(code).toBe(2);
    expect(err).toContain('write --run run');
  });

  test('a run whose trace is another: exit 5, and nothing on stdout', async () => {
    await kubeclockHere(['run', 'cluster.yaml', '--out', 'changed', '-q'], { cwd: folder });
    const file = join(folder, 'changed/inputs.json');
    const inputs = readFileSync(file, 'utf8');
    expect(inputs).toContain('"seed": "1"');
    writeFileSync(file, inputs.replace('"seed": "1"', '"seed": "2"'));
    const { code, out, err } = await explain('calm', '--run', 'changed');
    expect([code, out]).toEqual([5, '']);
    expect(err).toMatch(
      /not reproducible: changed has trace hash \w+, and running its input again/,
    );
  });

  test('a folder of an earlier version: exit 2', async () => {
    await kubeclockHere(['run', 'cluster.yaml', '--out', 'old', '-q'], { cwd: folder });
    rmSync(join(folder, 'old/inputs.json'));
    const { code, err } = await explain('calm', '--run', 'old');
    expect(code).toBe(2);
    expect(err).toContain('old holds no inputs.json');
  });
});

describe('what is shown', () => {
  test('fits a terminal, and has no escape codes in a pipe', async () => {
    const out = await explained('urgent', '--run', 'run');
    expect(out.split('\n').filter((line) => [...line].length > 100)).toEqual([]);
    expect(out).not.toContain('\u001b');
  });

  test('is as much as --top asks for', async () => {
    const many = join(folder, 'many.yaml');
    writeFileSync(many, pod('lonely', '1'));
    const args = ['lonely', 'many.yaml', '--nodes', '30x4cpu8Gi'];
    expect(await explained(...args)).toContain('and 20 more feasible nodes (--top all)');
    expect(await explained(...args, '--top', 'all')).toMatch(/default-29 +\d+/);
    expect(
      (await explained(...args, '--top', '1')).match(/^ {4}(?:→| ) default-\d+/gm),
    ).toHaveLength(1);
  });
});
