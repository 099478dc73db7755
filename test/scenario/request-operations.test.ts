// The operations `requests` and `restart`, and the fields of the apiserver, as a scenario has them.
import { describe, expect, test } from 'vitest';
import { load } from './memory-files.js';

const cluster = 'controlPlane: {hosts: {count: 3, cores: 4}}\nnodePools: [{name: a, count: 1}]';
const operations = (...lines: readonly string[]): string =>
  `${cluster}\nworkload:\n  operations:\n${lines.map((line) => `    - ${line}\n`).join('')}`;

describe('an operation', () => {
  test('requests reads over and over: one client, all namespaces, consistently, as it can', () => {
    const { scenario, problems } = load(
      operations('{op: requests, verb: list, resource: pods, duration: 30s}'),
    );
    expect(problems).toEqual([]);
    expect(scenario?.operations).toEqual([
      {
        op: 'requests',
        atUs: 0,
        source: 'operations[0]',
        verb: 'list',
        resource: 'pods',
        namespace: '',
        name: '',
        isConsistent: true,
        contentType: 'protobuf',
        user: 'load-generator',
        clients: 1,
        qps: Number.POSITIVE_INFINITY,
        workers: 1,
        durationUs: 30_000_000,
      },
    ]);
  });

  test('restart ends an apiserver and starts it again', () => {
    const { scenario, problems } = load(
      operations('{op: restart, component: kube-apiserver, replica: 2, downtime: 5s, at: 1m}'),
    );
    expect(problems).toEqual([]);
    expect(scenario?.operations[0]).toMatchObject({
      op: 'restart',
      atUs: 60_000_000,
      component: 'kube-apiserver',
      replica: 2,
      signal: 'SIGTERM',
      downUs: 5_000_000,
    });
  });

  test.each([
    ['{op: requests, verb: list, resource: podz, duration: 1s}', 'no resource is called "podz"'],
    ['{op: restart, component: kube-apiserver, replica: 3}', 'there are 3 replicas'],
  ])('%s is refused', (line, message) => {
    const { scenario, problems } = load(operations(line));
    expect(scenario).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(message);
  });

  test('may change the FlowSchemas that every cluster has', () => {
    const patch = '{spec: {matchingPrecedence: 8999}}';
    const line = `{op: update, target: FlowSchema/service-accounts, patch: ${patch}}`;
    expect(load(operations(line)).problems).toEqual([]);
  });
});

describe('the apiserver', () => {
  test('has the settings of its flags, by default those of Kubernetes', () => {
    expect(load(cluster).scenario?.cluster.controlPlane.apiServer).toMatchObject({
      maxRequestsInflight: 400,
      maxMutatingRequestsInflight: 200,
      enablePriorityAndFairness: true,
      requestTimeoutUs: 60_000_000,
      goawayChance: 0,
    });
  });

  test('takes others', () => {
    const own = '{enablePriorityAndFairness: false, requestTimeout: 30s, goawayChance: 0.01}';
    const { scenario } = load(
      `controlPlane: {apiServer: ${own}}\nnodePools: [{name: a, count: 1}]`,
    );
    expect(scenario?.cluster.controlPlane.apiServer).toMatchObject({
      enablePriorityAndFairness: false,
      requestTimeoutUs: 30_000_000,
      goawayChance: 0.01,
    });
  });

  test('refuses a GOAWAY chance above 2 %', () => {
    const { problems } = load('controlPlane: {apiServer: {goawayChance: 0.5}}');
    expect(problems[0]).toMatchObject({ expected: 'a number from 0 to 0.02' });
  });
});
