// Connections of clients in whole clusters: what becomes of them while pods come and go.
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../../src/experiment/run-scenario.js';
import { trafficTotals } from '../../../src/metrics/traffic.js';
import { loaded } from '../../scenario/memory-files.js';

const unprobed =
  "{containers: [{name: api, image: 'api:1', resources: {requests: {cpu: 1m, memory: 64Mi}}}]}";
const probe = 'readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}';
const podSpec = unprobed.replace("'api:1',", `'api:1', ${probe},`);

interface Wanted {
  readonly replicas?: number;
  readonly operations?: string;
  readonly traffic: string;
  readonly spec?: string;
  readonly service?: string;
  readonly horizon?: string;
}

function run({
  replicas = 4,
  operations = '',
  traffic,
  spec = podSpec,
  service = '',
  horizon = '20s',
}: Wanted) {
  const scenario = loaded(`
horizon: ${horizon}
nodePools: [{name: workers, count: 2, cpu: 8, images: ['api:1']}]
applicationStart: 1s
workload:
  operations:
    - op: apply
      objects:
        - {apiVersion: apps/v1, kind: Deployment, metadata: {name: api},
           spec: {replicas: ${replicas}, selector: {matchLabels: {app: api}},
             template: {metadata: {labels: {app: api}}, spec: ${spec}}}}
        - {apiVersion: v1, kind: Service, metadata: {name: api},
           spec: {selector: {app: api}, ports: [{port: 80}]${service}}}
${operations}  traffic:
    - ${traffic}
`);
  const result = runScenario(scenario);
  return { result, total: trafficTotals(result.traffic)[0] };
}

describe('traffic to a cluster at rest', () => {
  const { result, total } = run({
    traffic:
      '{name: a, service: api, connectionsPerSecond: 100, arrival: constant, at: 10s, for: 5s}',
  });

  test('is accepted, all of it, at the stated rate and time', () => {
    expect(total).toMatchObject({ connections: 500, deadEndpoint: 0, noEndpoints: 0, broken: 0 });
    expect(result.traffic.map(({ timeUs }) => timeUs / 1e6)).toEqual([11, 12, 13, 14, 15, 16]);
    expect(result.traffic[1]?.connections).toBe(100);
  });

  test('is set up after two links and a pass through the rules', () => {
    const [row] = result.traffic;
    expect(row?.setupMeanUs).toBeGreaterThanOrEqual(250 + 12);
    expect(row?.setupMaxUs).toBeLessThan(270);
  });

  test('shows in the series over time', () => {
    const series = result.timeSeries.columns.find(
      ({ name }) => name === 'traffic_connections_per_second',
    );
    expect(series?.values.slice(9, 16)).toEqual([0, 100, 100, 100, 100, 100, 0]);
  });
});

test('traffic before there is any endpoint is turned away', () => {
  const { result, total } = run({
    traffic: '{name: a, service: api, connectionsPerSecond: 100, at: 0s, for: 1s}',
  });
  expect(total?.connections).toBe(total?.noEndpoints);
  expect(result.traffic.every(({ ok }) => ok === 0)).toBe(true);
});

describe('clients that wait for their connections', () => {
  test('make as many as time allows', () => {
    const { total } = run({
      traffic: '{name: a, service: api, clients: 10, duration: 900ms, thinkTime: 100ms, at: 10s}',
    });
    // ten clients, ten seconds, a second each; they begin within the first
    expect(total?.connections).toBeGreaterThanOrEqual(90);
    expect(total?.connections).toBeLessThanOrEqual(100);
  });

  test('may be pods, which begin when they run', () => {
    const { result, total } = run({
      traffic:
        '{name: a, service: api, from: {pods: {labels: {app: api}}}, clients: 4, thinkTime: 1s}',
    });
    expect(total?.connections).toBeGreaterThan(40);
    const firstReadyUs = Math.min(...result.pods.map(({ readyUs = 0 }) => readyUs));
    expect(result.traffic[0]?.timeUs).toBeGreaterThan(firstReadyUs);
  });
});

test('pods without a readiness probe are sent connections before they can serve', () => {
  const traffic = '{name: a, service: api, connectionsPerSecond: 500}';
  const { result, total } = run({ traffic, spec: unprobed });
  // Applications start within a second of their containers.
  expect(total?.deadEndpoint).toBeGreaterThan(50);
  expect(result.traffic.slice(-10).every(({ refused }) => refused === 0)).toBe(true);
  expect(run({ traffic }).total?.deadEndpoint).toBe(0);
});

describe('when pods go away', () => {
  const operations = `    - {op: scale, target: Deployment/api, replicas: 2, at: 10s}\n`;
  const traffic = '{name: a, service: api, connectionsPerSecond: 500, duration: 20s}';

  test('connections meet closed ports until the rules are changed, and open ones break', () => {
    const { result, total } = run({ operations, traffic });
    const dead = result.traffic.filter(({ refused }) => refused > 0);
    expect(total?.deadEndpoint).toBeGreaterThan(0);
    expect(dead.every(({ timeUs }) => timeUs >= 10e6 && timeUs <= 13e6)).toBe(true);
    // half of what was open
    const openedBefore = result.traffic
      .filter(({ timeUs }) => timeUs <= 10e6)
      .reduce((sum, { ok }) => sum + ok, 0);
    expect(total?.broken).toBeGreaterThan(0.4 * openedBefore);
    expect(total?.broken).toBeLessThan(0.6 * openedBefore);
  });

  test('a preStop sleep longer than the way to the rules loses none', () => {
    const spec = podSpec.replace(
      "image: 'api:1',",
      "image: 'api:1', lifecycle: {preStop: {sleep: {seconds: 5}}},",
    );
    const { total } = run({ operations, spec, traffic: traffic.replace('20s', '0s') });
    expect(total).toMatchObject({ deadEndpoint: 0, noEndpoints: 0, broken: 0 });
  });

  test('and the last one with them, connections are turned away', () => {
    const { total } = run({
      operations: operations.replace('replicas: 2', 'replicas: 0'),
      traffic,
    });
    expect(total?.noEndpoints).toBeGreaterThan(3_000);
  });
});

test('internalTrafficPolicy Local leaves clients alone whose node has no endpoint', () => {
  const { total } = run({
    replicas: 1,
    service: ', internalTrafficPolicy: Local',
    traffic: '{name: a, service: api, connectionsPerSecond: 400, at: 10s, for: 5s}',
  });
  const share = (total?.noEndpoints ?? 0) / (total?.connections ?? 1);
  expect(share).toBeGreaterThan(0.4);
  expect(share).toBeLessThan(0.6);
});

test('from outside a Local policy is met by nodes that have endpoints only', () => {
  const { total } = run({
    replicas: 1,
    service: ', type: NodePort, externalTrafficPolicy: Local',
    traffic: '{name: a, service: api, from: external, connectionsPerSecond: 100, at: 10s, for: 5s}',
  });
  expect(total?.connections).toBeGreaterThan(400);
  expect(total?.noEndpoints).toBe(0);
});

test('the same scenario has the same traffic, whatever else connects', () => {
  const traffic = '{name: a, service: api, connectionsPerSecond: 50}';
  const alone = run({ traffic }).result.traffic;
  const beside = run({
    traffic: `${traffic}\n    - {name: b, service: api, clients: 3, thinkTime: 10ms}`,
  }).result.traffic.filter((row) => row.traffic === 'a');
  expect(beside).toEqual(alone);
});

describe('traffic between nodes that cannot reach each other', () => {
  const partition = (packets: string): string =>
    `    - {op: partition, at: 12050ms, between: [[workers-0], [workers-1]], duration: 2s, packets: ${packets}}\n`;
  const traffic =
    '{name: a, service: api, connectionsPerSecond: 200, arrival: constant, at: 10s, for: 8s, timeout: 1s}';
  const rowsOf = (packets: string) =>
    run({ operations: partition(packets), traffic }).result.traffic.map((row) => ({
      second: row.timeUs / 1e6,
      refused: row.refused,
      timedOut: row.timedOut,
      share: (row.refused + row.timedOut) / row.connections,
    }));

  test('gets no answer, half of it, as long as the partition lasts and not longer', () => {
    const rows = rowsOf('dropped');
    const failed = rows.filter(({ timedOut }) => timedOut > 0).map(({ second }) => second);
    expect(failed).toEqual([13, 14, 15]);
    const during = rows.find(({ second }) => second === 14)?.share ?? 0;
    expect(during).toBeGreaterThan(0.4);
    expect(during).toBeLessThan(0.6);
    expect(rows.every(({ refused }) => refused === 0)).toBe(true);
  });

  test('is turned away at once where packets are refused', () => {
    const rows = rowsOf('refused');
    expect(rows.every(({ timedOut }) => timedOut === 0)).toBe(true);
    expect(rows.filter(({ refused }) => refused > 0)).toHaveLength(3);
  });
});
