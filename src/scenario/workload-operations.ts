/**
 * What kubectl does to workloads: the words of a scenario, and what they mean.
 */

import { z } from 'zod';
import type { HorizontalPodAutoscaler } from '../api/horizontal-pod-autoscaler.js';
import { resourceKindNamed } from '../api/resource-kinds.js';
import type { ObjectReference } from '../cluster/operation.js';
import type { WorkloadOperation } from '../cluster/workload-operation.js';
import { mapping, target, text, timing, wholeNumber } from './schema-parts.js';

const onTarget = { ...timing, target: target.describe('Such as Deployment/shop/frontend.') };

const labels = z
  .record(z.string(), z.union([z.string(), z.null()]), {
    error: 'a mapping of keys to texts, or to null to take a key away',
  })
  .refine((marks) => Object.keys(marks).length > 0, { error: 'at least one key' })
  .describe('To be set; null takes a key away.');

/** The operations as schemas, in the order of the documentation. */
export const workloadOperationSchemas = [
  mapping({ op: z.literal('rolloutRestart').describe('kubectl rollout restart.'), ...onTarget }),
  mapping({
    op: z.literal('rolloutUndo').describe('kubectl rollout undo.'),
    ...onTarget,
    toRevision: wholeNumber(1).optional().describe('The one before the present when absent.'),
  }),
  mapping({ op: z.literal('rolloutPause').describe('kubectl rollout pause.'), ...onTarget }),
  mapping({ op: z.literal('rolloutResume').describe('kubectl rollout resume.'), ...onTarget }),
  mapping({
    op: z.literal('setImage').describe('kubectl set image.'),
    ...onTarget,
    images: z
      .record(z.string(), text('an image such as registry.example/web:1.1.0'), {
        error: 'a mapping of container names, or *, to images',
      })
      .refine((images) => Object.keys(images).length > 0, { error: 'at least one container' })
      .describe('By name of the container; * stands for all.'),
  }),
  mapping({
    op: z.literal('autoscale').describe('kubectl autoscale.'),
    ...onTarget,
    min: wholeNumber(1).optional().describe('Fewest replicas; 1 when absent.'),
    max: wholeNumber(1).describe('Most replicas.'),
    cpuPercent: wholeNumber(1).optional().describe('Of the requests; 80 when absent.'),
  }),
  mapping({ op: z.literal('label').describe('kubectl label.'), ...onTarget, labels }),
  mapping({
    op: z.literal('annotate').describe('kubectl annotate.'),
    ...onTarget,
    annotations: labels,
  }),
] as const;

/** The words that `op` takes here. */
export const workloadOperationNames = [
  'rolloutRestart',
  'rolloutUndo',
  'rolloutPause',
  'rolloutResume',
  'setImage',
  'autoscale',
  'label',
  'annotate',
] as const;

/** One of them as written. */
export type WorkloadOperationText = z.infer<(typeof workloadOperationSchemas)[number]>;

/** Whether an operation is one of them. */
export function isWorkloadText(text: { readonly op: string }): text is WorkloadOperationText {
  return workloadOperationNames.some((name) => name === text.op);
}

/** The operation; `common`: its time and source. */
export function workloadOperationOf(
  text: WorkloadOperationText,
  common: { readonly atUs: number; readonly source: string },
  target: ObjectReference,
): WorkloadOperation {
  const onTarget = { ...common, target };
  switch (text.op) {
    case 'rolloutRestart':
    case 'rolloutPause':
    case 'rolloutResume':
      return { op: text.op, ...onTarget };
    case 'rolloutUndo':
      return { op: text.op, ...onTarget, toRevision: text.toRevision };
    case 'setImage':
      return { op: text.op, ...onTarget, images: Object.entries(text.images).sort(byName) };
    case 'autoscale':
      return { op: text.op, ...onTarget, autoscaler: autoscalerOf(text, target) };
    case 'label':
      return { op: text.op, ...onTarget, marks: text.labels };
    case 'annotate':
      return { op: text.op, ...onTarget, marks: text.annotations };
  }
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

function autoscalerOf(
  { min = 1, max, cpuPercent = 80 }: Extract<WorkloadOperationText, { readonly op: 'autoscale' }>,
  { kind, namespace, name }: ObjectReference,
): HorizontalPodAutoscaler {
  const apiVersion = resourceKindNamed(kind)?.apiVersion ?? '';
  const target = { type: 'Utilization', averageUtilization: cpuPercent } as const;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace },
    spec: {
      scaleTargetRef: { apiVersion, kind, name },
      minReplicas: min,
      maxReplicas: max,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    },
  };
}

const templated = ['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet', 'DaemonSet'];
const revisioned = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** What each of them works on, and what is done to it; undefined: on anything. */
export const workloadKinds: ReadonlyMap<
  string,
  readonly [kinds: ReadonlySet<string>, done: string]
> = new Map(
  (
    [
      ['rolloutRestart', revisioned, 'restarted by a rollout'],
      ['rolloutUndo', revisioned, 'rolled back'],
      ['rolloutPause', ['Deployment'], 'paused'],
      ['rolloutResume', ['Deployment'], 'resumed'],
      ['setImage', templated, 'given an image'],
      [
        'autoscale',
        ['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet'],
        'scaled by an autoscaler',
      ],
    ] as const
  ).map(([op, kinds, done]) => [op, [new Set<string>(kinds), done] as const]),
);
