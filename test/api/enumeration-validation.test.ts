// Words and numbers that the API server refuses in policies of Jobs, claims, Services and
// autoscalers.
import { describe, expect, it } from 'vitest';
import { container, found as foundIn, type Json } from './validation-harness.js';

const found = (kind: string, apiVersion: string, spec: Json): readonly string[] =>
  foundIn(kind, apiVersion, { spec });

const inTemplate = (restartPolicy: string): Json => ({
  spec: { containers: [container], restartPolicy },
});
const job = (extra: Json, restartPolicy = 'Never'): Json => ({
  template: inTemplate(restartPolicy),
  ...extra,
});
const failing = (...rules: readonly Json[]): Json => job({ podFailurePolicy: { rules } });
const exits = (extra: Json): Json => ({ operator: 'In', values: [1, 42], ...extra });
const succeeding = (...rules: readonly Json[]): Json =>
  job({ completionMode: 'Indexed', completions: 5, successPolicy: { rules } });

const rule = 'spec.podFailurePolicy.rules[0]';
const success = 'spec.successPolicy.rules';

describe('policies of a Job', () => {
  it.each<[string, Json, readonly string[]]>([
    ['are fine', failing({ action: 'FailJob', onExitCodes: exits({}) }), []],
    ['are fine', failing({ action: 'Ignore', onPodConditions: [{ type: 'X' }] }), []],
    [
      'know four actions',
      failing({ action: 'Retry', onExitCodes: exits({}) }),
      [
        `${rule}.action: Unsupported value: "Retry": supported values: "Count", "FailIndex", "FailJob", "Ignore"`,
      ],
    ],
    [
      'fail an index only where indexes have a limit',
      failing({ action: 'FailIndex', onExitCodes: exits({}) }),
      [`${rule}.action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set`],
    ],
    [
      'have no exit code of 0, none twice, and all in order',
      failing({ action: 'Count', onExitCodes: exits({ values: [0, 3, 3, 2] }) }),
      [
        `${rule}.onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator`,
        `${rule}.onExitCodes.values[2]: Duplicate value: 3`,
        `${rule}.onExitCodes.values: Invalid value: [0,3,3,2]: must be ordered`,
      ],
    ],
    [
      'name containers that there are',
      failing({ action: 'Count', onExitCodes: exits({ containerName: 'none' }) }),
      [
        `${rule}.onExitCodes.containerName: Invalid value: "none": must be one of the container or initContainer names in the pod template`,
      ],
    ],
    [
      'look at something',
      failing({ action: 'Count' }),
      [
        `${rule}: Invalid value: {"action":"Count"}: specifying one of OnExitCodes and OnPodConditions is required`,
      ],
    ],
    [
      'need pods that are not restarted',
      job({ podFailurePolicy: { rules: [] } }, 'OnFailure'),
      [
        'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
      ],
    ],
    ['are fine', succeeding({ succeededIndexes: '0,2-4', succeededCount: 1 }), []],
    ['may name no indexes at all', succeeding({ succeededIndexes: '' }), []],
    [
      'name intervals that ascend',
      succeeding({ succeededIndexes: '3-3' }, { succeededIndexes: '0,' }),
      [
        `${success}[0].succeededIndexes: Invalid value: "3-3": error parsing succeededIndexes: "3-3" does not ascend`,
        `${success}[1].succeededIndexes: Invalid value: "0,": error parsing succeededIndexes: cannot convert the interval "" to indexes`,
      ],
    ],
    [
      'say how many or which indexes have to succeed',
      succeeding({}, { succeededIndexes: '3,1' }, { succeededIndexes: '2-9' }),
      [
        `${success}[0]: Required value: at least one of succeededCount or succeededIndexes must be specified`,
        `${success}[1].succeededIndexes: Invalid value: "3,1": error parsing succeededIndexes: non-increasing order, previous: 3, current: 1`,
        `${success}[2].succeededIndexes: Invalid value: "2-9": error parsing succeededIndexes: "9" is not below the number of completions`,
      ],
    ],
    [
      'do not ask for more than there are',
      succeeding({ succeededCount: 6 }),
      [
        `${success}[0].succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified completions)`,
      ],
    ],
    [
      'need indexes',
      job({ successPolicy: { rules: [{ succeededCount: 1 }] } }),
      [
        'spec.successPolicy: Invalid value: {"rules":[{"succeededCount":1}]}: requires indexed completion mode',
      ],
    ],
  ])('%s', (_, spec, problems) => {
    expect(found('Job', 'batch/v1', spec)).toEqual(problems);
  });
});

const service = (extra: Json): Json => ({ ports: [{ port: 80 }], ...extra });
const withTimeout = (timeoutSeconds: number): Json => ({ clientIP: { timeoutSeconds } });

describe('a Service', () => {
  it.each<[Json, readonly string[]]>([
    [{ trafficDistribution: 'PreferSameNode', clusterIP: '10.9.8.7' }, []],
    [{ sessionAffinity: 'ClientIP', sessionAffinityConfig: withTimeout(86_400) }, []],
    [{ clusterIP: 'fd00::1' }, []],
    [
      { trafficDistribution: 'Near' },
      [
        'spec.trafficDistribution: Unsupported value: "Near": supported values: "PreferClose", "PreferSameNode", "PreferSameZone"',
      ],
    ],
    [
      { sessionAffinity: 'ClientIP', sessionAffinityConfig: withTimeout(86_401) },
      [
        'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400',
      ],
    ],
    [
      { sessionAffinityConfig: withTimeout(10) },
      ['spec.sessionAffinityConfig: Forbidden: must not be set when session affinity is None'],
    ],
    ...['10.0.0.256', '10.0.0', 'banana'].map((clusterIP): [Json, readonly string[]] => [
      { clusterIP },
      [
        `spec.clusterIP: Invalid value: "${clusterIP}": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`,
      ],
    ]),
    [
      { type: 'ExternalName', externalName: 'a.example', clusterIP: '10.9.8.7' },
      ["spec.clusterIP: Forbidden: may not be set when `type` is 'ExternalName'"],
    ],
  ])('%j', (extra, problems) => {
    expect(found('Service', 'v1', service(extra))).toEqual(problems);
  });
});

describe('storage', () => {
  const claim = (storage: string, ...accessModes: readonly string[]): Json => ({
    accessModes,
    resources: { requests: { storage } },
  });

  it('has a size above zero, and ReadWriteOncePod alone', () => {
    const problems = found('PersistentVolumeClaim', 'v1', claim('0', 'ReadWriteOnce'));
    expect(problems).toEqual([
      'spec.resources.requests.storage: Invalid value: "0": must be greater than zero',
    ]);
    const both = claim('1Gi', 'ReadWriteOncePod', 'ReadWriteOnce');
    expect(found('PersistentVolumeClaim', 'v1', both)).toEqual([
      'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
    ]);
  });

  it('of a StatefulSet is retained or deleted', () => {
    const spec = {
      selector: { matchLabels: { app: 'x' } },
      template: { metadata: { labels: { app: 'x' } }, spec: { containers: [container] } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Keep', whenScaled: 'Delete' },
    };
    expect(found('StatefulSet', 'apps/v1', spec)).toEqual([
      'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Keep": supported values: "Delete", "Retain"',
    ]);
  });
});

describe('what an autoscaler aims at', () => {
  const aiming = (type: string, target: Json): readonly string[] => {
    const source = {
      name: 'cpu',
      metric: { name: 'q' },
      describedObject: { kind: 'A', name: 'b' },
    };
    const field = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
    const spec = {
      maxReplicas: 3,
      scaleTargetRef: { kind: 'Deployment', name: 'x' },
      metrics: [{ type, [field]: { ...source, target } }],
    };
    const at = `spec.metrics[0].${field}.target.`;
    return found('HorizontalPodAutoscaler', 'autoscaling/v2', spec).map((problem) =>
      problem.replace(at, ''),
    );
  };

  it.each<[string, Json, readonly string[]]>([
    ['Resource', { type: 'Utilization', averageUtilization: 50 }, []],
    ['Pods', { type: 'AverageValue', averageValue: '5' }, []],
    ['External', { type: 'Value', value: '5' }, []],
    [
      'Resource',
      { type: 'Share', averageUtilization: 0 },
      [
        'type: Unsupported value: "Share": supported values: "AverageValue", "Utilization", "Value"',
        'averageUtilization: Invalid value: 0: must be greater than 0',
      ],
    ],
    [
      'Resource',
      { type: 'Utilization' },
      [
        'averageUtilization: Required value: must set either a target raw value or a target utilization',
      ],
    ],
    [
      'Resource',
      { type: 'Utilization', averageUtilization: 5, averageValue: '1' },
      ['averageValue: Forbidden: may not set both a target raw value and a target utilization'],
    ],
    [
      'Pods',
      { type: 'Value', value: '-1' },
      [
        'value: Invalid value: "-1": must be positive',
        'averageValue: Required value: must specify a positive target averageValue',
      ],
    ],
    [
      'Object',
      { type: 'Value' },
      [
        'averageValue: Required value: must set either a target value for metric or a per-pod target',
      ],
    ],
  ])('by %s %j', (type, target, problems) => {
    expect(aiming(type, target)).toEqual(problems);
  });
});
