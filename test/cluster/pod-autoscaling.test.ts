// A HorizontalPodAutoscaler in a whole cluster: what it does to its target, and what it says when
// it cannot.
import { describe, expect, it } from 'vitest';
import type { HorizontalPodAutoscaler } from '../../src/api/horizontal-pod-autoscaler.js';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import { runScenario } from '../../src/experiment/run-scenario.js';
import type { RunResult } from '../../src/metrics/run-result.js';
import { load } from '../scenario/memory-files.js';
import { loaded } from '../support/scenarios.js';

interface Case {
  readonly metric?: string;
  readonly target?: string;
  readonly request?: string;
  readonly annotation?: string;
  readonly spec?: string;
  readonly loads?: string;
  readonly replicas?: number;
  readonly least?: number;
  readonly horizon?: string;
}

interface Seen {
  readonly result: RunResult;
  readonly autoscaler: HorizontalPodAutoscaler;
  readonly replicas: number;
}

const CPU =
  '{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}';

/** Runs a Deployment with an autoscaler for two minutes. */
function run(given: Case = {}): Seen {
  const { metric = CPU, target = 'web', request = 'cpu: 100m', annotation, replicas = 2 } = given;
  const { spec = '', loads = '', least = 1 } = given;
  const annotations =
    annotation === undefined ? '' : `, annotations: {kubeclock.dev/cpu-use: '${annotation}'}`;
  const text = `
seed: 1
until: horizon
horizon: ${given.horizon ?? '110s'}
nodePools: [{name: a, count: 1, cpu: 8, images: ['app:1']}]
applicationStart: 1s
${spec}
workload:
  ${loads}
  operations:
    - op: apply
      objects:
        - apiVersion: apps/v1
          kind: Deployment
          metadata: {name: web}
          spec:
            replicas: ${replicas}
            selector: {matchLabels: {app: web}}
            template:
              metadata: {labels: {app: web}${annotations}}
              spec: {containers: [{name: app, image: 'app:1', resources: {requests: {${request}}}}]}
        - apiVersion: autoscaling/v2
          kind: HorizontalPodAutoscaler
          metadata: {name: web}
          spec:
            scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${target}}
            minReplicas: ${least}
            maxReplicas: 6
            metrics: [${metric}]
`;
  let objects: readonly KubernetesObject[] = [];
  const result = runScenario(loaded(load(text)), {
    look: { atUs: undefined, see: (all) => (objects = all) },
  });
  const found = (kind: string) => objects.find((each) => each.kind === kind);
  const deployment = found('Deployment') as { readonly spec: { readonly replicas: number } };
  return {
    result,
    autoscaler: found('HorizontalPodAutoscaler') as HorizontalPodAutoscaler,
    replicas: deployment.spec.replicas,
  };
}

const eventsOf = ({ result }: Seen): readonly string[] =>
  result.kubernetesEvents
    .filter(({ involved }) => involved.startsWith('HorizontalPodAutoscaler'))
    .map(({ reason, message }) => `${reason}: ${message}`);

const conditionsOf = ({ autoscaler }: Seen): readonly string[] =>
  (autoscaler.status?.conditions ?? []).map(
    ({ type, status, reason }) => `${type}=${status} ${reason}`,
  );

describe('an autoscaler whose pods are busier than they should be', () => {
  const seen = run({ annotation: '90m' });

  it('doubles its target, once the metrics of Ready pods are there, and goes on to its bound', () => {
    const why = 'reason: cpu resource utilization (percentage of request) above target';
    const rescales = eventsOf(seen).filter((event) => event.startsWith('SuccessfulRescale'));
    expect(rescales).toEqual([4, 6].map((size) => `SuccessfulRescale: New size: ${size}; ${why}`));
    expect(seen.replicas).toBe(6);
  });

  it('says so in its status', () => {
    expect(conditionsOf(seen)).toEqual([
      'AbleToScale=True ReadyForNewScale',
      'ScalingActive=True ValidMetricFound',
      'ScalingLimited=True TooManyReplicas',
    ]);
    const { currentReplicas, desiredReplicas, currentMetrics } = seen.autoscaler.status ?? {};
    expect({ currentReplicas, desiredReplicas }).toEqual({
      currentReplicas: 6,
      desiredReplicas: 6,
    });
    expect(currentMetrics?.[0]?.resource?.current).toEqual({
      averageUtilization: 90,
      averageValue: '90m',
    });
  });

  it('looks every fifteen seconds', () => {
    const rows = seen.result.requests.filter(
      ({ client, resource }) =>
        client.includes('autoscaler') && resource.includes('metrics.k8s.io'),
    );
    expect(rows.map(({ verb, count }) => `${verb} ${count}`)).toEqual(['list 7']);
  });
});

describe('an autoscaler whose pods ask for more CPU than their node has', () => {
  const seen = run({ annotation: '4', request: 'cpu: 1', replicas: 6, least: 6 });

  it('is told what they get, not what they ask for', () => {
    const { current } = seen.autoscaler.status?.currentMetrics?.[0]?.resource ?? {};
    // Eight cores for six; a call to the runtime is long over.
    expect(current).toEqual({ averageUtilization: 133, averageValue: '1334m' });
  });

  it('has a third of what they asked for in their rows', () => {
    const shares = seen.result.pods.map(({ cpu }) => (cpu?.usedUs ?? 0) / (cpu?.askedUs ?? 0));
    expect(shares).toHaveLength(6);
    for (const share of shares) expect(share).toBeCloseTo(1 / 3, 2);
  });

  it('is told so again when containers have been restarted', () => {
    const annotation = "0s=4,1m=100m', kubeclock.dev/run-time: '5m";
    const again = run({ annotation, request: 'cpu: 1', replicas: 6, least: 6, horizon: '350s' });
    const { current } = again.autoscaler.status?.currentMetrics?.[0]?.resource ?? {};
    expect(current).toEqual({ averageUtilization: 133, averageValue: '1334m' });
  });
});

describe('an autoscaler that cannot tell', () => {
  it('says that nobody serves the metrics', () => {
    const seen = run({ spec: 'metricsServer: {enabled: false}' });
    expect(eventsOf(seen)[0]).toBe(
      'FailedGetResourceMetric: failed to get cpu utilization: unable to get metrics for resource ' +
        'cpu: unable to fetch metrics from resource metrics API: the server could not find the ' +
        'requested resource (get pods.metrics.k8s.io)',
    );
    expect(conditionsOf(seen)).toEqual([
      'AbleToScale=True SucceededGetScale',
      'ScalingActive=False FailedGetResourceMetric',
    ]);
    expect(seen.replicas).toBe(2);
  });

  it('says which container requests nothing', () => {
    const seen = run({ request: 'memory: 64Mi' });
    expect(eventsOf(seen).at(-1)).toMatch(
      /^FailedComputeMetricsReplicas: .*missing request for cpu in container app of Pod web-/,
    );
  });

  it('says that its target is not there', () => {
    const seen = run({ target: 'wob', horizon: '20s' });
    expect(eventsOf(seen)).toEqual(['FailedGetScale: deployments.apps "wob" not found']);
    expect(conditionsOf(seen)).toEqual(['AbleToScale=False FailedGetScale']);
  });
});

describe('an autoscaler with bounds', () => {
  it('brings its target to the least at once, whatever the metrics say', () => {
    const seen = run({ least: 5, horizon: '20s' });
    expect(seen.replicas).toBe(5);
    expect(eventsOf(seen)).toEqual([
      'SuccessfulRescale: New size: 5; reason: Current number of replicas below Spec.MinReplicas',
    ]);
  });

  it('leaves a target alone that is scaled to zero', () => {
    const seen = run({ replicas: 0, horizon: '20s' });
    expect(seen.replicas).toBe(0);
    expect(conditionsOf(seen)).toContain('ScalingActive=False ScalingDisabled');
  });
});

describe('an autoscaler on another metric', () => {
  const external =
    "{type: External, external: {metric: {name: queue-length}, target: {type: AverageValue, averageValue: '10'}}}";

  it('follows a series that the scenario gives', () => {
    const seen = run({
      metric: external,
      loads: 'metrics: [{name: queue-length, values: [{at: 0s, value: 35}]}]',
      horizon: '20s',
    });
    expect(seen.replicas).toBe(4);
    expect(seen.autoscaler.status?.currentMetrics).toEqual([
      {
        type: 'External',
        external: { metric: { name: 'queue-length' }, current: { averageValue: '17500m' } },
      },
    ]);
  });

  it('says that nobody knows it', () => {
    const seen = run({ metric: external, horizon: '20s' });
    expect(eventsOf(seen)[0]).toMatch(
      /^FailedGetExternalMetric: unable to get metric queue-length/,
    );
  });
});
