// The words that kubectl has for workloads, as a scenario has them.
import { describe, expect, test } from 'vitest';
import { deployment, load } from './memory-files.js';

const scenario = (...lines: readonly string[]) => {
  const operations = [`{op: apply, objects: [${deployment('web')}]}`, ...lines];
  const list = operations.map((line) => `    - ${line}\n`).join('');
  return load(`nodePools: [{name: a, count: 1}]\nworkload:\n  operations:\n${list}`);
};
const operation = (line: string): unknown => {
  const { scenario: loaded, problems } = scenario(line);
  expect(problems).toEqual([]);
  return loaded?.operations[1];
};
const onWeb = {
  atUs: 0,
  source: 'operations[1]',
  target: { kind: 'Deployment', namespace: 'default', name: 'web' },
};

describe('an operation', () => {
  test.each(['rolloutRestart', 'rolloutPause', 'rolloutResume'])('%s names its target', (op) => {
    expect(operation(`{op: ${op}, target: Deployment/web}`)).toEqual({ op, ...onWeb });
  });

  test('rolloutUndo may name a revision', () => {
    const plain = operation('{op: rolloutUndo, target: Deployment/web}');
    expect(plain).toEqual({ op: 'rolloutUndo', ...onWeb, toRevision: undefined });
    const told = operation('{op: rolloutUndo, target: Deployment/web, toRevision: 2}');
    expect(told).toMatchObject({ toRevision: 2 });
  });

  test('setImage, label and annotate take mappings', () => {
    const images = operation('{op: setImage, target: Deployment/web, images: {c: "web:2"}}');
    expect(images).toMatchObject({ images: [['c', 'web:2']] });
    expect(
      operation('{op: label, target: Deployment/web, labels: {tier: front, old: null}}'),
    ).toEqual({ op: 'label', ...onWeb, marks: { tier: 'front', old: null } });
    expect(
      operation('{op: annotate, target: Deployment/web, annotations: {cause: why}}'),
    ).toMatchObject({ op: 'annotate', marks: { cause: 'why' } });
  });

  test('autoscale makes an autoscaler and brings metrics-server with it', () => {
    const { scenario: loaded } = scenario(
      '{op: autoscale, target: Deployment/web, min: 2, max: 6, cpuPercent: 60}',
    );
    const target = { type: 'Utilization', averageUtilization: 60 };
    expect(loaded?.operations[1]).toMatchObject({
      op: 'autoscale',
      autoscaler: {
        metadata: { name: 'web', namespace: 'default' },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
          minReplicas: 2,
          maxReplicas: 6,
          metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
        },
      },
    });
    expect(loaded?.cluster.podAutoscaling).toBeDefined();
  });
});

describe('a problem is', () => {
  const messages = (line: string): readonly string[] =>
    scenario(line).problems.map(({ path, message }) => `${path}: ${message}`);
  const at = 'spec.workload.operations[1]';

  test.each([
    ['{op: rolloutUndo, target: Job/web}', `${at}.target: a Job cannot be rolled back`],
    ['{op: rolloutPause, target: DaemonSet/web}', `${at}.target: a DaemonSet cannot be paused`],
    [
      '{op: autoscale, target: DaemonSet/web, max: 2}',
      `${at}.target: a DaemonSet cannot be scaled by an autoscaler`,
    ],
    [
      '{op: setImage, target: Deployment/wob, images: {a: b}}',
      `${at}.target: no operation before this one creates Deployment/default/wob`,
    ],
    [
      '{op: autoscale, target: Deployment/web, min: 5, max: 2}',
      `${at}.max: max is 2, and min is 5`,
    ],
  ])('%s', (line, message) => {
    expect(messages(line)).toEqual([message]);
  });

  test.each([
    ['{op: setImage, target: Deployment/web, images: {}}', 'images'],
    ['{op: label, target: Deployment/web, labels: {}}', 'labels'],
    ['{op: rolloutUndo, target: Deployment/web, toRevision: 0}', 'toRevision'],
    ['{op: autoscale, target: Deployment/web}', 'max'],
  ])('%s', (line, field) => {
    const found = scenario(line).problems;
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found[0])).toContain(field);
  });
});
