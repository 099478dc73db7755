// Traffic as a scenario states it, and what it is refused for.
import { describe, expect, test } from 'vitest';
import { load } from './memory-files.js';

const services = `
nodePools: [{name: workers, count: 2}]
workload:
  operations:
    - op: apply
      objects:
        - {apiVersion: v1, kind: Service, metadata: {name: api, namespace: shop},
           spec: {type: NodePort, selector: {app: api}, ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: inner},
           spec: {selector: {app: api}, ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: headless},
           spec: {clusterIP: None, selector: {app: api}, ports: [{port: 80}]}}
`;

function loadTraffic(...lines: readonly string[]) {
  const items = lines.map((line) => `    - ${line}\n`).join('');
  return load(`${services}  traffic:\n${items}`);
}

function trafficOf(line: string) {
  const { scenario, problems } = loadTraffic(line);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return scenario?.traffic[0];
}

describe('traffic', () => {
  test('says little: from all nodes, at random times, once endpoints can be reached', () => {
    expect(trafficOf('{name: a, service: inner, connectionsPerSecond: 5}')).toEqual({
      name: 'a',
      namespace: 'default',
      service: 'inner',
      source: { kind: 'nodes', pools: [] },
      arrivals: { kind: 'open', perSecond: 5, process: 'poisson' },
      duration: { kind: 'constant', value: 0 },
      timeoutUs: 5_000_000,
      startUs: undefined,
      lastsUs: Number.POSITIVE_INFINITY,
    });
  });

  test('may say everything', () => {
    const line = `{name: a, service: shop/api, from: {pods: {namespace: web, labels: {app: ui}}},
      clients: 7, thinkTime: {exponential: 2s}, duration: {p50: 1s, p99: 9s}, timeout: 2s, at: 10s,
      for: 1m}`;
    expect(trafficOf(line)).toEqual({
      name: 'a',
      namespace: 'shop',
      service: 'api',
      source: { kind: 'pods', namespace: 'web', selector: { matchLabels: { app: 'ui' } } },
      arrivals: {
        kind: 'closed',
        clients: 7,
        thinkTime: { kind: 'exponential', mean: 2_000_000 },
      },
      duration: { kind: 'logNormal', p50: 1_000_000, p99: 9_000_000 },
      timeoutUs: 2_000_000,
      startUs: 10_000_000,
      lastsUs: 60_000_000,
    });
  });

  test.each([
    ['external', { kind: 'external', clients: 100 }],
    ['{external: {clients: 3}}', { kind: 'external', clients: 3 }],
    ['{nodePools: [workers]}', { kind: 'nodes', pools: ['workers'] }],
    ['nodes', { kind: 'nodes', pools: [] }],
  ])('comes from %s', (from, source) => {
    const line = `{name: a, service: shop/api, from: ${from}, connectionsPerSecond: 1}`;
    expect(trafficOf(line)?.source).toEqual(source);
  });

  test('leaves a scenario without it as it was', () => {
    expect(load(services).scenario?.traffic).toEqual([]);
  });
});

describe('refused is traffic', () => {
  // The last text is what the problem points at.
  test.each([
    ['{name: a, service: shop/apis, connectionsPerSecond: 1}', 'Service shop/apis', 'shop/apis'],
    ['{name: a, service: headless, connectionsPerSecond: 1}', 'headless', 'headless'],
    ['{name: a, service: inner, from: external, connectionsPerSecond: 1}', 'ClusterIP', 'external'],
    ['{name: a, service: inner}', 'how often', '{name'],
    ['{name: a, service: inner, connectionsPerSecond: 1, clients: 2}', 'both say', '2}'],
    ['{name: a, service: inner, connectionsPerSecond: 1, thinkTime: 1s}', 'only clients', '1s}'],
    ['{name: a, service: inner, clients: 1, arrival: constant}', 'not at a rate', 'constant'],
    ['{name: a, service: inner, from: {nodePools: [worker]}, clients: 1}', '"worker"', 'worker]'],
  ])('%s', (line, message, place) => {
    const { scenario, problems } = loadTraffic(line);
    expect(scenario).toBeUndefined();
    const [problem, ...others] = problems.filter(({ severity }) => severity === 'error');
    expect(others).toEqual([]);
    expect(problem?.message).toContain(message);
    const start = '      - '.length + 1; // two spaces of `spec`, four of the list
    expect(problem?.column).toBe(start + line.indexOf(place));
  });

  test('with words that do not exist, or values that cannot be', () => {
    const { problems } = loadTraffic(
      '{name: a, service: inner, connectionPerSecond: 1, timeout: 0s, from: node}',
    );
    const messages = problems.map(({ message, expected, suggestion }) =>
      [message, expected, suggestion].join(' '),
    );
    expect(messages).toHaveLength(3);
    expect(messages.join('\n')).toContain('connectionsPerSecond');
    expect(messages.join('\n')).toContain('above 0');
    expect(messages.join('\n')).toContain('nodes');
  });

  test('of a name that is taken', () => {
    const line = '{name: a, service: inner, connectionsPerSecond: 1}';
    const { problems } = loadTraffic(line, line);
    expect(problems.map(({ message }) => message).join()).toContain('there already');
  });
});
