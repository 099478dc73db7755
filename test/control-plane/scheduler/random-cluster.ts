// Nodes and pods that ask for all that the default plugins look at, volumes excepted.

import fc from 'fast-check';
import type { Affinity, PodAffinityTerm } from '../../../src/api/affinity.js';
import type { Node, Taint } from '../../../src/api/node.js';
import type { Labels } from '../../../src/api/object-meta.js';
import type { Pod, TopologySpreadConstraint } from '../../../src/api/pod.js';
import { makeNode, makePod } from './cluster-fixture.js';

const taints: readonly (readonly Taint[])[] = [
  [],
  [],
  [],
  [{ key: 'k', value: 'v', effect: 'NoSchedule' }],
  [{ key: 'k', value: 'v', effect: 'PreferNoSchedule' }],
  [{ key: 'gone', effect: 'NoExecute' }],
];

/** Small nodes: a few CPUs, few pods, sometimes a taint, a cordon, an image. */
export const nodeShape = fc.record({
  cpu: fc.integer({ min: 1, max: 5 }),
  gib: fc.integer({ min: 1, max: 8 }),
  pods: fc.integer({ min: 1, max: 8 }),
  zone: fc.constantFrom('a', 'b', 'c', ''),
  disk: fc.constantFrom('ssd', 'hdd', ''),
  taints: fc.constantFrom(...taints),
  unschedulable: fc.constantFrom(false, false, false, true),
  hasImage: fc.boolean(),
});
/** All of a node but its name. */
export type NodeShape = typeof nodeShape extends fc.Arbitrary<infer T> ? T : never;

export function nodeOfShape(shape: NodeShape, name: string): Node {
  const { cpu, gib, pods, zone, disk, taints: own, unschedulable, hasImage } = shape;
  const labels: Labels = {
    'kubernetes.io/hostname': name,
    ...(zone !== '' && { 'topology.kubernetes.io/zone': zone }),
    ...(disk !== '' && { disk }),
  };
  const images = hasImage ? [{ names: ['web:1'], sizeBytes: 600 * 2 ** 20 }] : [];
  return makeNode(name, {
    labels,
    allocatable: { cpu: `${cpu}`, memory: `${gib}Gi`, pods: `${pods}` },
    spec: { taints: own, unschedulable },
    status: { images },
  });
}

const app = fc.constantFrom('web', 'db');
const topologyKey = fc.constantFrom('topology.kubernetes.io/zone', 'kubernetes.io/hostname');
const term: fc.Arbitrary<PodAffinityTerm> = fc.tuple(app, topologyKey).map(([value, key]) => ({
  topologyKey: key,
  labelSelector: { matchLabels: { app: value } },
}));
const onDisk = (value: string) => ({
  matchExpressions: [{ key: 'disk', operator: 'In' as const, values: [value] }],
});

const podAffinity: fc.Arbitrary<Affinity> = term.chain((each) => {
  const preferred = {
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 7, podAffinityTerm: each }],
  };
  const required = { requiredDuringSchedulingIgnoredDuringExecution: [each] };
  return fc.constantFrom<Affinity>(
    { podAffinity: required },
    { podAffinity: preferred },
    { podAntiAffinity: required },
    { podAntiAffinity: preferred },
  );
});
const nodeAffinity: fc.Arbitrary<Affinity> = fc.constantFrom<Affinity>(
  {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [onDisk('ssd')] },
    },
  },
  {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, preference: onDisk('hdd') }],
    },
  },
);

const spread: fc.Arbitrary<TopologySpreadConstraint> = fc
  .tuple(app, topologyKey, fc.constantFrom('DoNotSchedule' as const, 'ScheduleAnyway' as const))
  .map(([value, key, whenUnsatisfiable]) => ({
    maxSkew: 1,
    topologyKey: key,
    whenUnsatisfiable,
    labelSelector: { matchLabels: { app: value } },
  }));

/** Half of the pods want nothing but room; the others one or two special things. */
export const podShape = fc.record({
  milli: fc.constantFrom(0, 200, 700, 1500, 3000),
  mib: fc.constantFrom(0, 100, 900, 3000),
  app,
  affinity: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Affinity>({}) },
    { weight: 2, arbitrary: podAffinity },
    { weight: 1, arbitrary: nodeAffinity },
  ),
  spread: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(spread, { minLength: 1, maxLength: 2 }) },
  ),
  port: fc.constantFrom(0, 0, 0, 8080),
  tolerates: fc.constantFrom(false, false, true),
  nodeSelector: fc.constantFrom<Labels>({}, {}, {}, { disk: 'ssd' }),
  image: fc.constantFrom('web:1', 'other:1'),
});
/** All of a pod but its name. */
export type PodShape = typeof podShape extends fc.Arbitrary<infer T> ? T : never;

export function podOfShape(shape: PodShape, name: string): Pod {
  const { milli, mib, port, tolerates, image, affinity, nodeSelector } = shape;
  const container = {
    name: 'main',
    image,
    resources: { requests: { cpu: `${milli}m`, memory: `${mib}Mi` } },
    ports: port === 0 ? [] : [{ containerPort: port, hostPort: port }],
  };
  return makePod(name, {
    labels: { app: shape.app },
    spec: {
      containers: [container],
      affinity,
      nodeSelector,
      topologySpreadConstraints: shape.spread,
      tolerations: tolerates ? [{ key: 'k', operator: 'Exists' }] : [],
    },
  });
}

export const nodeShapes = fc.array(nodeShape, { minLength: 1, maxLength: 8 });
export const podShapes = fc.array(podShape, { minLength: 1, maxLength: 25 });
