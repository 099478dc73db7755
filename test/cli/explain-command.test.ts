// The command from inside: what it accepts, and what it says when it cannot explain. Uses the built
// thread, so that the protocol is the real one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExplainArguments, explainCommand } from '../../src/cli/explain-command.js';
import { deployment, scenarioText } from '../scenario/memory-files.js';
import { type FakeTerminalOptions, fakeTerminal } from './fake-terminal.js';

const thread = new URL('../../dist/cli/explain-worker.js', import.meta.url);
const endless = new URL('./fake-explain.mjs', import.meta.url);

let folder = '';
let file = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock explain '));
  file = join(folder, 'scenario.yaml');
  const workload = `workload: {operations: [{op: apply, objects: [${deployment('web', 2)}]}]}`;
  writeFileSync(file, scenarioText(`horizon: 1m\n${workload}`));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function explain(
  args: Partial<ExplainArguments>,
  options: FakeTerminalOptions = {},
  entry = thread,
) {
  const { terminal, out, err } = fakeTerminal(options);
  const found = { subject: 'pod', name: 'web', files: [file], ...args };
  const code = await explainCommand(found, terminal, entry);
  return { code, out: out(), err: err() };
}

describe('a pod', () => {
  test.each([['po'], ['Pods']])('is what is explained: %s', async (subject) => {
    expect((await explain({ subject })).code).toBe(2); // two pods begin with web
  });

  test.each([
    [{}, 'default/web'],
    [{ namespace: 'shop' }, 'shop/web'],
    [{ name: 'shop/web' }, 'shop/web'],
    [{ name: 'shop/web', namespace: 'shop' }, 'shop/web'],
  ])('%j is looked for as %s', async (args, wanted) => {
    const { code, out, err } = await explain(args, { isQuiet: true });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`there is no pod ${wanted} in this run.`);
    expect(err).toMatch(/Pods with such a name:\n {2}default\/web-\S+\n {2}default\/web-\S+\n$/);
  });

  test('is shown with colours where there are any, and the same without', async () => {
    const list = (await explain({}, { isQuiet: true })).err;
    const name = /default\/(web-\S+)/.exec(list)?.[1] ?? '';
    const plain = await explain({ name }, { isQuiet: true });
    const colored = await explain({ name }, { isQuiet: true, color: true });
    expect(plain).toMatchObject({ code: 0, err: '' });
    expect(colored.out).toContain('\u001b[1mTIMELINE');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what is removed.
    expect(colored.out.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain.out);
  });

  test('is named in full when its beginning was enough', async () => {
    const list = (await explain({}, { isQuiet: true })).err;
    const name = /default\/(web-\S+)/.exec(list)?.[1] ?? '';
    const beginning = name.slice(0, -1);
    const { code, err } = await explain({ name: beginning });
    expect([code, err]).toEqual([0, `default/${beginning} is the beginning of default/${name}.\n`]);
    expect((await explain({ name: beginning }, { isQuiet: true })).err).toBe('');
  });
});

describe('arguments that say nothing, or two things, are refused', () => {
  test.each([
    [{ subject: 'node' }, 'only a pod can be explained'],
    [{ name: 'a/b/c' }, '"a/b/c" is no pod'],
    [{ name: '/web' }, '"/web" is no pod'],
    [{ name: 'web/' }, '"web/" is no pod'],
    [{ name: 'shop/web', namespace: 'default' }, 'is in namespace shop, but --namespace says'],
    [{ top: '0' }, '--top 0: write a number of nodes, or all'],
    [{ top: 'many' }, '--top many'],
    [{ files: [] }, 'Name a run that was made'],
    [{ run: 'results/x' }, 'has its own input, so'],
    [{ run: 'results/x', files: [], seed: '1' }, 'so --seed has no place beside it'],
    [{ run: 'results/x', files: [], schedulerConfig: 'f' }, 'so --scheduler-config has no place'],
    [{ run: 'results/x', files: [] }, 'there is no such folder'],
    [{ output: 'xml' }, 'the format is json or table'],
  ])('%j', async (args, message) => {
    await expect(explain(args)).rejects.toThrow(message);
  });

  test('when there is no name at all', async () => {
    const { terminal } = fakeTerminal();
    await expect(explainCommand({ files: [] }, terminal)).rejects.toThrow('explain pod NAME');
  });

  test('and bad input is shown as run shows it', async () => {
    const bad = join(folder, 'bad.yaml');
    writeFileSync(bad, scenarioText('horizon: 90'));
    const { code, err } = await explain({ files: [bad] });
    expect(code).toBe(2);
    expect(err).toContain('write: horizon: 90s');
    expect(err).toContain('nothing was run');
  });
});

describe('a signal', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends the command: %s', async (signal, expected) => {
    const running = explain({}, {}, endless);
    setTimeout(() => process.kill(process.pid, signal), 300);
    expect(await running).toEqual({ code: expected, out: '', err: '' });
    expect(process.listenerCount(signal)).toBe(0);
  });
});
