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
  objects: list(tree, 'Kubernetes objects').optional().describe('Written in place.'),
  yaml: text('YAML as text').optional().describe('The same as text.'),
};

const namespace = text('a namespace')
  .optional()
  .describe("The template's own when absent, else default.");

const nodes = list(text('the name of a node'), 'names of nodes', 1).describe(
  'Their names, such as workers-0.',
);

/** `key=value:NoSchedule`, `key:NoExecute`; with a `-` at the end it is taken away. */
const taint = textLike(
  /^[^=:\s-][^=:\s]*(?:(?:=[^:\s]*)?:(?:NoSchedule|PreferNoSchedule|NoExecute)-?|-)$/,
  'key=value:NoSchedule, PreferNoSchedule or NoExecute; key:NoSchedule- or key- takes it away',
);

/** The words that `op` takes, in the order of the documentation. */
const operationNames = [
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
    mapping({
      op: z.literal('apply').describe('Applies objects as kubectl apply does.'),
      ...timing,
      ...objectSources,
    }),
    mapping({
      op: z.literal('create').describe('Creates objects; one that is there already is refused.'),
      ...timing,
      ...objectSources,
    }),
    mapping({
      op: z.literal('delete').describe('Deletes objects.'),
      ...timing,
      targets: list(target, 'targets', 1).describe('Such as Deployment/shop/frontend.'),
      propagationPolicy: oneOf(['Background', 'Foreground', 'Orphan'])
        .optional()
        .describe('What becomes of dependents; Background, when absent: they go afterwards.'),
    }),
    mapping({
      op: z.literal('scale').describe('Sets the replicas of a workload.'),
      ...timing,
      target: target.describe('Such as Deployment/shop/frontend.'),
      replicas: wholeNumber(0, 1_000_000).describe('Pods wanted.'),
    }),
    mapping({
      op: z.literal('update').describe('Merges a patch into an object.'),
      ...timing,
      target: target.describe('Such as Deployment/shop/frontend.'),
      patch: tree.describe('What changes: a mapping is merged, null takes a key away.'),
    }),
    mapping({
      op: z.literal('createNodes').describe('Adds nodes to a pool.'),
      ...timing,
      pool: text('the name of a node pool').describe('One of nodePools.'),
      count: wholeNumber(1, 100_000).describe('Nodes to add.'),
    }),
    mapping({
      op: z.literal('createPods').describe('Creates bare pods of one template.'),
      ...timing,
      count: wholeNumber(1, 10_000_000).describe('Pods to create.'),
      template: template.describe('A Pod, or the file that holds it.'),
      namespace,
      namePrefix: text('the beginning of the pod names')
        .optional()
        .describe("Before their numbers; the template's name and - when absent."),
      qps: positiveNumber().optional().describe('Pods a second; as fast as possible when absent.'),
      workers: wholeNumber(1).optional().describe('Requests in flight at most.'),
    }),
    arrivalsSchema(template, namespace),
    podMixSchema,
    mapping({
      op: z
        .literal('churn')
        .describe('Creates objects again and again, and with recreate deletes them in between.'),
      ...timing,
      mode: oneOf(['create', 'recreate']).describe(
        'Whether the objects of one time go with the next.',
      ),
      templates: list(template, 'templates', 1).describe('Of the objects of one time.'),
      number: wholeNumber(1).describe('How often.'),
      interval: positiveDuration().describe('Between two times.'),
      namespace,
    }),
    phasesSchema,
    forEachSchema,
    mapping({
      op: z.literal('restart').describe('Ends a process of the control plane and starts it again.'),
      ...timing,
      component: oneOf([...restartableComponents, 'etcd']).describe('Whose process.'),
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
    mapping({ op: z.literal('cordon').describe('No new pods on the nodes.'), ...timing, nodes }),
    mapping({
      op: z.literal('uncordon').describe('New pods on the nodes again.'),
      ...timing,
      nodes,
    }),
    mapping({
      op: z
        .literal('drain')
        .describe('Cordons the nodes and evicts their pods, as kubectl drain does.'),
      ...timing,
      nodes,
      force: flag().optional().describe('Also pods that no controller would make again.'),
      gracePeriod: duration().optional().describe("Instead of the pods' own."),
      timeout: positiveDuration().optional().describe('For a node; none when absent.'),
    }),
    mapping({
      op: z.literal('taint').describe('Adds taints to nodes, or takes them away.'),
      ...timing,
      nodes,
      taints: list(taint, 'taints', 1).describe(
        'Such as dedicated=gpu:NoSchedule; dedicated- takes it away.',
      ),
    }),
    ...workloadOperationSchemas,
    mapping({
      op: z
        .literal('terminateInstances')
        .describe('The cloud takes the machines of the nodes away for good.'),
      ...timing,
      nodes,
    }),
    mapping({
      op: z.literal('stopInstances').describe('The cloud stops the machines of the nodes.'),
      ...timing,
      nodes,
    }),
    mapping({
      op: z
        .literal('barrier')
        .describe('Waits until everything that was asked for before has converged.'),
      ...timing,
    }),
    mapping({
      op: z.literal('sleep').describe('Waits.'),
      ...timing,
      duration: duration().describe('How long.'),
    }),
    mapping({
      op: z
        .literal('requests')
        .describe('Clients that read from the API server, beside everything else.'),
      ...timing,
      verb: oneOf(['get', 'list']).describe('get reads one object, list all.'),
      resource: text('a resource such as pods').describe('Such as pods.'),
      namespace: text('a namespace').optional().describe('All of them when absent.'),
      name: text('the name of the object that is read').optional().describe('With get.'),
      consistent: flag().optional().describe('False: any cached state will do.'),
      user: text('a user such as system:serviceaccount:team:agent')
        .optional()
        .describe(
          'As whom they come: it decides on their priority level; load-generator when absent.',
        ),
      clients: wholeNumber(1, 100_000).optional().describe('Several get numbers as names.'),
      qps: positiveNumber().optional().describe('Of each client; as fast as it can when absent.'),
      workers: wholeNumber(1).optional().describe('Requests in flight at most, of each client.'),
      contentType: oneOf(['protobuf', 'json'])
        .optional()
        .describe('What the clients ask for; protobuf when absent.'),
      duration: positiveDuration().describe('How long they go on.'),
    }),
  ],
  { error: `an operation: op is one of ${operationNames.join(', ')}` },
);

/** An operation as written. */
export type OperationText = z.infer<typeof operation>;

/** A target as written. */
export type TargetText = z.infer<typeof target>;
