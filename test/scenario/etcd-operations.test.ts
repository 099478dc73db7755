// The operations on etcd as a scenario has them, and what is refused.
import { describe, expect, test } from 'vitest';
import { load } from './memory-files.js';

const spec = (members: number, line: string): string =>
  `controlPlane: {hosts: {count: 3, cores: 4}, etcd: {members: ${members}}}\n` +
  `nodePools: [{name: a, count: 1}]\nworkload:\n  operations:\n    - ${line}\n`;

const operationOf = (line: string): unknown => {
  const { scenario, problems } = load(spec(3, line));
  expect(problems).toEqual([]);
  return scenario?.operations[0];
};

const fault = {
  op: 'etcdFault',
  atUs: 5_000_000,
  source: 'operations[0]',
  durationUs: Number.POSITIVE_INFINITY,
  factor: 1,
  delayUs: 0,
};

describe('an operation on etcd', () => {
  test.each([
    ['fault: crash, member: leader', { fault: 'crash', member: 'leader' }],
    ['fault: stop, member: 2, duration: 10s', { fault: 'stop', member: 2, durationUs: 10_000_000 }],
    ['fault: pause, member: 0', { fault: 'pause', member: 0 }],
    ['fault: partition, member: leader', { fault: 'partition', member: 'leader' }],
    ['fault: slowDisk, member: 1, factor: 10', { fault: 'slowDisk', member: 1, factor: 10 }],
    ['fault: slowCpu, member: 1, factor: 3', { fault: 'slowCpu', member: 1, factor: 3 }],
    [
      'fault: stallDisk, member: leader, duration: 3s',
      { fault: 'stallDisk', member: 'leader', durationUs: 3_000_000 },
    ],
    [
      'fault: slowNetwork, member: 1, delay: 20ms',
      { fault: 'slowNetwork', member: 1, delayUs: 20_000 },
    ],
    ['fault: fullDisk, member: 1', { fault: 'fullDisk', member: 1 }],
  ])('%s', (line, expected) => {
    const built = operationOf(`{op: etcdFault, at: 5s, ${line}}`);
    const named = expected.fault === 'stallDisk' ? {} : { name: 'operations[0]' };
    expect(built).toEqual({ ...fault, ...named, ...expected });
  });

  test('a fault may have a name, by which heal ends it', () => {
    const strike = '{op: etcdFault, name: loss, fault: crash, member: 0}';
    const heal = (fault: string) => `{op: heal, fault: ${fault}}`;
    expect(load(spec(3, `${strike}\n    - ${heal('loss')}`)).problems).toEqual([]);
    const messages = (line: string) =>
      load(spec(3, `${strike}\n    - ${line}`)).problems.map(({ message }) => message);
    expect(messages(heal('los'))).toEqual(['no operation before this one is a fault named "los"']);
    expect(messages(strike)).toEqual(['a fault named "loss" is there already']);
    expect(
      messages('{op: etcdFault, name: it, fault: stallDisk, member: 0, duration: 1s}'),
    ).toEqual([expect.stringContaining('is not allowed here')]);
  });

  test('restart of the component etcd ends a process and starts it again', () => {
    const line = '{op: restart, component: etcd, replica: 1, signal: SIGKILL, downtime: 4s}';
    const expected = { fault: 'crash', member: 1, durationUs: 4_000_000, atUs: 0 };
    expect(operationOf(line)).toEqual({ ...fault, ...expected });
    expect(operationOf('{op: restart, component: etcd}')).toMatchObject({
      fault: 'stop',
      member: 'leader',
      durationUs: 0,
    });
  });

  test('defrag means all members unless it names one', () => {
    expect(operationOf('{op: defrag}')).toMatchObject({ op: 'defrag', member: 'all' });
    expect(operationOf('{op: defrag, member: leader}')).toMatchObject({ member: 'leader' });
    expect(operationOf('{op: compact}')).toMatchObject({ op: 'compact' });
    expect(operationOf('{op: disarm}')).toMatchObject({ op: 'disarm' });
  });
});

describe('what cannot be is refused with its place', () => {
  test.each([
    [3, '{op: etcdFault, fault: crash, member: 3}', 5, 'there are 3 members of etcd'],
    [1, '{op: defrag, member: 1}', 5, 'there is one member of etcd'],
    [1, '{op: etcdFault, fault: partition, member: 0}', 5, 'etcd has one member'],
    [1, '{op: etcdFault, fault: slowNetwork, member: 0, delay: 1s}', 5, 'etcd has one member'],
    [3, '{op: etcdFault, fault: crash}', 5, 'required, but missing'],
    [3, '{op: etcdFault, fault: melt, member: 0}', 5, 'is not allowed here'],
    [3, '{op: etcdFault, fault: slowDisk, member: 0}', 5, 'is not allowed here'],
    [3, '{op: etcdFault, fault: crash, member: 0, factor: 2}', 5, 'is not allowed here'],
    [3, '{op: restart, component: etcd, replica: 3}', 5, 'there are 3 members of etcd'],
  ])('of %i members: %s', (members, line, row, message) => {
    const { scenario, problems } = load(spec(members, line));
    expect(scenario).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.line).toBeGreaterThanOrEqual(row);
  });

  test('and says what a fault needs', () => {
    const { problems } = load(spec(3, '{op: etcdFault, fault: stallDisk, member: 0}'));
    expect(problems[0]?.expected).toBe('beside stallDisk a duration, such as duration: 3s');
  });
});
