import { describe, expect, it } from 'vitest';
import {
  type Json,
  podDefaults,
  recorded,
  template,
  templateDefaults,
} from './defaulting-harness.js';

describe('controllers', () => {
  const spec: Json = { selector: { matchLabels: { app: 'x' } }, template };

  it.each<[string, string, Json, readonly string[]]>([
    [
      'Deployment',
      'apps/v1',
      spec,
      [
        'spec.replicas = 1',
        'spec.strategy = {}',
        'spec.strategy.type = "RollingUpdate"',
        'spec.strategy.rollingUpdate.maxUnavailable = "25%"',
        'spec.strategy.rollingUpdate.maxSurge = "25%"',
        'spec.revisionHistoryLimit = 10',
        'spec.progressDeadlineSeconds = 600',
        ...templateDefaults('spec.template'),
      ],
    ],
    [
      'Deployment',
      'apps/v1',
      { ...spec, replicas: 0, strategy: { type: 'Recreate' }, revisionHistoryLimit: 0 },
      ['spec.progressDeadlineSeconds = 600', ...templateDefaults('spec.template')],
    ],
    ['ReplicaSet', 'apps/v1', spec, ['spec.replicas = 1', ...templateDefaults('spec.template')]],
    [
      'ReplicationController',
      'v1',
      { template },
      [
        'metadata.labels = {"app":"x"}',
        'spec.replicas = 1',
        'spec.selector = {"app":"x"}',
        ...templateDefaults('spec.template'),
      ],
    ],
    [
      'StatefulSet',
      'apps/v1',
      { ...spec, volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: {} }] },
      [
        'spec.replicas = 1',
        'spec.podManagementPolicy = "OrderedReady"',
        'spec.updateStrategy = {}',
        'spec.revisionHistoryLimit = 10',
        'spec.persistentVolumeClaimRetentionPolicy = {}',
        'spec.updateStrategy.type = "RollingUpdate"',
        'spec.updateStrategy.rollingUpdate.partition = 0',
        'spec.persistentVolumeClaimRetentionPolicy.whenDeleted = "Retain"',
        'spec.persistentVolumeClaimRetentionPolicy.whenScaled = "Retain"',
        'spec.volumeClaimTemplates[0].spec.volumeMode = "Filesystem"',
        ...templateDefaults('spec.template'),
      ],
    ],
    [
      'DaemonSet',
      'apps/v1',
      spec,
      [
        'spec.updateStrategy = {}',
        'spec.revisionHistoryLimit = 10',
        'spec.updateStrategy.type = "RollingUpdate"',
        'spec.updateStrategy.rollingUpdate.maxUnavailable = 1',
        'spec.updateStrategy.rollingUpdate.maxSurge = 0',
        ...templateDefaults('spec.template'),
      ],
    ],
    [
      'Job',
      'batch/v1',
      { template },
      [
        'metadata.labels = {"app":"x"}',
        'spec.completions = 1',
        'spec.parallelism = 1',
        'spec.backoffLimit = 6',
        'spec.completionMode = "NonIndexed"',
        'spec.suspend = false',
        'spec.podReplacementPolicy = "TerminatingOrFailed"',
        ...templateDefaults('spec.template'),
      ],
    ],
    [
      'Job',
      'batch/v1',
      {
        template: { spec: { containers: [] } },
        parallelism: 3,
        backoffLimitPerIndex: 1,
        podFailurePolicy: {
          rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }],
        },
      },
      [
        'spec.backoffLimit = 2147483647',
        'spec.completionMode = "NonIndexed"',
        'spec.suspend = false',
        'spec.podReplacementPolicy = "Failed"',
        'spec.podFailurePolicy.rules[0].onPodConditions[0].status = "True"',
        ...podDefaults('spec.template.spec'),
      ],
    ],
    [
      'CronJob',
      'batch/v1',
      { schedule: '* * * * *', jobTemplate: { spec: { template } } },
      [
        'spec.concurrencyPolicy = "Allow"',
        'spec.suspend = false',
        'spec.successfulJobsHistoryLimit = 3',
        'spec.failedJobsHistoryLimit = 1',
        ...templateDefaults('spec.jobTemplate.spec.template'),
      ],
    ],
  ])('%s %s', (kind, apiVersion, controllerSpec, expected) => {
    expect(recorded(kind, apiVersion, { spec: controllerSpec })).toEqual(expected);
  });

  it('an autoscaler follows 80 % CPU when it names no metric', () => {
    const target = { scaleTargetRef: { kind: 'Deployment', name: 'd' }, maxReplicas: 5 };
    const metric =
      '[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]';
    for (const metrics of [{}, { metrics: [] }]) {
      expect(
        recorded('HorizontalPodAutoscaler', 'autoscaling/v2', { spec: { ...target, ...metrics } }),
      ).toEqual(['spec.minReplicas = 1', `spec.metrics = ${metric}`]);
    }
  });

  it('an autoscaler completes behaviour only where it is stated', () => {
    const spec = {
      scaleTargetRef: { kind: 'Deployment', name: 'd' },
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [{ type: 'Pods' }],
      behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
    };
    expect(recorded('HorizontalPodAutoscaler', 'autoscaling/v2', { spec })).toEqual([
      'spec.behavior.scaleUp.stabilizationWindowSeconds = 0',
      'spec.behavior.scaleUp.selectPolicy = "Max"',
      'spec.behavior.scaleUp.policies = [{"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]',
      'spec.behavior.scaleDown.selectPolicy = "Max"',
      'spec.behavior.scaleDown.policies = [{"type":"Percent","value":100,"periodSeconds":15}]',
    ]);
  });
});
