// What the input and the model were when a baseline was made, and what has changed in them.
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/api/problem.js';
import { inputChanges, inputRows } from '../../../src/experiment/check/input-rows.js';
import {
  type Model,
  modelChanges,
  modelOf,
  parseModel,
  renderModel,
} from '../../../src/experiment/check/model-file.js';
import type { Overrides } from '../../../src/scenario/overrides.js';
import type { OptionValue } from '../../../src/scenario/run-inputs.js';
import { load, scenarioText } from '../../scenario/memory-files.js';
import { loaded } from '../../support/scenarios.js';

const web = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n';

/** The rows of a spec, as the command makes them. */
function rows(spec: string, overrides: Overrides = {}, files: Record<string, string> = {}) {
  const scenario = loaded(load(spec, files, overrides));
  return inputRows(scenario, {
    name: 'test',
    seed: scenario.seed,
    files: ['test.yaml'],
    options: new Map<string, OptionValue>(Object.entries({ set: overrides.set ?? [] })),
    lists: [],
    texts: new Map([['test.yaml', scenarioText(spec)], ...Object.entries(files)]),
  });
}

const base = 'nodePools: [{name: w, count: 2, cpu: 4, memory: 8Gi}]';

describe('the input', () => {
  test('is what the scenario states, and not what it leaves to the defaults', () => {
    const found = rows(base);
    expect(found.get('nodePools[0].count')).toBe('2');
    expect(found.has('controlPlane.etcd.disk')).toBe(false);
  });

  test('holds the operations, and files by their digest', () => {
    const spec = `${base}\nworkload: {operations: [{op: apply, manifests: web.yaml}]}`;
    const before = rows(spec, {}, { 'web.yaml': web });
    const after = rows(spec, {}, { 'web.yaml': `${web}---\n` });
    expect(before.get('workload.operations[0].manifests')).toBe('web.yaml');
    expect(inputChanges(before, after)).toMatchObject([{ path: 'file web.yaml' }]);
  });

  test('holds what options set, in the workload too', () => {
    const sleep = `${base}\nworkload: {operations: [{op: sleep, duration: 1s}]}`;
    const set = ['controlPlane.etcd.disk=hdd', 'workload.operations[0].duration=2s'];
    expect(inputChanges(rows(sleep), rows(sleep, { set }))).toEqual([
      { path: 'controlPlane.etcd.disk', before: undefined, after: 'hdd' },
      { path: 'workload.operations[0].duration', before: '1s', after: '2s' },
    ]);
  });

  test('is the same whatever the comments and the order of its fields', () => {
    const other = '# two\nnodePools: [{count: 2, name: w, memory: 8Gi, cpu: 4}]';
    expect(inputChanges(rows(base), rows(other))).toEqual([]);
  });
});

const row = (name: string, value: number) =>
  ({ group: 'etcd', name, value, unit: 'µs', source: 'ASSUMED' }) as const;

const model = modelOf('0.1.0', [row('writeUs', 5), row('readUs', 3)]);

describe('the model', () => {
  test('is read back as it was, a line for each constant', () => {
    const text = renderModel(model);
    expect(text).toContain('\n  "etcd.readUs": "3 µs",\n  "etcd.writeUs": "5 µs"\n');
    expect(parseModel(text, 'model.json')).toEqual(model);
  });

  test('changes by its version and its constants', () => {
    const other: Model = modelOf('0.2.0', [row('writeUs', 6), row('scanUs', 1)]);
    expect(modelChanges(model, model)).toEqual([]);
    expect(modelChanges(model, other)).toEqual([
      { name: 'version', before: '0.1.0', after: '0.2.0' },
      { name: 'etcd.readUs', before: '3 µs', after: undefined },
      { name: 'etcd.scanUs', before: undefined, after: '1 µs' },
      { name: 'etcd.writeUs', before: '5 µs', after: '6 µs' },
    ]);
  });

  test.each(['', '{}', '{"schemaVersion": 2, "version": "0.1.0", "constants": {}}', 'null'])(
    'of %j is refused',
    (text) => {
      const { message, expected, line } = parseModel(text, 'b/model.json') as Problem;
      expect(message).toContain('not the model');
      expect(line).toBe(1);
      expect(expected).toContain('--update');
    },
  );
});
