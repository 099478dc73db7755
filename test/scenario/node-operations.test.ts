// The words that kubectl has for nodes and rollouts, as a scenario has them.
import { describe, expect, test } from 'vitest';
import { load } from './memory-files.js';

const scenario = (...lines: readonly string[]) =>
  load(
    `nodePools: [{name: a, count: 2}, {name: a-b, count: 1}]\nworkload:\n  operations:\n${lines
      .map((line) => `    - ${line}\n`)
      .join('')}`,
  );
const operation = (line: string): unknown => {
  const { scenario: loaded, problems } = scenario(line);
  expect(problems).toEqual([]);
  return loaded?.operations[0];
};
const common = { atUs: 0, source: 'operations[0]' };

describe('an operation', () => {
  test.each(['cordon', 'uncordon'])('%s names nodes of pools', (op) => {
    expect(operation(`{op: ${op}, nodes: [a-1, a-b-0]}`)).toEqual({
      op,
      ...common,
      nodes: ['a-1', 'a-b-0'],
    });
  });

  test('drain waits as long as it takes, or as long as it is told', () => {
    expect(operation('{op: drain, nodes: [a-0]}')).toEqual({
      op: 'drain',
      ...common,
      nodes: ['a-0'],
      force: false,
      gracePeriodSeconds: undefined,
      timeoutUs: Number.POSITIVE_INFINITY,
    });
    const line = '{op: drain, nodes: [a-0], force: true, gracePeriod: 30s, timeout: 5m}';
    expect(operation(line)).toMatchObject({
      force: true,
      gracePeriodSeconds: 30,
      timeoutUs: 300_000_000,
    });
  });

  test.each([
    ['disk=old:NoSchedule', { set: { key: 'disk', value: 'old', effect: 'NoSchedule' } }],
    ['disk:NoExecute', { set: { key: 'disk', effect: 'NoExecute' } }],
    ['example.com/x=:PreferNoSchedule', expect.objectContaining({ set: expect.anything() })],
    ['disk:NoExecute-', { removeKey: 'disk', removeEffect: 'NoExecute' }],
    ['disk-', { removeKey: 'disk', removeEffect: undefined }],
  ])('taint reads %s', (text, change) => {
    const found = operation(`{op: taint, nodes: [a-0], taints: ['${text}']}`);
    expect(found).toMatchObject({ changes: [change] });
  });

  test.each(['Background', 'Foreground', 'Orphan'])('delete may go on by %s', (policy) => {
    const line = `{op: delete, targets: [Node/a-0], propagationPolicy: ${policy}}`;
    expect(operation(line)).toMatchObject({ op: 'delete', propagationPolicy: policy });
  });

  test('a node is there once it has been created', () => {
    const { problems } = scenario(
      '{op: createNodes, pool: a, count: 1}',
      '{op: cordon, nodes: [a-2]}',
      '{op: update, target: Node/a-2, patch: {metadata: {labels: {x: y}}}}',
    );
    expect(problems).toEqual([]);
  });

  test.each([
    ['{op: cordon, nodes: [a-2]}', 'creates Node/a-2'],
    ['{op: drain, nodes: [b-0]}', 'creates Node/b-0'],
    ['{op: taint, nodes: [a-0], taints: [disk=old]}', 'key=value:NoSchedule'],
    ['{op: taint, nodes: [a-0], taints: [disk:NoSchedul]}', 'key=value:NoSchedule'],
    ['{op: cordon, nodes: []}', 'nodes'],
    ['{op: delete, targets: [Node/a-0], propagationPolicy: Later}', 'Orphan'],
    ['{op: rolloutRestart, target: Job/x}', 'a Job cannot be restarted by a rollout'],
    ['{op: rolloutRestart, target: Deployment/x}', 'creates Deployment/default/x'],
  ])('%s is refused', (line, message) => {
    const { scenario: loaded, problems } = scenario(line);
    expect(loaded).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems[0])).toContain(message);
  });
});
