import { describe, expect, it } from 'vitest';
import { container, inContainer, inPod, type Json, labelRule } from './validation-harness.js';

describe('a container', () => {
  it.each<[Json, readonly string[]]>([
    [{}, []],
    [{ name: undefined }, ['name: Required value']],
    [{ name: 'My_C' }, [`name: Invalid value: "My_C": ${labelRule}`]],
    [{ image: undefined }, ['image: Required value']],
    [{ image: '' }, ['image: Required value']],
    [{ image: ' a' }, ['image: Invalid value: " a": must not have leading or trailing whitespace']],
    [
      { imagePullPolicy: 'Sometimes' },
      [
        'imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
      ],
    ],
    [
      { ports: [{ containerPort: 0 }] },
      ['ports[0].containerPort: Invalid value: 0: must be between 1 and 65535, inclusive'],
    ],
    [{ ports: [{}] }, ['ports[0].containerPort: Required value']],
    [
      { ports: [{ containerPort: 65_536, protocol: 'QUIC' }] },
      [
        'ports[0].containerPort: Invalid value: 65536: must be between 1 and 65535, inclusive',
        'ports[0].protocol: Unsupported value: "QUIC": supported values: "SCTP", "TCP", "UDP"',
      ],
    ],
    [
      {
        ports: [
          { name: 'a', containerPort: 1 },
          { name: 'a', containerPort: 2 },
        ],
      },
      ['ports[1].name: Duplicate value: "a"'],
    ],
    [
      { ports: [{ name: 'a-very-long-name', containerPort: 1 }] },
      ['ports[0].name: Invalid value: "a-very-long-name": must be no more than 15 characters'],
    ],
    [
      { ports: [{ name: '80', containerPort: 1 }] },
      ['ports[0].name: Invalid value: "80": must contain at least one letter (a-z)'],
    ],
    [
      { resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } },
      ['resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
    ],
    [
      { resources: { requests: { memory: '-1Gi' } } },
      ['resources.requests.memory: Invalid value: "-1Gi": must be greater than or equal to 0'],
    ],
    [
      { resources: { limits: { 'x.io/y': '2' }, requests: { 'x.io/y': '1' } } },
      ['resources.requests: Invalid value: "1": must be equal to x.io/y limit of 2'],
    ],
    [
      { resources: { requests: { 'x.io/y': '1' } } },
      ['resources.limits: Required value: Limit must be set for non overcommitable resources'],
    ],
    [{ resources: { requests: { cpu: '1000m' }, limits: { cpu: '1' } } }, []],
    [{ livenessProbe: {} }, ['livenessProbe: Required value: must specify a handler type']],
    [
      { livenessProbe: { exec: { command: ['a'] }, tcpSocket: { port: 1 } } },
      ['livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type'],
    ],
    [
      { livenessProbe: { tcpSocket: { port: 1 }, successThreshold: 2 } },
      ['livenessProbe.successThreshold: Invalid value: 2: must be 1'],
    ],
    [
      { startupProbe: { tcpSocket: { port: 1 }, successThreshold: 2 } },
      ['startupProbe.successThreshold: Invalid value: 2: must be 1'],
    ],
    [{ readinessProbe: { tcpSocket: { port: 'http' }, successThreshold: 2 } }, []],
    [
      { readinessProbe: { tcpSocket: { port: 1 }, periodSeconds: -1 } },
      ['readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      { readinessProbe: { grpc: { port: 0 }, terminationGracePeriodSeconds: 1 } },
      [
        'readinessProbe.grpc.port: Invalid value: 0: must be between 1 and 65535, inclusive',
        'readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must not be set for readinessProbes',
      ],
    ],
    [{ livenessProbe: { exec: {} } }, ['livenessProbe.exec.command: Required value']],
    [{ livenessProbe: { httpGet: {} } }, ['livenessProbe.httpGet.port: Required value']],
    [{ volumeMounts: [{ name: 'v', mountPath: '/v' }] }, ['volumeMounts[0].name: Not found: "v"']],
    [{ env: [{ value: 'x' }] }, ['env[0].name: Required value']],
    [
      { lifecycle: { preStop: {} } },
      ['lifecycle.preStop: Required value: must specify a handler type'],
    ],
  ])('%j', (fields, expected) => {
    expect(inContainer(fields)).toEqual(expected);
  });
});

describe('a pod', () => {
  const term = { labelSelector: {}, topologyKey: 'zone' };

  it.each<[string, Json, readonly string[]]>([
    ['that is right', {}, []],
    ['without containers', { containers: [] }, ['containers: Required value']],
    [
      'with two containers of one name',
      { containers: [container, container] },
      ['containers[1].name: Duplicate value: "c"'],
    ],
    [
      'with an init container of the same name',
      { initContainers: [container] },
      ['initContainers[0].name: Duplicate value: "c"'],
    ],
    [
      'with a probe on an init container',
      { initContainers: [{ name: 'i', image: 'i', readinessProbe: { tcpSocket: { port: 1 } } }] },
      [
        'initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
      ],
    ],
    [
      'with a probe on a sidecar',
      {
        initContainers: [
          {
            name: 'i',
            image: 'i',
            restartPolicy: 'Always',
            readinessProbe: { tcpSocket: { port: 1 } },
          },
        ],
      },
      [],
    ],
    [
      'with an unknown restart policy',
      { restartPolicy: 'Sometimes' },
      [
        'restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"',
      ],
    ],
    [
      'with a negative grace period',
      { terminationGracePeriodSeconds: -1 },
      ['terminationGracePeriodSeconds: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'with volumes of one name, of two types and of none',
      {
        volumes: [
          { name: 'v', emptyDir: {} },
          { name: 'v', emptyDir: {}, hostPath: { path: '/' } },
        ],
      },
      [
        'volumes[1].name: Duplicate value: "v"',
        'volumes[1].hostPath: Forbidden: may not specify more than 1 volume type',
      ],
    ],
    [
      'with a claim that has no name',
      { volumes: [{ name: 'v', persistentVolumeClaim: {} }] },
      ['volumes[0].persistentVolumeClaim.claimName: Required value'],
    ],
    [
      'with a node selector that is no label',
      { nodeSelector: { 'a b': 'x' } },
      [
        `nodeSelector: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
      ],
    ],
    [
      'with required node affinity without terms',
      { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } } },
      [
        'affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term',
      ],
    ],
    [
      'with node requirements of the wrong shape',
      {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 0,
                preference: {
                  matchExpressions: [
                    { key: 'a', operator: 'In' },
                    { key: 'a', operator: 'Exists', values: ['x'] },
                    { key: 'a', operator: 'Gt', values: ['1', '2'] },
                    { key: 'a', operator: 'Near', values: ['1'] },
                  ],
                  matchFields: [{ key: 'spec.x', operator: 'In', values: ['a'] }],
                },
              },
            ],
          },
        },
      },
      [
        'weight: Invalid value: 0: must be in the range 1-100',
        "preference.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
        "preference.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        "preference.matchExpressions[2].values: Required value: must be specified single value when `operator` is 'Lt' or 'Gt'",
        'preference.matchExpressions[3].operator: Invalid value: "Near": not a valid selector operator',
        'preference.matchFields[0].key: Invalid value: "spec.x": not a valid field selector key',
      ],
    ],
    [
      'with pod affinity without topology',
      {
        affinity: {
          podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {} }] },
        },
      },
      [
        'affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty',
      ],
    ],
    [
      'with a weight out of range',
      {
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 101, podAffinityTerm: term },
            ],
          },
        },
      },
      [
        'affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100',
      ],
    ],
    [
      'with tolerations of the wrong shape',
      {
        tolerations: [
          { operator: 'Equal' },
          { key: 'a', operator: 'Exists', value: 'x' },
          { key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 1 },
          { key: 'a', operator: 'Like' },
          { key: 'a', effect: 'Never' },
        ],
      },
      [
        'tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
        'tolerations[1].operator: Invalid value: "x": value must be empty when `operator` is \'Exists\'',
        'tolerations[2].effect: Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set',
        'tolerations[3].operator: Unsupported value: "Like": supported values: "Equal", "Exists"',
        'tolerations[4].effect: Unsupported value: "Never": supported values: "NoExecute", "NoSchedule", "PreferNoSchedule"',
      ],
    ],
    [
      'with spread constraints of the wrong shape',
      {
        topologySpreadConstraints: [
          { maxSkew: 0, topologyKey: 'zone', whenUnsatisfiable: 'Maybe' },
          { maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', minDomains: 2 },
          {
            maxSkew: 1,
            topologyKey: 'zone',
            whenUnsatisfiable: 'Maybe',
            nodeTaintsPolicy: 'Honour',
          },
        ],
      },
      [
        'topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
        'topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Maybe": supported values: "DoNotSchedule", "ScheduleAnyway"',
        'topologySpreadConstraints[1].topologyKey: Required value: can not be empty',
        'topologySpreadConstraints[1].minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
        'topologySpreadConstraints[2].whenUnsatisfiable: Unsupported value: "Maybe": supported values: "DoNotSchedule", "ScheduleAnyway"',
        'topologySpreadConstraints[2].nodeTaintsPolicy: Unsupported value: "Honour": supported values: "Honor", "Ignore"',
        'topologySpreadConstraints[2]: Duplicate value: "{zone, Maybe}"',
      ],
    ],
    [
      'bound although gated',
      { nodeName: 'n', schedulingGates: [{ name: 'x.io/a' }, { name: 'x.io/a' }] },
      [
        'schedulingGates[1].name: Duplicate value: "x.io/a"',
        'nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
      ],
    ],
  ])('%s', (_name, spec, expected) => {
    const prefix =
      /^affinity\.nodeAffinity\.preferredDuringSchedulingIgnoredDuringExecution\[0\]\./;
    expect(inPod(spec).map((problem) => problem.replace(prefix, ''))).toEqual(expected);
  });
});
