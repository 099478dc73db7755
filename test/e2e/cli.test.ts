// The command line from outside: help, exit codes, streams. Needs the built program (npm test
// builds it first).

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandNames } from '../../src/cli/wrong-arguments.js';
import { deployment, scenarioText, service } from '../scenario/memory-files.js';
import { root } from '../tidy/source-files.js';
import { kubeclock, kubeclockHere, program } from './kubeclock.js';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const escapeCode = '\u001b';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock e2e '));
  mkdirSync(join(folder, 'my app'));
  writeFileSync(join(folder, 'my app', 'web.yaml'), deployment('web'));
  writeFileSync(join(folder, 'my app', 'service.yaml'), service('web'));
  writeFileSync(join(folder, 'bad.yaml'), scenarioText('horizn: 5m\nhorizon: 90\n'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('help', () => {
  test('begins with examples and lists the commands that there are', () => {
    const { code, out, err } = kubeclock(['--help']);
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).toMatch(/^Examples:\n/);
    const listed = [...out.matchAll(/^ {2}kubeclock ([\w-]+)/gm)].map((match) => match[1]);
    expect(listed).toHaveLength(commandNames.length);
    expect(new Set(listed)).toEqual(new Set(commandNames));
  });

  test.each([
    'run',
    'plan',
    'explain',
    'get',
    'describe',
    'cluster-info',
    'validate',
    'conformance',
  ])('of %s begins with examples as well', (command) => {
    const { code, out } = kubeclock([command, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^Examples:\\n *kubeclock ${command} `));
  });

  test('is the same English in every country, and no wider than 100 places', () => {
    const english = kubeclock(['run', '--help'], { env: { LC_ALL: 'C' } }).out;
    const french = kubeclock(['run', '--help'], {
      env: { LC_ALL: 'fr_FR.UTF-8', LANG: 'fr_FR' },
    }).out;
    expect(french).toBe(english);
    expect(english.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  test('names the version', () => {
    expect(kubeclock(['--version']).out).toBe(`${version}\n`);
    expect(kubeclock(['version']).out).toContain(version);
    expect(JSON.parse(kubeclock(['version', '--json']).out)).toMatchObject({ kubeclock: version });
  });
});

describe('a command line that is wrong', () => {
  test.each([
    [[], 'Name a command'],
    [['rnu'], 'Did you mean run'],
    [['run'], 'Name at least one file'],
    [['run', 'x.yaml', '--sed', '1'], 'Did you mean --seed?'],
    [['run', 'nothing.yaml'], 'nothing.yaml does not exist'],
    [['version', '-o', 'xml'], 'xml'],
    [['plan', 'x.yaml', '--seed', '1', '--seed', '2'], '--seed is given more than once'],
    [['validate', 'nothing'], 'nothing does not exist'],
  ])('%j ends with 2, one paragraph on stderr, no stack', (args, message) => {
    const { code, out, err } = kubeclock(args, { cwd: folder });
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
    expect(err).not.toMatch(/^\s+at /m);
    expect(err.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  });
});

describe('bad input', () => {
  test('ends run with 2, names every problem and writes nothing', async () => {
    const before = readdirSync(folder);
    const { code, out, err } = await kubeclockHere(['run', 'bad.yaml'], { cwd: folder });
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('bad.yaml:5:3: error KUBECLOCK1101: unknown field "spec.horizn"');
    expect(err).toContain(
      'bad.yaml:6:12: error KUBECLOCK1202: spec.horizon: 90 is not allowed here',
    );
    expect(err).toContain('  6 |   horizon: 90\n    |            ^\n');
    expect(err).toContain('write: horizon: 90s');
    expect(readdirSync(folder)).toEqual(before);
  });

  test('ends plan and validate with 2 as well', async () => {
    expect((await kubeclockHere(['plan', 'bad.yaml'], { cwd: folder })).code).toBe(2);
    expect((await kubeclockHere(['validate', 'bad.yaml'], { cwd: folder })).code).toBe(2);
  });

  test.each([
    ['malformed YAML', 'a: [1,', 'KUBECLOCK1001'],
    ['a template', 'apiVersion: v1\nkind: Pod\nmetadata: {name: {{.Name}}}\n', 'KUBECLOCK1003'],
    ['no manifest at all', 'replicas: 3\n', 'KUBECLOCK1004'],
    [
      'an API that is gone',
      'apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: c}\n',
      'KUBECLOCK1005',
    ],
  ])('%s on standard input is refused', (_what, input, problem) => {
    const { code, err } = kubeclock(['plan', '-'], { input });
    expect(code).toBe(2);
    expect(err).toContain(`-:`);
    expect(err).toContain(problem);
  });
});

describe('plan', () => {
  const plan = (args: readonly string[], input = '') => {
    const { code, out, err } = kubeclock(['plan', ...args, '--json'], { cwd: folder, input });
    expect(code, err).toBe(0);
    return JSON.parse(out);
  };

  test('takes a folder whose name has a space', () => {
    const { name, operations, nodes } = plan(['my app', '--nodes', '2x4cpu16Gi']);
    expect(name).toBe('my-app');
    expect(operations[0].objects.map(({ kind }: { kind: string }) => kind)).toEqual([
      'Service',
      'Deployment',
    ]);
    expect(nodes.map((node: { metadata: { name: string } }) => node.metadata.name)).toEqual([
      'default-0',
      'default-1',
    ]);
  });

  test('takes standard input, with line ends of Windows', () => {
    const input = `${deployment('a')}\r\n---\r\n${service('a')}\r\n`;
    expect(plan(['-'], input)).toMatchObject({ name: 'stdin', operations: [{ op: 'apply' }] });
  });

  test('says where values come from: flag over environment over scenario over default', () => {
    const file = join(folder, 'seeded.yaml');
    writeFileSync(file, scenarioText('seed: 3'));
    const seedWith = (args: readonly string[], env: Record<string, string>) => {
      const { out } = kubeclock(['plan', file, '--json', ...args], { env });
      const { seed, provenance } = JSON.parse(out);
      const row = provenance.find(({ path }: { path: string }) => path === 'seed');
      return [seed, row.source];
    };
    expect(seedWith([], {})).toEqual(['3', 'scenario']);
    expect(seedWith([], { KUBECLOCK_SEED: '4' })).toEqual(['4', 'flag']);
    expect(seedWith(['--seed', '5'], { KUBECLOCK_SEED: '4' })).toEqual(['5', 'flag']);
  });

  test('prints the same bytes twice', async () => {
    const first = (await kubeclockHere(['plan', 'scenarios/quickstart.yaml', '--json'])).out;
    expect((await kubeclockHere(['plan', 'scenarios/quickstart.yaml', '--json'])).out).toBe(first);
  });

  test('shows a person the cluster, the operations and the settings', async () => {
    const { out } = await kubeclockHere(['plan', 'scenarios/rolling-update.yaml']);
    for (const title of [
      'SCENARIO',
      'CLUSTER',
      'OPERATIONS',
      'THRESHOLDS',
      'SETTINGS',
      'NOTICES',
    ]) {
      expect(out).toContain(`${title}\n`);
    }
    expect(out).toContain('node pool workers: 5 nodes of 4 CPU, 16Gi, 110 pods');
    expect(out).toMatch(/controlPlane\.etcd\.disk +"nvme" +default/);
  });
});

describe('colour and streams', () => {
  test('a pipe has no escape codes; FORCE_COLOR asks for them, NO_COLOR and --no-color refuse', async () => {
    const plain = await kubeclockHere(['plan', 'scenarios/quickstart.yaml']);
    expect(plain.out + plain.err).not.toContain(escapeCode);
    const env = { FORCE_COLOR: '1' };
    expect((await kubeclockHere(['plan', 'scenarios/quickstart.yaml'], { env })).out).toContain(
      escapeCode,
    );
    const refused = await kubeclockHere(['plan', 'scenarios/quickstart.yaml', '--no-color'], {
      env,
    });
    expect(refused.out).not.toContain(escapeCode);
    const none = await kubeclockHere(['plan', 'bad.yaml'], {
      cwd: folder,
      env: { ...env, NO_COLOR: '1' },
    });
    expect(none.err).not.toContain(escapeCode);
  });

  test('variables of other programs are no options', () => {
    expect(kubeclock(['version'], { env: { KUBECLOCK_CORPUS: 'elsewhere' } }).code).toBe(0);
  });

  test('whoever closes the pipe early sees no complaint', () => {
    const command = `"${process.execPath}" "${program}" plan scenarios/node-pool-300.yaml --json | head -1`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: root, encoding: 'utf8' });
    expect(stdout).toBe('{\n');
    expect(stderr).not.toContain('EPIPE');
  });
});

describe('schema and completion', () => {
  test('the printed schema accepts a scenario', async () => {
    const { code, out } = await kubeclockHere(['schema']);
    expect(code).toBe(0);
    const scenario = {
      apiVersion: 'kubeclock.dev/v1alpha1',
      kind: 'Scenario',
      metadata: { name: 'a' },
      spec: {},
    };
    expect(new Ajv({ strict: false }).validate(JSON.parse(out), scenario)).toBe(true);
  });

  test('the completion script is for the shell at hand, and completes commands', () => {
    expect(kubeclock(['completion'], { env: { SHELL: '/bin/bash' } }).out).toContain('complete -o');
    expect(
      kubeclock(['completion'], { env: { SHELL: '/bin/zsh', ZSH_NAME: 'zsh' } }).out,
    ).toContain('#compdef kubeclock');
    const { out } = kubeclock(['--get-yargs-completions', 'kubeclock', 'r'], {
      env: { SHELL: '/bin/bash' },
    });
    expect(out.split('\n')).toContain('run');
  });
});
