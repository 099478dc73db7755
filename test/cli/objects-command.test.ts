// `get` and `describe` from inside: what they accept and what they say. Uses the built thread, so
// that the protocol is the real one. From a run's folder they are called as a user would, below.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ObjectsArguments, objectsCommand } from '../../src/cli/objects-command.js';
import { kubeclock } from '../e2e/kubeclock.js';
import { deployment, scenarioText } from '../scenario/memory-files.js';
import { type FakeTerminalOptions, fakeTerminal } from './fake-terminal.js';

const thread = new URL('../../dist/cli/state-worker.js', import.meta.url);
const endless = new URL('./fake-explain.mjs', import.meta.url);

let folder = '';
let file = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock get '));
  file = join(folder, 'scenario.yaml');
  const operations = `[{op: apply, objects: [${deployment('web', 2)}]}]`;
  const settings = 'seed: s\nhorizon: 1m\nuntil: horizon';
  writeFileSync(file, scenarioText(`${settings}\nworkload: {operations: ${operations}}`));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function ask(
  verb: 'get' | 'describe',
  args: Partial<ObjectsArguments>,
  options: FakeTerminalOptions = {},
  entry = thread,
) {
  const { terminal, out, err } = fakeTerminal(options);
  const found = { resources: ['pods'], files: [file], ...args };
  const code = await objectsCommand(verb, found, terminal, entry);
  return { code, out: out(), err: err() };
}

describe('the state of a scenario', () => {
  test('is that of the time which is asked for', async () => {
    const before = await ask('get', { at: '500us' });
    expect(before).toEqual({ code: 0, out: '', err: 'No resources found in default namespace.\n' });
    const ofNoNamespace = await ask('get', { resources: ['nodeclaims'], at: '500us' });
    expect(ofNoNamespace).toEqual({ code: 0, out: '', err: 'No resources found\n' });
    const creating = await ask('get', { at: '1s' });
    expect(creating.out.split('\n')).toHaveLength(4);
    expect(creating.out).toMatch(/^web-\S+ +0\/1 +\S+ +0 +0s$/m);
    const later = await ask('get', { at: '50s', output: 'wide' });
    expect(later.out).toMatch(/^web-\S+ +1\/1 +Running +0 +4\ds +10\.\S+ +\S+ +<none> +<none>$/m);
  });

  test('is that of the end when no time is asked for, or a later one, which is said', async () => {
    const end = await ask('get', { resources: ['deploy'] });
    expect(end.out).toMatch(/^web +2\/2 +2 +2 +(?:5\ds|60s)$/m);
    const later = await ask('get', { resources: ['deploy'], at: '5m' });
    expect(later.out).toBe(end.out);
    expect(later.err).toMatch(/^The run ended before, at 60\S* s: /);
    const quiet = await ask('get', { resources: ['deploy'], at: '5m' }, { isQuiet: true });
    expect(quiet.err).toBe('');
  });

  test('has names that are not there, with exit code 2 and what there is', async () => {
    const found = await ask('get', { resources: ['deploy', 'web', 'nix'], at: '5s' });
    expect(found.code).toBe(2);
    expect(found.out).toContain('web');
    expect(found.err).toBe('Error from server (NotFound): deployments.apps "nix" not found\n');
  });

  test('can be described', async () => {
    const { out } = await ask('describe', { resources: ['deploy/web'], at: '20s' });
    expect(out).toMatch(/^Name: +web$/m);
    expect(out).toMatch(/Normal +ScalingReplicaSet +\d+s +deployment-controller +Scaled up/);
  });

  test('is JSON for machines', async () => {
    const { out } = await ask('get', { resources: ['po'], json: true, at: '40s' });
    const { kind, items } = JSON.parse(out);
    expect(kind).toBe('List');
    expect(items.map((item: { status: { phase: string } }) => item.status.phase)).toEqual([
      'Running',
      'Running',
    ]);
  });
});

describe('arguments that kubectl would not take either are refused', () => {
  test.each<[Partial<ObjectsArguments>, string]>([
    [{ resources: ['pdos'] }, 'Did you mean pods?'],
    [
      { output: 'custom-columns' },
      '-o custom-columns: the format is table, wide, json, yaml or name',
    ],
    [{ at: '42' }, '--at 42: write a time since the start, such as 42s'],
    [{ selector: 'a in (' }, '-l "a in ("'],
    [{ allNamespaces: true, resources: ['pod', 'x'] }, 'cannot be named across all namespaces'],
    [{ files: [] }, 'Name a run that was made (--run results/quickstart-1)'],
    [{ run: 'nowhere', files: ['a.yaml'] }, '--run nowhere has its own input, so a.yaml'],
    [{ run: 'nowhere', files: [] }, 'there is no such folder'],
  ])('%j', async (args, message) => {
    await expect(ask('get', args)).rejects.toThrow(message);
  });

  test('describe has one format', async () => {
    await expect(ask('describe', { json: true })).rejects.toThrow('describe has one format');
  });

  test('and bad input is shown as run shows it', async () => {
    const bad = join(folder, 'bad.yaml');
    writeFileSync(bad, scenarioText('horizon: 90'));
    const { code, err } = await ask('get', { files: [bad] });
    expect(code).toBe(2);
    expect(err).toContain('write: horizon: 90s');
  });
});

describe('a run that was made', () => {
  test('is made again and shown as the scenario itself, and only when it comes out the same', () => {
    const made = kubeclock(['run', file, '--out', 'made', '-q'], { cwd: folder });
    expect(made.code, made.err).toBe(0);
    const asked = ['get', 'all', '-A', '--at', '3s'];
    const fromRun = kubeclock([...asked, '--run', 'made'], { cwd: folder });
    expect(fromRun.code, fromRun.err).toBe(0);
    expect(fromRun.out).toContain('deployment.apps/web');
    expect(kubeclock([...asked, '-f', file], { cwd: folder }).out).toBe(fromRun.out);

    const summary = join(folder, 'made/summary.json');
    const text = readFileSync(summary, 'utf8');
    writeFileSync(summary, text.replace(/("traceHash": ")./, '$1-'));
    const other = kubeclock([...asked, '--run', 'made'], { cwd: folder });
    expect([other.code, other.out]).toEqual([5, '']);
    expect(other.err).toContain('Run it again to have it looked into.');
  });
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends the command', async (signal, expected) => {
  const running = ask('get', {}, {}, endless);
  setTimeout(() => process.kill(process.pid, signal), 300);
  expect(await running).toEqual({ code: expected, out: '', err: '' });
});
