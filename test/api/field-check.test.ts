import { describe, expect, it } from 'vitest';
import { decodeObject } from '../../src/api/decoding.js';
import { checkFields } from '../../src/api/field-check.js';
import { formatPath } from '../../src/api/field-path.js';
import type { ApiObject } from '../../src/api/object-meta.js';
import { resourceKinds } from '../../src/api/resource-kinds.js';
import { messageShape } from '../../src/api/shape.js';

type Json = Readonly<Record<string, unknown>>;

function pod(spec: Json, more: Json = {}): Json {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec, ...more };
}

function found(object: Json): readonly string[] {
  return checkFields(object).map(
    ({ path, message, suggestion }) =>
      `${formatPath(path)}: ${message}${suggestion === undefined ? '' : ` -> ${suggestion}`}`,
  );
}

describe('strict decoding', () => {
  it.each<[string, Json, readonly string[]]>([
    ['a right pod', pod({ containers: [{ name: 'c', image: 'i' }] }), []],
    ['nulls', pod({ containers: null, nodeName: null, volumes: [] }), []],
    [
      'an unknown field near a known one',
      pod({ contianers: [] }),
      ['spec.contianers: unknown field "spec.contianers" -> containers:'],
    ],
    ['an unknown field', pod({ foo: 1 }), ['spec.foo: unknown field "spec.foo"']],
    [
      'a field in the wrong case',
      pod({ NodeName: 'x' }),
      ['spec.NodeName: unknown field "spec.NodeName" -> nodeName:'],
    ],
    [
      'an unknown field deep inside',
      pod({ containers: [{ name: 'c', resources: { request: {} } }] }),
      [
        'spec.containers[0].resources.request: unknown field "spec.containers[0].resources.request" -> requests:',
      ],
    ],
    [
      'a quoted number',
      pod({ priority: '5' }),
      ['spec.priority: found the string "5", expected an integer (int32) -> priority: 5'],
    ],
    [
      'text for a number',
      pod({ priority: 'high' }),
      ['spec.priority: found the string "high", expected an integer (int32)'],
    ],
    [
      'a fraction for a count',
      pod({ priority: 1.5 }),
      ['spec.priority: found the number 1.5, expected an integer (int32)'],
    ],
    [
      'a number beyond 32 bits',
      pod({ priority: 3_000_000_000 }),
      ['spec.priority: found the number 3000000000, expected an integer (int32)'],
    ],
    [
      'a number beyond 32 bits where 64 are allowed',
      pod({ activeDeadlineSeconds: 3_000_000_000 }),
      [],
    ],
    [
      'a quoted boolean',
      pod({ hostNetwork: 'True' }),
      [
        'spec.hostNetwork: found the string "True", expected a boolean (true or false) -> hostNetwork: true',
      ],
    ],
    [
      'a boolean in a label',
      pod({}, { metadata: { name: 'a', labels: { canary: true } } }),
      ['metadata.labels.canary: found the boolean true, expected a string -> canary: "true"'],
    ],
    [
      'a number in an annotation',
      pod({}, { metadata: { name: 'a', annotations: { 'x.io/y': 8 } } }),
      ['metadata.annotations[x.io/y]: found the number 8, expected a string -> x.io/y: "8"'],
    ],
    [
      'an environment variable that is a number',
      pod({ containers: [{ name: 'c', env: [{ name: 'N', value: 1 }] }] }),
      ['spec.containers[0].env[0].value: found the number 1, expected a string -> value: "1"'],
    ],
    [
      'an object for a list',
      pod({ containers: { name: 'c' } }),
      ['spec.containers: found an object, expected a list'],
    ],
    [
      'text for a list of texts',
      pod({ containers: [{ name: 'c', command: 'sh' }] }),
      ['spec.containers[0].command: found the string "sh", expected a list -> command: ["sh"]'],
    ],
    [
      'a list for an object',
      pod({ affinity: [] }),
      ['spec.affinity: found a list, expected an object'],
    ],
    [
      'a list for a map',
      pod({ nodeSelector: [] }),
      ['spec.nodeSelector: found a list, expected a map'],
    ],
    [
      'a null among containers',
      pod({ containers: [null] }),
      ['spec.containers[0]: found a value of another kind, expected an object'],
    ],
    [
      'amounts as text, integer and fraction',
      pod({
        containers: [{ name: 'c', resources: { requests: { cpu: 0.5, memory: 1024, x: '1' } } }],
      }),
      [],
    ],
    [
      'an amount that is none',
      pod({ containers: [{ name: 'c', resources: { limits: { cpu: '4x' } } }] }),
      [
        `spec.containers[0].resources.limits.cpu: Invalid value: "4x": quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
      ],
    ],
    [
      'an amount that cannot be counted',
      pod({ overhead: { cpu: '10T', memory: '1E', storage: '10T' } }),
      [
        'spec.overhead.cpu: Invalid value: "10T": is too large for the simulator to count',
        'spec.overhead.memory: Invalid value: "1E": is too large for the simulator to count',
      ],
    ],
    [
      'an amount that is a boolean',
      pod({ overhead: { cpu: true } }),
      ['spec.overhead.cpu: found the boolean true, expected a quantity such as 500m or 1Gi'],
    ],
    [
      'a port as number and as name',
      pod({
        containers: [
          { name: 'c', livenessProbe: { tcpSocket: { port: 'http' }, httpGet: { port: 80 } } },
        ],
      }),
      [],
    ],
    [
      'a timestamp that is none',
      pod({}, { status: { startTime: 'yesterday' } }),
      [
        'status.startTime: found the string "yesterday", expected a timestamp such as 2026-01-31T12:00:00Z',
      ],
    ],
    [
      'several at once, in order of their names',
      pod({ zzz: 1, aaa: 2 }),
      ['spec.aaa: unknown field "spec.aaa"', 'spec.zzz: unknown field "spec.zzz"'],
    ],
    [
      'the real mistake of a published example',
      pod({
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: {} }],
          },
        },
      }),
      [
        'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution: found a list, expected an object',
      ],
    ],
  ])('%s', (_name, object, expected) => {
    expect(found(object)).toEqual(expected);
  });

  it('knows the older autoscaler by its own fields', () => {
    const autoscaler = (apiVersion: string): Json => ({
      apiVersion,
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'a' },
      spec: { maxReplicas: 3, targetCPUUtilizationPercentage: 50 },
    });
    expect(found(autoscaler('autoscaling/v1'))).toEqual([]);
    expect(found(autoscaler('autoscaling/v2'))).toEqual([
      'spec.targetCPUUtilizationPercentage: unknown field "spec.targetCPUUtilizationPercentage"',
    ]);
  });

  it('has a shape for every message that a shape refers to', () => {
    const names: string[] = resourceKinds.map(({ kind }) => kind);
    const seen = new Set(names);
    const unresolved: string[] = [];
    for (const name of names) {
      for (const [field, type] of messageShape(name) ?? []) {
        const inner = type.type === 'list' || type.type === 'map' ? type.element : type;
        if (inner.type !== 'message') continue;
        if (messageShape(inner.message) === undefined) unresolved.push(`${name}.${field}`);
        if (!seen.has(inner.message)) names.push(inner.message);
        seen.add(inner.message);
      }
    }
    expect(names.length).toBeGreaterThan(200);
    expect(unresolved).toEqual([]);
  });
});

describe('decoding', () => {
  const decode = (object: Json, originUnixMicros?: number): Json =>
    decodeObject(
      object as unknown as ApiObject,
      originUnixMicros === undefined ? {} : { originUnixMicros },
    ) as unknown as Json;

  const dumped = pod(
    {
      containers: [{ name: 'c', resources: { requests: { cpu: 0.5, memory: 1_073_741_824 } } }],
      nodeName: null,
    },
    {
      metadata: {
        name: 'a',
        creationTimestamp: '2026-01-01T00:00:10Z',
        resourceVersion: '12345',
        generation: 2,
        selfLink: '/x',
        managedFields: [{ manager: 'm' }],
      },
      status: {
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2025-12-31T23:59:59Z' }],
      },
    },
  );

  it('counts timestamps from the origin and turns versions into numbers', () => {
    expect(decode(dumped, 1_767_225_600_000_000)).toEqual(
      pod(
        {
          containers: [
            { name: 'c', resources: { requests: { cpu: '0.5', memory: '1073741824' } } },
          ],
        },
        {
          metadata: {
            name: 'a',
            creationTimestamp: 10_000_000,
            resourceVersion: 12_345,
            generation: 2,
          },
          status: {
            conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: -1_000_000 }],
          },
        },
      ),
    );
  });

  it('drops timestamps without an origin', () => {
    const { metadata, status } = decode(dumped) as { metadata: object; status: object };
    expect(metadata).not.toHaveProperty('creationTimestamp');
    expect(status).toEqual({ conditions: [{ type: 'Ready', status: 'True' }] });
  });

  it('leaves its input alone and its output is stable', () => {
    const before = JSON.stringify(dumped);
    const once = decode(dumped, 0);
    expect(JSON.stringify(dumped)).toBe(before);
    expect(decode(once, 0)).toEqual(once);
  });

  it('converts the older autoscaler', () => {
    const decoded = decode({
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'a' },
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'd' },
        maxReplicas: 3,
        targetCPUUtilizationPercentage: 50,
      },
      status: { currentReplicas: 1, desiredReplicas: 1, currentCPUUtilizationPercentage: 10 },
    });
    expect(decoded).toEqual({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'a' },
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'd' },
        maxReplicas: 3,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
          },
        ],
      },
      status: { currentReplicas: 1, desiredReplicas: 1 },
    });
  });
});
