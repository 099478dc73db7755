// Faults of nodes as a scenario has them, and what is refused.
import { describe, expect, test } from 'vitest';
import { load } from './memory-files.js';

const spec = (...lines: string[]): string =>
  'nodePools:\n' +
  '  - {name: web, count: 4, zones: [a, b], labels: {disk: ssd}}\n' +
  '  - {name: batch, count: 2}\n' +
  `workload:\n  operations:\n${lines.map((line) => `    - ${line}\n`).join('')}`;

const operationOf = (line: string): unknown => {
  const { scenario, problems } = load(spec(line));
  expect(problems).toEqual([]);
  return scenario?.operations[0];
};

const common = { op: 'nodeFault', atUs: 0, source: 'operations[0]', name: 'operations[0]' };

describe('a fault of nodes', () => {
  test.each([
    ['[web-1, batch-0]', { names: ['web-1', 'batch-0'] }],
    ['{zone: b}', { zone: 'b' }],
    ['{pool: web, share: 0.5}', { pool: 'web', share: 0.5 }],
    ['{labels: {disk: ssd}, count: 1}', { labels: new Map([['disk', 'ssd']]), count: 1 }],
    ['{}', {}],
  ])('strikes the nodes %s', (nodes, expected) => {
    expect(operationOf(`{op: nodeFault, fault: crash, nodes: ${nodes}}`)).toMatchObject({
      ...common,
      fault: 'crash',
      durationUs: Number.POSITIVE_INFINITY,
      nodes: expected,
    });
  });

  test('has a name and a duration, or a downtime that each node draws', () => {
    const crash = '{op: nodeFault, name: storm, fault: crash, nodes: [web-0], duration: 90s}';
    expect(operationOf(crash)).toMatchObject({ name: 'storm', durationUs: 90_000_000 });
    const reboot = '{op: nodeFault, fault: reboot, nodes: [web-0], downtime: 20s}';
    expect(operationOf(reboot)).toMatchObject({ downtime: { kind: 'constant', value: 2e7 } });
    const usual = operationOf('{op: nodeFault, fault: reboot, nodes: [web-0]}');
    expect(usual).toMatchObject({ downtime: { kind: 'logNormal', p50: 6e7, p99: 1.8e8 } });
  });

  test.each([
    ['90s', 90_000_000],
    ['-1m30s', -90_000_000],
    ['-24h', -86_400_000_000],
  ])('of clocks has an offset, forward or back: %s', (offset, offsetUs) => {
    const line = `{op: nodeFault, fault: clockSkew, offset: ${offset}, nodes: [web-0], duration: 5m}`;
    const expected = { fault: 'clockSkew', offsetUs, durationUs: 300_000_000 };
    expect(operationOf(line)).toMatchObject(expected);
  });

  test('is healed by its name, or with all others', () => {
    const strike = '{op: nodeFault, name: storm, fault: crash, nodes: {zone: a}}';
    const { scenario } = load(spec(strike, '{op: heal, at: 1m, fault: storm}', '{op: heal}'));
    expect(scenario?.operations.slice(1)).toMatchObject([
      { op: 'heal', atUs: 60_000_000, fault: 'storm' },
      { op: 'heal', fault: undefined },
    ]);
  });

  test('may strike nodes that an operation before it has made', () => {
    const make = '{op: createNodes, pool: batch, count: 1}';
    const strike = '{op: nodeFault, fault: crash, nodes: [batch-2]}';
    expect(load(spec(make, strike)).problems).toEqual([]);
    expect(load(spec(strike, make)).problems[0]?.message).toContain('batch-2');
  });
});

describe('a partition', () => {
  test.each([
    ['[{zone: b}, controlPlane]', [{ nodes: { zone: 'b' } }, { hosts: 'all' }]],
    ['[[web-1], {hosts: [master-0]}]', [{ nodes: { names: ['web-1'] } }, { hosts: ['master-0'] }]],
    ['[{hosts: [master-1]}, controlPlane]', [{ hosts: ['master-1'] }, { hosts: 'all' }]],
  ])('lies between %s', (between, expected) => {
    const hosts =
      'controlPlane: {hosts: [{name: master-0, cores: 2}, {name: master-1, cores: 2}]}\n';
    const { scenario, problems } = load(hosts + spec(`{op: partition, between: ${between}}`));
    expect(problems).toEqual([]);
    const packets = 'dropped';
    expect(scenario?.operations[0]).toMatchObject({
      op: 'partition',
      between: expected,
      packets,
    });
  });

  test('may refuse packets, and lasts as long as it should', () => {
    const line =
      '{op: partition, between: [controlPlane, [web-0]], packets: refused, duration: 2m, name: gap}';
    const expected = { packets: 'refused', durationUs: 120_000_000, name: 'gap' };
    expect(operationOf(line)).toMatchObject(expected);
  });
});

test('a registry may be slow or down', () => {
  const slow = operationOf('{op: registryFault, fault: slow, factor: 20, duration: 1m}');
  expect(slow).toMatchObject({ fault: 'slow', factor: 20, durationUs: 60_000_000 });
  const down = operationOf('{op: registryFault, fault: down, name: outage}');
  expect(down).toMatchObject({ fault: 'down', name: 'outage' });
});

const strike = '{op: nodeFault, name: storm, fault: crash, nodes: [web-0]}';

describe('what cannot be is refused with its place', () => {
  test.each([
    ['{op: nodeFault, fault: melt, nodes: [web-0]}', 'is not allowed here'],
    ['{op: nodeFault, fault: crash}', 'required, but missing'],
    ['{op: nodeFault, fault: crash, nodes: [web-4]}', 'no node is called "web-4"'],
    ['{op: nodeFault, fault: crash, nodes: {zone: c}}', 'no node is in a zone "c"'],
    ['{op: nodeFault, fault: crash, nodes: {pool: wed}}', 'no node is in a pool "wed"'],
    ['{op: nodeFault, fault: crash, nodes: {pool: batch, zone: a}}', 'no node matches all of this'],
    ['{op: nodeFault, fault: crash, nodes: {rack: a}}', 'rack'],
    ['{op: nodeFault, fault: crash, nodes: {share: 0}}', 'is not allowed here'],
    ['{op: nodeFault, fault: crash, nodes: {share: 1.5}}', 'is not allowed here'],
    ['{op: nodeFault, fault: crash, nodes: [web-0], duration: 10}', 'is not allowed here'],
    ['{op: nodeFault, fault: crash, nodes: [web-0], downtime: 10s}', 'is not allowed here'],
    ['{op: nodeFault, fault: reboot, nodes: [web-0], duration: 10s}', 'is not allowed here'],
    ['{op: nodeFault, fault: clockSkew, nodes: [web-0]}', 'is not allowed here'],
    ['{op: nodeFault, fault: clockSkew, offset: 90, nodes: [web-0]}', 'is not allowed here'],
    ['{op: nodeFault, fault: clockSkew, offset: -0s, nodes: [web-0]}', 'is not allowed here'],
    ['{op: nodeFault, fault: clockSkew, offset: -25h, nodes: [web-0]}', 'is not allowed here'],
    ['{op: nodeFault, fault: crash, offset: 90s, nodes: [web-0]}', 'is not allowed here'],
    ['{op: partition, between: [{zone: c}, controlPlane]}', 'no node is in a zone "c"'],
    ['{op: partition, between: [{hosts: [moster]}, [web-0]]}', 'called "moster"'],
    ['{op: partition, between: [{zone: a}, {zone: b}]}', 'passes between nodes'],
    ['{op: partition, between: [controlPlane]}', 'is not allowed here'],
    ['{op: partition, between: [all, controlPlane]}', 'is not allowed here'],
    ['{op: registryFault, fault: slow}', 'is not allowed here'],
    ['{op: registryFault, fault: down, factor: 3}', 'is not allowed here'],
    ['{op: registryFault, fault: broken}', 'is not allowed here'],
    ['{op: heal}', 'no fault comes before this heal'],
  ])('%s', (line, message) => {
    const { scenario, problems } = load(spec(line));
    expect(scenario).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.line).toBe(10);
  });

  test('but nodes may be parted where their pods talk to each other', () => {
    const between = '{op: partition, between: [{zone: a}, {zone: b}]}';
    const lookups = '{name: l, from: {labels: {app: a}}, names: [a.example], lookupsPerSecond: 1}';
    const withTraffic = `${spec(between)}\n  dnsTraffic: [${lookups}]\n`;
    expect(load(withTraffic).problems.map(({ message }) => message)).toEqual([]);
  });

  test('a name that is taken, and one that no fault has', () => {
    const { problems } = load(spec(strike, strike, '{op: heal, fault: strom}'));
    expect(problems.map(({ line, message }) => [line, message])).toEqual([
      [11, 'a fault named "storm" is there already'],
      [12, 'no operation before this one is a fault named "strom"'],
    ]);
    expect(problems[1]?.suggestion).toBe('fault: storm');
  });
});
