import { describe, expect, it } from 'vitest';
import { container, found, type Json } from './validation-harness.js';

describe('controllers', () => {
  const spec: Json = {
    selector: { matchLabels: { app: 'x' } },
    template: { metadata: { labels: { app: 'x' } }, spec: { containers: [container] } },
  };
  const jobTemplate = { spec: { containers: [container], restartPolicy: 'Never' } };

  it.each<[string, string, Json, readonly string[]]>([
    ['Deployment', 'apps/v1', spec, []],
    [
      'Deployment',
      'apps/v1',
      { ...spec, replicas: -1 },
      ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    ],
    ['Deployment', 'apps/v1', { ...spec, selector: undefined }, ['spec.selector: Required value']],
    [
      'Deployment',
      'apps/v1',
      { ...spec, selector: { matchLabels: { app: 'z' } } },
      [
        'spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`',
      ],
    ],
    [
      'Deployment',
      'apps/v1',
      { ...spec, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } },
      [
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
      ],
    ],
    [
      'Deployment',
      'apps/v1',
      { ...spec, strategy: { type: 'Recreate', rollingUpdate: {} } },
      [
        "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
      ],
    ],
    [
      'Deployment',
      'apps/v1',
      { ...spec, strategy: { rollingUpdate: { maxUnavailable: '120%', maxSurge: 'some' } } },
      [
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "120%": must not be greater than 100%',
        "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"some\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      ],
    ],
    [
      'Deployment',
      'apps/v1',
      { ...spec, progressDeadlineSeconds: 10, minReadySeconds: 10 },
      ['spec.progressDeadlineSeconds: Invalid value: 10: must be greater than minReadySeconds'],
    ],
    [
      'Deployment',
      'apps/v1',
      {
        ...spec,
        template: {
          ...(spec['template'] as Json),
          spec: { containers: [container], restartPolicy: 'Never' },
        },
      },
      ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    ],
    ['ReplicaSet', 'apps/v1', { ...spec, template: undefined }, ['spec.template: Required value']],
    ['ReplicationController', 'v1', { template: spec['template'] }, []],
    [
      'ReplicationController',
      'v1',
      { template: { spec: { containers: [container] } } },
      ['spec.selector: Required value'],
    ],
    [
      'StatefulSet',
      'apps/v1',
      {
        ...spec,
        template: {
          metadata: { labels: { app: 'x' } },
          spec: {
            containers: [{ ...container, volumeMounts: [{ name: 'data', mountPath: '/d' }] }],
          },
        },
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }],
      },
      [],
    ],
    [
      'StatefulSet',
      'apps/v1',
      {
        ...spec,
        podManagementPolicy: 'Random',
        updateStrategy: { rollingUpdate: { partition: -1 } },
      },
      [
        'spec.podManagementPolicy: Unsupported value: "Random": supported values: "OrderedReady", "Parallel"',
        'spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
    [
      'DaemonSet',
      'apps/v1',
      { ...spec, updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } },
      [
        'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0 when maxSurge is 0',
      ],
    ],
    [
      'DaemonSet',
      'apps/v1',
      { ...spec, updateStrategy: { rollingUpdate: { maxSurge: 1 } } },
      [
        'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
      ],
    ],
    ['Job', 'batch/v1', { template: jobTemplate }, []],
    [
      'Job',
      'batch/v1',
      { template: { spec: { containers: [container] } } },
      [
        'spec.template.spec.restartPolicy: Unsupported value: "Always": supported values: "Never", "OnFailure"',
      ],
    ],
    [
      'Job',
      'batch/v1',
      { template: jobTemplate, completionMode: 'Indexed', parallelism: -1 },
      [
        'spec.parallelism: Invalid value: -1: must be greater than or equal to 0',
        'spec.completions: Required value: when completion mode is Indexed',
      ],
    ],
    [
      'CronJob',
      'batch/v1',
      { schedule: '*/5 * * * *', jobTemplate: { spec: { template: jobTemplate } } },
      [],
    ],
    [
      'CronJob',
      'batch/v1',
      { schedule: '@hourly', jobTemplate: { spec: { template: jobTemplate } } },
      [],
    ],
    [
      'CronJob',
      'batch/v1',
      { schedule: '* * *', concurrencyPolicy: 'Wait', jobTemplate: {} },
      [
        'spec.schedule: Invalid value: "* * *": expected exactly 5 fields, found 3: [* * *]',
        'spec.concurrencyPolicy: Unsupported value: "Wait": supported values: "Allow", "Forbid", "Replace"',
        'spec.jobTemplate.spec: Required value',
      ],
    ],
    [
      'PodDisruptionBudget',
      'policy/v1',
      { minAvailable: 1, maxUnavailable: '150%' },
      [
        'spec: Invalid value: {"minAvailable":1,"maxUnavailable":"150%"}: minAvailable and maxUnavailable cannot be both set',
        'spec.maxUnavailable: Invalid value: "150%": must not be greater than 100%',
      ],
    ],
    [
      'HorizontalPodAutoscaler',
      'autoscaling/v2',
      {
        scaleTargetRef: { kind: 'Deployment' },
        minReplicas: 5,
        maxReplicas: 2,
        metrics: [{ type: 'Pods' }],
      },
      [
        'spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`',
        'spec.scaleTargetRef.name: Required value',
        'spec.metrics[0].pods: Required value: must populate information for the given metric source',
      ],
    ],
    ['Deployment', 'apps/v1', undefined as unknown as Json, ['spec: Required value']],
  ])('%s %s %j', (kind, apiVersion, controllerSpec, expected) => {
    expect(
      found(kind, apiVersion, controllerSpec === undefined ? {} : { spec: controllerSpec }),
    ).toEqual(expected);
  });

  it.each<[string, string]>([
    ['Deployment', 'deployment'],
    ['ReplicaSet', 'deployment'],
    ['StatefulSet', 'statefulset'],
    ['DaemonSet', 'daemonset'],
  ])('the selector of a %s may not be empty', (kind, noun) => {
    expect(found(kind, 'apps/v1', { spec: { ...spec, selector: {} } })).toEqual([
      `spec.selector: Invalid value: {}: empty selector is invalid for ${noun}`,
    ]);
  });

  it('selectors are checked', () => {
    const selector = {
      matchExpressions: [
        { key: 'a', operator: 'In' },
        { key: 'a', operator: 'Exists', values: ['x'] },
        { key: 'a', operator: 'Like' },
      ],
    };
    expect(found('PodDisruptionBudget', 'policy/v1', { spec: { selector } })).toEqual([
      "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      "spec.selector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      'spec.selector.matchExpressions[2].operator: Invalid value: "Like": not a valid selector operator',
    ]);
  });
});
