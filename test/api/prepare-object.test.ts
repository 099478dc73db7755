import { describe, expect, it } from 'vitest';
import { readManifests } from '../../src/api/manifests.js';
import { prepareObject } from '../../src/api/prepare-object.js';
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
