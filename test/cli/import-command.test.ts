// `import`, and `run` on what import knows: the same scenario either way.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importCommand } from '../../src/cli/import-command.js';
import { loadInput, loadKeptInput } from '../../src/cli/input.js';
import { importFile } from '../workload/import/import-support.js';
import { fakeTerminal } from './fake-terminal.js';

let folder = '';
let trace = '';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'one', namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '1' } } }] },
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock-import-'));
  trace = join(folder, 'one.sktrace');
  const events = [
    { ts: 10, applied_objs: [pod], deleted_objs: [] },
    { ts: 20, applied_objs: [], deleted_objs: [pod, { ...pod, metadata: { name: 'other' } }] },
  ];
  const config = { trackedObjects: {} };
  writeFileSync(trace, importFile('', { version: 2, config, events, pod_lifecycles: {} }).bytes);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the command import', () => {
  test('writes a scenario that is the one that run makes of the file itself', async () => {
    const { terminal, err } = fakeTerminal();
    const output = join(folder, 'one.yaml');
    expect(importCommand({ format: 'simkube', files: [trace], output }, terminal)).toBe(0);
    expect(err()).toContain('note: 1 deletions');
    expect(readFileSync(output, 'utf8')).toMatch(
      /^# Imported from .*one\.sktrace \(SimKube trace\)/,
    );
    const direct = await loadInput([trace], {});
    const written = await loadInput([output], {});
    expect(direct.problems).toEqual([]);
    expect({ ...direct.scenario, provenance: [] }).toEqual({ ...written.scenario, provenance: [] });
    expect(direct.importNotes).toEqual([
      '1 deletions of what the trace has not applied were left out.',
    ]);
  });

  test('prints the scenario where no file is named', () => {
    const { terminal, out } = fakeTerminal();
    importCommand({ format: 'simkube', files: [trace] }, terminal);
    expect(out()).toContain('kind: Scenario');
  });

  test('names the format that may have been meant, and refuses what it cannot read', () => {
    const { terminal, err } = fakeTerminal();
    const of = (format: string, file: string) => () =>
      importCommand({ format, files: [file] }, terminal);
    expect(of('simcube', trace)).toThrow('There is no format "simcube". Did you mean simkube?');
    expect(of('simkube', join(folder, 'nothing'))).toThrow('does not exist');
    const bad = join(folder, 'bad.json');
    writeFileSync(bad, '{"trackedObjects": ');
    expect(of('simkube', bad)()).toBe(2);
    expect(err()).toContain('nothing was written');
  });
});

describe('a run of a foreign file', () => {
  test('is kept as the scenario that was made of it, and loads again from that', async () => {
    const { scenario, inputs } = await loadInput([trace], { seed: '7' });
    expect([...(inputs?.texts.keys() ?? [])]).toEqual(['scenario.yaml']);
    const again = inputs && (await loadKeptInput(inputs));
    expect(again?.scenario).toEqual(scenario);
  });
});
