import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judgeFile, validateCommand } from '../../src/cli/validate-command.js';
import { deployment, scenarioText } from '../scenario/memory-files.js';
import { fakeTerminal } from './fake-terminal.js';

const widget = 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n';

const contents: Readonly<Record<string, string>> = {
  'ok/scenario.yaml': scenarioText('seed: 1'),
  'ok/app.yaml': `${deployment('a')}\n---\n${deployment('b')}\n---\n${widget}`,
  'ok/widget.yaml': widget,
  'ok/values.yaml': 'replicas: 3\n',
  'ok/chart.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n',
  'ok/data.csv': 'a,b\n',
  'ok/trace.csv': 'app,func,end_timestamp,duration\na,f,2,1\n',
  'ok/empty.yaml': '# nothing yet\n',
  'ok/dump.json': '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}',
  'bad/scenario.yaml': scenarioText('horizon: 90'),
  'bad/pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: []}\n',
  'ok/profile.yaml': scenarioText('seed: 1').replace('Scenario', 'Profile'),
  'bad/profile.yaml': scenarioText('horizon: 90').replace('Scenario', 'Profile'),
  'bad/broken.yaml': 'a: [1,\n',
};

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock validate '));
  for (const part of ['ok', 'bad']) mkdirSync(join(folder, part));
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(folder, name), text);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function validate(...names: readonly string[]) {
  const fake = fakeTerminal();
  const paths = names.map((name) => join(folder, name));
  const code = await validateCommand({ paths }, fake.terminal);
  return { code, out: fake.out().replaceAll(`${folder}/`, ''), err: fake.err() };
}

describe('the verdict on a file', () => {
  test.each([
    ['ok/scenario.yaml', 'scenario ok'],
    ['ok/profile.yaml', 'profile ok'],
    ['ok/app.yaml', 'manifests ok, 2 objects (ignored: 1 Widget)'],
    ['ok/widget.yaml', 'not a simulator input (nothing that is simulated: 1 Widget)'],
    ['ok/values.yaml', 'not a simulator input'],
    ['ok/chart.yaml', 'template (this is a Helm template'],
    ['ok/trace.csv', 'can be imported (Azure trace'],
    ['ok/data.csv', 'not a simulator input (neither YAML nor JSON)'],
    ['ok/empty.yaml', 'not a simulator input (no objects)'],
    ['ok/dump.json', 'manifests ok, 1 object'],
  ])('%s: %s', async (name, verdict) => {
    const { code, out } = await validate(name);
    expect(out).toContain(`${name}: ${verdict}`);
    expect(code).toBe(0);
  });

  test.each([
    ['bad/scenario.yaml', '1 problem', 'write: horizon: 90s'],
    ['bad/profile.yaml', '1 problem', 'write: horizon: 90s'],
    ['bad/pod.yaml', '1 problem', 'KUBECLOCK1201'],
    ['bad/broken.yaml', '1 problem', 'malformed YAML'],
  ])('%s: %s', async (name, verdict, advice) => {
    const { code, out, err } = await validate(name);
    expect(out).toContain(`${name}: ${verdict}`);
    expect(err).toContain(advice);
    expect(code).toBe(2);
  });

  test('strict refuses kinds that are not simulated', async () => {
    const file = join(folder, 'ok/widget.yaml');
    expect((await judgeFile(file, false)).verdict).toBe('not an input');
    expect((await judgeFile(file, true)).verdict).toBe('invalid');
  });
});

describe('validating folders', () => {
  test('one bad file does not hide the others', async () => {
    const { code, out, err } = await validate('.');
    expect(out.trimEnd().split('\n')).toHaveLength(Object.keys(contents).length);
    expect(err).toContain('14 files, 4 invalid');
    expect(code).toBe(2);
  });

  test('a folder without files is an error of usage', async () => {
    mkdirSync(join(folder, 'none'));
    await expect(validate('none')).rejects.toThrow('holds no files');
  });

  test('a path that does not exist is an error of usage', async () => {
    await expect(validate('nothing')).rejects.toThrow('does not exist');
  });

  test('JSON has one entry a file, with its problems', async () => {
    const fake = fakeTerminal();
    await validateCommand({ paths: [folder], json: true }, fake.terminal);
    const { schemaVersion, files } = JSON.parse(fake.out());
    expect(schemaVersion).toBe(1);
    expect(files).toHaveLength(Object.keys(contents).length);
    const scenario = files.find(({ file }: { file: string }) => file.endsWith('bad/scenario.yaml'));
    expect(scenario).toMatchObject({ verdict: 'invalid', problems: [{ line: 5, column: 12 }] });
  });
});
