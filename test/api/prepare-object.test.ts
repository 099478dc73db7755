import { describe, expect, it } from 'vitest';
import { readManifests } from '../../src/api/manifests.js';
import { prepareObject, SoundPodSpecs } from '../../src/api/prepare-object.js';
import { formatProblem } from '../../src/api/problem.js';

describe('an object of a manifest', () => {
  const prepared = (text: string): readonly string[] =>
    readManifests(text, 'app.yaml').objects.flatMap((entry) =>
      prepareObject(entry).problems.map((problem) => formatProblem(problem, text)),
    );

  it('has every problem at its place, with what to write', () => {
    const text = [
      'apiVersion: apps/v1',
      'kind: Deployment',
      'metadata:',
      '  name: web',
      'spec:',
      '  replica: 3',
      '  selector: {matchLabels: {app: web}}',
      '  template:',
      '    metadata: {labels: {app: wep}}',
      '    spec:',
      '      containers:',
      '      - name: web',
      '        resources: {requests: {cpu: 2}, limits: {cpu: 1}}',
    ].join('\n');
    expect(prepared(text).join('\n')).toBe(
      [
        'app.yaml:6:3: error KUBECLOCK1101: unknown field "spec.replica"',
        '  6 |   replica: 3',
        '    |   ^',
        '  expected: did you mean "replicas"?',
        '  write: replicas:',
        'app.yaml:12:9: error KUBECLOCK1201: spec.template.spec.containers[0].image: Required value',
        '  12 |       - name: web',
        '     |         ^',
        'app.yaml:13:21: error KUBECLOCK1202: spec.template.spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
        '  13 |         resources: {requests: {cpu: 2}, limits: {cpu: 1}}',
        '     |                     ^',
        'app.yaml:9:16: error KUBECLOCK1202: spec.template.metadata.labels: Invalid value: {"app":"wep"}: `selector` does not match template `labels`',
        '  9 |     metadata: {labels: {app: wep}}',
        '    |                ^',
      ].join('\n'),
    );
  });

  it('is not validated while a field has the wrong type', () => {
    const text =
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: three}\n';
    const [entry] = readManifests(text, 'app.yaml').objects;
    const result = entry && prepareObject(entry);
    expect(result?.object).toBeUndefined();
    expect(result?.problems.map((problem) => formatProblem(problem))).toEqual([
      'app.yaml:4:18: error KUBECLOCK1102: spec.replicas: found the string "three", expected an integer (int32)\n  expected: an integer (int32)',
    ]);
  });
});

describe('pods of one shape', () => {
  const pod = (name: string, cpu: string, more = ''): string =>
    [
      'apiVersion: v1',
      'kind: Pod',
      `metadata: {name: ${name}}`,
      'spec:',
      `  containers: [{name: app, image: app:1, resources: {requests: {cpu: ${cpu}}}}]${more}`,
    ].join('\n');
  const prepareAll = (texts: readonly string[]) => {
    const soundPodSpecs = new SoundPodSpecs();
    const { objects } = readManifests(texts.join('\n---\n'), 'pods.yaml');
    return objects.map((entry) => ({
      together: prepareObject(entry, { namespace: 'default', soundPodSpecs }),
      alone: prepareObject(entry, { namespace: 'default' }),
    }));
  };
  const specOf = (object: object | undefined): unknown => (object as { spec?: unknown }).spec;

  it('are prepared as each alone would be, and share one spec', () => {
    const all = prepareAll([pod('a', '1'), pod('b', '1'), pod('c', '2')]);
    for (const { together, alone } of all) expect(together).toEqual(alone);
    const [a, b, c] = all.map(({ together }) => specOf(together.object));
    expect(b).toBe(a);
    expect(c).not.toEqual(a);
  });

  it('have each their own problems of metadata', () => {
    const [, second] = prepareAll([pod('a', '1'), pod('B_b', '1')]);
    expect(second?.together.problems).toEqual(second?.alone.problems);
    expect(second?.together.problems.map(({ line, column }) => [line, column])).toEqual([[9, 18]]);
  });

  it('have each the problems of an unsound spec, at its own place', () => {
    const unknown = '\n  color: red';
    const all = prepareAll([pod('a', '1', unknown), pod('b', '1', unknown), pod('c', 'x')]);
    for (const { together, alone } of all) expect(together).toEqual(alone);
    expect(all.map(({ together }) => together.problems.map(({ line }) => line))).toEqual([
      [6],
      [13],
      [19],
    ]);
  });

  it('do not take a number that JSON cannot write for nothing', () => {
    const all = prepareAll([pod('a', 'null'), pod('b', `1${'0'.repeat(400)}`)]);
    for (const { together, alone } of all) expect(together).toEqual(alone);
    expect(all.map(({ together }) => together.problems.length)).toEqual([0, 1]);
  });
});
