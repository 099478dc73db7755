/**
 * The operations of a workload as a schema. The words are those of scheduler_perf (`createNodes`,
 * `createPods`, `churn`, `barrier`, `sleep`) and of KEP-140 and kubectl for the rest.
 */

import { z } from 'zod';
import { restartableComponents } from '../cluster/operation.js';
import { etcdOperationSchemas } from './etcd-operations.js';
import { faultOperationSchemas } from './fault-operations.js';
import { podMixSchema } from './pod-mix-of.js';
import { arrivalsSchema } from './schema-arrivals.js';
import {
  duration,
  flag,
  list,
  mapping,
  oneOf,
  positiveDuration,
  positiveNumber,
  target,
  template,
  text,
  textLike,
  timing,
  tree,
  wholeNumber,
} from './schema-parts.js';
import { forEachSchema, phasesSchema } from './schema-phases.js';
import { workloadOperationNames, workloadOperationSchemas } from './workload-operations.js';

/** Where objects come from: files, written in place as YAML, or as text. */
export const objectSources = {
  manifests: z
    .union([text('a path'), list(text('a path'), 'paths', 1)], {
      error: 'a path or a list of paths',
    })
    .optional()
    .describe('Files, folders or patterns such as shop/*.yaml, relative to the scenario.'),
  objects: list(tree, 'Kubernetes objects').optional(),
  yaml: text('YAML as text').optional(),
};

const namespace = text('a namespace').optional();

const nodes = list(text('the name of a node'), 'names of nodes', 1);

/** `key=value:NoSchedule`, `key:NoExecute`; with a `-` at the end it is taken away. */
const taint = textLike(
  /^[^=:\s-][^=:\s]*(?:(?:=[^:\s]*)?:(?:NoSchedule|PreferNoSchedule|NoExecute)-?|-)$/,
  'key=value:NoSchedule, PreferNoSchedule or NoExecute; key:NoSchedule- or key- takes it away',
);

/** The words that `op` takes, in the order of the documentation. */
export const operationNames = [
  'apply',
  'create',
  'delete',
  'scale',
  'update',
  'createNodes',
  'createPods',
  'arrivals',
  'createPodMix',
  'churn',
  'phases',
  'forEach',
  'restart',
  'etcdFault',
  'compact',
  'defrag',
  'disarm',
  'nodeFault',
  'partition',
  'registryFault',
  'heal',
  'cordon',
  'uncordon',
  'drain',
  'taint',
  ...workloadOperationNames,
  'terminateInstances',
  'stopInstances',
  'barrier',
  'sleep',
  'requests',
] as const;

/** One operation of a workload. */
export const operation = z.discriminatedUnion(
  'op',
  [
    mapping({ op: z.literal('apply'), ...timing, ...objectSources }),
    mapping({ op: z.literal('create'), ...timing, ...objectSources }),
    mapping({
      op: z.literal('delete'),
      ...timing,
      targets: list(target, 'targets', 1),
      propagationPolicy: oneOf(['Background', 'Foreground', 'Orphan'])
        .optional()
        .describe('What becomes of dependents; Background, when absent: they go afterwards.'),
    }),
    mapping({ op: z.literal('scale'), ...timing, target, replicas: wholeNumber(0, 1_000_000) }),
    mapping({ op: z.literal('update'), ...timing, target, patch: tree }),
    mapping({
      op: z.literal('createNodes'),
      ...timing,
      pool: text('the name of a node pool'),
      count: wholeNumber(1, 100_000),
    }),
    mapping({
      op: z.literal('createPods'),
      ...timing,
      count: wholeNumber(1, 10_000_000),
      template,
      namespace,
      namePrefix: text('the beginning of the pod names').optional(),
      qps: positiveNumber().optional().describe('Pods a second; as fast as possible when absent.'),
      workers: wholeNumber(1).optional().describe('Requests in flight at most.'),
    }),
    arrivalsSchema(template, namespace),
    podMixSchema,
    mapping({
      op: z.literal('churn'),
      ...timing,
      mode: oneOf(['create', 'recreate']),
      templates: list(template, 'templates', 1),
      number: wholeNumber(1).describe('How often.'),
      interval: positiveDuration(),
      namespace,
    }),
    phasesSchema,
    forEachSchema,
    mapping({
      op: z.literal('restart'),
      ...timing,
      component: oneOf([...restartableComponents, 'etcd']),
      replica: wholeNumber(0)
        .optional()
        .describe('From 0; absent: the leader, of apiservers the first.'),
      signal: oneOf(['SIGTERM', 'SIGKILL'])
        .optional()
        .describe('SIGTERM, the default: it is asked to stop; SIGKILL: it is gone at once.'),
      downtime: duration()
        .optional()
        .describe('From its end to the start of the new process; 0 when absent.'),
    }),
    ...etcdOperationSchemas,
    ...faultOperationSchemas,
    mapping({ op: z.literal('cordon'), ...timing, nodes }),
    mapping({ op: z.literal('uncordon'), ...timing, nodes }),
    mapping({
      op: z.literal('drain'),
      ...timing,
      nodes,
      force: flag().optional().describe('Also pods that no controller would make again.'),
      gracePeriod: duration().optional().describe("Instead of the pods' own."),
      timeout: positiveDuration().optional().describe('For a node; none when absent.'),
    }),
    mapping({ op: z.literal('taint'), ...timing, nodes, taints: list(taint, 'taints', 1) }),
    ...workloadOperationSchemas,
    mapping({ op: z.literal('terminateInstances'), ...timing, nodes }),
    mapping({ op: z.literal('stopInstances'), ...timing, nodes }),
    mapping({ op: z.literal('barrier'), ...timing }),
    mapping({ op: z.literal('sleep'), ...timing, duration: duration() }),
    mapping({
      op: z.literal('requests'),
      ...timing,
      verb: oneOf(['get', 'list']),
      resource: text('a resource such as pods'),
      namespace,
      name: text('the name of the object that is read').optional(),
      consistent: flag().optional().describe('False: any cached state will do.'),
      user: text('a user such as system:serviceaccount:team:agent').optional(),
      clients: wholeNumber(1, 100_000).optional().describe('Several get numbers as names.'),
      qps: positiveNumber().optional().describe('Of each client; as fast as it can when absent.'),
      workers: wholeNumber(1).optional().describe('Requests in flight at most, of each client.'),
      contentType: oneOf(['protobuf', 'json'])
        .optional()
        .describe('What the clients ask for; protobuf when absent.'),
      duration: positiveDuration(),
    }),
  ],
  { error: `an operation: op is one of ${operationNames.join(', ')}` },
);

/** An operation as written. */
export type OperationText = z.infer<typeof operation>;

/** A target as written. */
export type TargetText = z.infer<typeof target>;
