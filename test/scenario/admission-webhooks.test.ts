// Admission webhooks as a scenario states them, what it is refused for, and what they do to a run.
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { brief, deployment, load, loaded } from './memory-files.js';

const webhooksOf = (list: string) =>
  loaded(`controlPlane: {apiServer: {admissionWebhooks: [${list}]}}`).cluster.controlPlane.apiServer
    .webhooks;

describe('a webhook of a scenario', () => {
  test('has the defaults of Kubernetes', () => {
    expect(webhooksOf('{name: a.io, type: Validating, rules: [{resources: [pods]}]}')).toEqual([
      {
        name: 'a.io',
        type: 'Validating',
        rules: [{ operations: ['*'], apiGroups: ['*'], resources: ['pods'] }],
        excludedNamespaces: [],
        latency: { kind: 'constant', value: 5000 },
        timeoutSeconds: 10,
        failurePolicy: 'Fail',
        outages: [],
      },
    ]);
  });

  test('may say everything itself', () => {
    const [found] =
      webhooksOf(`{name: a.io, type: Mutating, rules: [{operations: [CREATE], apiGroups: [""],
      resources: ["pods/*"]}], excludedNamespaces: [kube-system], latency: {p50: 3ms, p99: 30ms},
      timeoutSeconds: 2, failurePolicy: Ignore, outages: [{from: 10s, to: 20s}]}`) ?? [];
    expect(found).toMatchObject({
      type: 'Mutating',
      rules: [{ operations: ['CREATE'], apiGroups: [''], resources: ['pods/*'] }],
      excludedNamespaces: ['kube-system'],
      latency: { kind: 'logNormal', p50: 3000, p99: 30_000 },
      timeoutSeconds: 2,
      failurePolicy: 'Ignore',
      outages: [{ fromUs: 10_000_000, toUs: 20_000_000 }],
    });
  });
});

describe('a webhook is refused', () => {
  const rules = 'rules: [{resources: [pods]}]';
  test.each([
    [
      'that does not say when it is asked',
      '{name: a.io, type: Validating, rules: []}',
      /5:81 spec\.controlPlane\.apiServer\.admissionWebhooks\[0\]\.rules: .*/,
    ],
    ['of an unknown type', `{name: a.io, type: Both, ${rules}}`, /5:69 .*\.type: /],
    [
      'whose time-out is longer than Kubernetes allows',
      `{name: a.io, type: Validating, ${rules}, timeoutSeconds: 31}`,
      /\[0\]\.timeoutSeconds: /,
    ],
    [
      'whose outage ends before it begins',
      `{name: a.io, type: Validating, ${rules}, outages: [{from: 9s, to: 8s}]}`,
      /\[0\]\.outages\[0\]: /,
    ],
    [
      'with an operation that there is not',
      '{name: a.io, type: Validating, rules: [{operations: [READ], resources: [pods]}]}',
      /\[0\]\.rules\[0\]\.operations\[0\]: /,
    ],
    [
      'with the name of another',
      `{name: a.io, type: Validating, ${rules}}, {name: a.io, type: Mutating, ${rules}}`,
      /\[1\]\.name: /,
    ],
  ])('%s', (_, list, expected) => {
    const { scenario, problems } = load(
      `controlPlane: {apiServer: {admissionWebhooks: [${list}]}}`,
    );
    expect(scenario).toBeUndefined();
    expect(problems.map(brief)).toEqual([expect.stringMatching(expected)]);
  });
});

describe('a run whose pods a webhook must see', () => {
  const run = (webhook: string) =>
    runScenario(
      loaded(`
      horizon: 20s
      controlPlane: {apiServer: {admissionWebhooks: [${webhook}]}}
      nodePools: [{name: workers, count: 2}]
      workload: {operations: [{op: create, objects: [${deployment('web', 2)}]}]}
    `),
    );
  const rules = 'rules: [{operations: [CREATE], resources: [pods]}]';

  test('has none while it is down, and the reason as Events of the ReplicaSet', () => {
    const outages = 'outages: [{from: 0s, to: 20s}]';
    const { pods, kubernetesEvents, metrics } = run(
      `{name: a.io, type: Validating, ${rules}, ${outages}}`,
    );
    expect(pods).toEqual([]);
    const failures = kubernetesEvents.filter(({ reason }) => reason === 'FailedCreate');
    expect(failures[0]?.message).toMatch(
      /^Error creating: Internal error occurred: failed calling webhook "a.io": .*refused$/,
    );
    const refused = metrics.find(
      ({ name }) => name === 'apiserver_admission_webhook_rejection_count',
    );
    expect(refused?.value).toBeGreaterThan(1);
  });

  test('has them a little later when it answers, or when nobody minds that it does not', () => {
    const created = (webhook: string): number =>
      Math.max(...run(webhook).pods.map(({ createdUs }) => createdUs));
    const quickUs = created(`{name: a.io, type: Validating, ${rules}, latency: 1ms}`);
    const slowUs = created(`{name: a.io, type: Validating, ${rules}, latency: 300ms}`);
    const ignored = 'timeoutSeconds: 1, failurePolicy: Ignore, latency: 5s';
    const ignoredUs = created(`{name: a.io, type: Validating, ${rules}, ${ignored}}`);
    expect(slowUs - quickUs).toBeGreaterThan(290_000);
    expect(slowUs - quickUs).toBeLessThan(900_000);
    expect(ignoredUs - quickUs).toBeGreaterThan(990_000);
    expect(ignoredUs - quickUs).toBeLessThan(2_100_000);
  });
});
