// What pods are scaled by, as a scenario has it.
import { describe, expect, test } from 'vitest';
import { load } from './memory-files.js';

const WEB =
  '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, image: a, resources: {requests: {cpu: 1, memory: 1Gi}}}]}}}}';
const AUTOSCALER =
  '{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web}, spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}}';

const scenario = (more: string, objects = [WEB, AUTOSCALER]) =>
  load(
    `nodePools: [{name: a, count: 1}]\nworkload:\n  operations: [{op: apply, objects: [${objects.join(', ')}]}]\n${more}`,
  );

const LOAD =
  '  cpuLoads: [{matchLabels: {app: web}, cpu: [{at: 0s, value: 1}, {at: 1m, value: 250m}]}]';

describe('a scenario with an autoscaler', () => {
  test('has metrics-server, which measures every fifteen seconds', () => {
    const { scenario: found, problems } = scenario('');
    expect(problems).toEqual([]);
    expect(found?.cluster.podAutoscaling).toEqual({
      metricResolutionUs: 15_000_000,
      loads: [],
      series: [],
    });
  });

  test('may measure at another pace, or not at all', () => {
    const every = scenario('metricsServer: {resolution: 1m}').scenario?.cluster.podAutoscaling;
    expect(every?.metricResolutionUs).toBe(60_000_000);
    const none = scenario('metricsServer: {enabled: false}').scenario?.cluster.podAutoscaling;
    expect(none?.metricResolutionUs).toBeUndefined();
  });

  test('reads loads and metrics in thousandths and microseconds', () => {
    const metrics = '  metrics: [{name: queue, values: [{at: 0s, value: 0}, {at: 5s, value: 1k}]}]';
    const { scenario: found, problems } = scenario(`${LOAD}\n${metrics}`);
    expect(problems).toEqual([]);
    expect(found?.cluster.podAutoscaling).toMatchObject({
      loads: [
        {
          namespace: 'default',
          matchLabels: { app: 'web' },
          steps: [
            { atUs: 0, valueMilli: 1000 },
            { atUs: 60_000_000, valueMilli: 250 },
          ],
        },
      ],
      series: [
        {
          name: 'queue',
          steps: [
            { atUs: 0, valueMilli: 0 },
            { atUs: 5_000_000, valueMilli: 1_000_000 },
          ],
        },
      ],
    });
  });
});

test('a scenario without autoscalers has nothing of it', () => {
  expect(scenario('', [WEB]).scenario?.cluster.podAutoscaling).toBeUndefined();
});

describe('what can come to nothing is a problem', () => {
  const messages = (more: string, objects?: string[]) =>
    scenario(more, objects).problems.map(({ path, message }) => `${path}: ${message}`);

  test('a load without an autoscaler', () => {
    expect(messages(LOAD, [WEB])).toEqual([
      'spec.workload.cpuLoads: cpuLoads without a HorizontalPodAutoscaler, the only one who looks at them',
    ]);
  });

  test('a load on pods that are not there', () => {
    const text = '  cpuLoads: [{matchLabels: {app: wob}, cpu: [{at: 0s, value: 1}]}]';
    expect(messages(text)).toEqual([
      'spec.workload.cpuLoads[0].matchLabels: the load selects no pod of this workload',
    ]);
  });

  test('two metrics of one name', () => {
    const one = '{name: queue, values: [{at: 0s, value: 1}]}';
    expect(messages(`  metrics: [${one}, ${one}]`)).toEqual([
      'spec.workload.metrics[1].name: a metric named "queue" is there already',
    ]);
  });

  test.each([
    ['[]', 'cpu'],
    ['[{at: 1m, value: 1}, {at: 0s, value: 2}]', 'cpu'],
    ['[{at: 1m, value: much}]', 'cpu[0].value'],
    ['[{at: 1m, value: -1}]', 'cpu[0].value'],
  ])('steps %s', (steps, where) => {
    const found = messages(`  cpuLoads: [{matchLabels: {app: web}, cpu: ${steps}}]`);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`spec.workload.cpuLoads[0].${where}`);
  });
});
