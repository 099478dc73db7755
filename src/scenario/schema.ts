/**
 * The scenario file as a schema: what may be written, in the words of Kubernetes, scheduler_perf
 * and KEP-140. Nothing is transformed here; `cluster-of.ts` and `operations-of.ts` read the result.
 */

import { z } from 'zod';
import { heartbeatModes } from '../client/lazy-heartbeats.js';
import { clusterScopes, etcdServers } from '../cluster/cluster-spec.js';
import { optionalAdmissionPlugins } from '../control-plane/apiserver/admission/admission.js';
import { tieBreakNames } from '../control-plane/scheduler/framework/select-host.js';
import { admissionWebhooks } from './admission-webhooks.js';
import { kubeProxy } from './kube-proxy-of.js';
import { kubeletConfiguration } from './kubelet-configuration.js';
import { nodeCidrFields } from './node-cidrs.js';
import { loadSchemas, metricsServer } from './pod-autoscaling.js';
import { processes } from './process-costs.js';
import { autoscaler } from './schema-autoscaler.js';
import { cloud } from './schema-cloud.js';
import { clusterDns, dnsTraffic } from './schema-dns.js';
import { etcd, hosts } from './schema-etcd.js';
import { network } from './schema-network.js';
import { objectSources, operation } from './schema-operations.js';
import {
  clientLimit,
  duration,
  durations,
  elected,
  flag,
  list,
  mapping,
  name,
  numberWithin,
  oneOf,
  positiveDuration,
  quantity,
  subdomain,
  taint,
  text,
  wholeNumber,
} from './schema-parts.js';
import { tuningSets } from './schema-phases.js';
import { storage } from './schema-storage.js';
import { traffic } from './schema-traffic.js';
import { toleranceExpected } from './tolerance.js';

/** Version of the scenario format. */
export const scenarioApiVersion = 'kubeclock.dev/v1alpha1';

const strings = z.record(z.string(), z.string({ error: 'text' }), {
  error: 'a mapping of text to text',
});

const scheduler = mapping({
  ...clientLimit.shape,
  ...elected,
  config: z
    .union([text('a file'), z.record(z.string(), z.unknown())], {
      error: 'a file, or a KubeSchedulerConfiguration',
    })
    .optional()
    .describe('A KubeSchedulerConfiguration, or the file that holds it.'),
  extenders: list(
    mapping({
      urlPrefix: text('the urlPrefix of an extender of the configuration').describe(
        'By which the configuration knows it.',
      ),
      latency: durations.optional().describe('Time to the beginning of its answer.'),
      plugin: text('the name of a plugin').optional().describe('Judges in its place.'),
    }),
    'extenders {urlPrefix, latency, plugin}',
  )
    .optional()
    .describe("What the configuration's extenders do."),
  tieBreak: oneOf(tieBreakNames)
    .optional()
    .describe('Which of the best nodes: heap as in 1.36, reservoir (random) as up to 1.34.'),
  featureGates: mapping({
    NodeDeclaredFeatures: flag().optional().describe('Pods go where what they need is declared.'),
    NominatedNodeNameForExpectation: flag()
      .optional()
      .describe('The node of a pod whose binding takes long is written to its status.'),
    SchedulerAsyncAPICalls: flag()
      .optional()
      .describe('The next pod does not wait until the condition of the last one is written.'),
    SchedulerAsyncPreemption: flag()
      .optional()
      .describe('The next pod does not wait until the victims of the last one are deleted.'),
    SchedulerQueueingHints: flag()
      .optional()
      .describe('Plugins say which changes are worth another try of a pod.'),
  })
    .optional()
    .describe('Of kube-scheduler 1.36; each as there when absent.'),
  plugins: list(text('a file'), 'plugin files')
    .optional()
    .describe('Plugins of your own: .ts or .js files, relative to the scenario.'),
});

const controlPlane = mapping({
  hosts: hosts
    .optional()
    .describe('Machines of the control plane; their processes share the cores.'),
  etcd: etcd.optional().describe('The store: its members, disks and flags.'),
  apiServer: mapping({
    replicas: wholeNumber(1, 99).optional().describe('On the first hosts; all when absent.'),
    maxRequestsInflight: wholeNumber(1).optional().describe('Of reads.'),
    maxMutatingRequestsInflight: wholeNumber(1).optional().describe('Of writes.'),
    enablePriorityAndFairness: flag()
      .optional()
      .describe('Without it the two limits above hold each for itself.'),
    requestTimeout: positiveDuration().optional().describe('Of everything but watches.'),
    etcdServers: oneOf(etcdServers)
      .optional()
      .describe('The member on the same host, or all of them.'),
    goawayChance: numberWithin(0, 0.02)
      .optional()
      .describe('Of an answer that sends its client to another apiserver.'),
    disableAdmissionPlugins: z
      .array(z.enum(optionalAdmissionPlugins))
      .optional()
      .describe('What --disable-admission-plugins names.'),
    admissionWebhooks,
  })
    .optional()
    .describe('kube-apiserver: replicas, limits, admission.'),
  scheduler: scheduler.optional().describe('kube-scheduler: limits, configuration, plugins.'),
  schedulers: list(
    scheduler.extend({
      name: name('the name of a scheduler').describe(
        'Of its process; pods name a profile of its config.',
      ),
      host: text('a host of the control plane').optional().describe('The first one when absent.'),
    }),
    'schedulers {name, config, …}',
    1,
  )
    .optional()
    .describe('Several schedulers; each takes from `scheduler` what it does not state.'),
  controllerManager: mapping({
    ...clientLimit.shape,
    ...elected,
    ...nodeCidrFields,
    nodeMonitorGracePeriod: positiveDuration()
      .optional()
      .describe('Without a sign of life for longer a node is not Ready; 50s, before 1.32 40s.'),
  })
    .optional()
    .describe("Limits are those of each controller's own client."),
  processes,
});

/** One pool of nodes that are alike. */
export const nodePool = mapping({
  name: name('a pool name').describe('Nodes are called after it.'),
  count: wholeNumber(0, 100_000).describe('Nodes at the start.'),
  nodeNames: list(subdomain('the name of a node'), 'names of nodes')
    .optional()
    .describe(
      'Of the first nodes, then of those that createNodes adds; the others are called after the ' +
        'pool, NAME-0, NAME-1 and so on.',
    ),
  instanceType: text('the name of an instance type')
    .optional()
    .describe('Of the catalogue of the cloud; instead of cpu, memory and pods.'),
  cpu: quantity('CPUs as a quantity, such as 4 or 3900m', 1_000_000)
    .optional()
    .describe('Allocatable cores of a node.'),
  memory: quantity('memory as a quantity, such as 16Gi')
    .optional()
    .describe('Allocatable memory of a node.'),
  pods: wholeNumber(1, 10_000).optional().describe('Most pods on a node.'),
  ephemeralStorage: quantity('a size in bytes, such as 100Gi')
    .optional()
    .describe('Disk of a node for images, writable layers, logs and emptyDirs.'),
  template: z
    .record(z.string(), z.unknown(), { error: 'a Node object without a name' })
    .optional()
    .describe('A Node object, instead of cpu, memory and pods.'),
  zones: list(text('a zone name'), 'zone names').optional().describe('Dealt out in turn.'),
  region: text('a region name').optional().describe('Label topology.kubernetes.io/region.'),
  segment: text('the name of an L2 network')
    .optional()
    .describe('L2 network of the nodes; pools that name none share one.'),
  labels: strings.optional().describe('Of the nodes, beside those that they have anyway.'),
  taints: list(taint, 'taints {key, value, effect}')
    .optional()
    .describe('Of the nodes from the start.'),
  runtime: oneOf(['containerd', 'cri-o', 'docker', 'rkt'])
    .optional()
    .describe('Container runtime; containerd when absent.'),
  images: list(text('an image name'), 'image names')
    .optional()
    .describe('On each node from the start.'),
  serializeImagePulls: flag().optional().describe('One pull at a time; true when absent.'),
  maxParallelImagePulls: wholeNumber(1).optional().describe('With serializeImagePulls: false.'),
  kubeProxy: kubeProxy.optional().describe('Where it differs from that of the cluster.'),
  staticPods: list(
    z.union([text('a file'), z.record(z.string(), z.unknown())], {
      error: 'a Pod, or the file that holds it',
    }),
    'Pods',
  )
    .optional()
    .describe('Run by each kubelet from files on its node, shown by mirror pods.'),
  kubelet: kubeletConfiguration
    .optional()
    .describe('Of the KubeletConfiguration: eviction, collection of images, limits of pods.'),
});

const thresholdItem = z.union(
  [
    z.string(),
    mapping({
      expr: z
        .string({ error: 'an expression such as p(99)<5' })
        .describe('Aggregation, comparison, bound: p(99)<5.'),
      level: oneOf(['warn', 'error'])
        .optional()
        .describe('warn: reported, and the exit code stays 0; error when absent.'),
      allowEmpty: flag().optional().describe('Whether a run without any sample passes.'),
    }),
  ],
  { error: 'an expression such as p(99)<5, or a mapping {expr, level}' },
);

/** The `spec` of a scenario; a profile is a part of one. */
export const scenarioSpec = mapping({
  seed: z
    .union([z.string().min(1), z.int()], { error: 'a whole number or text' })
    .optional()
    .describe('Everything random follows from it.'),
  horizon: duration().optional().describe('Virtual time at which the run ends at the latest.'),
  until: oneOf(['converged', 'horizon'])
    .optional()
    .describe('converged: the run ends when every change has had its last effect.'),
  kubernetesVersion: z
    .union([z.literal('1.36'), z.literal(1.36)], { error: `"1.36", the version that is modelled` })
    .optional()
    .describe('The version that is modelled.'),
  scope: oneOf(clusterScopes)
    .optional()
    .describe(
      'placement: the decisions of the scheduler alone, pod after pod; they take no time, and ' +
        'pods never start. cluster, the default: all of it.',
    ),
  heartbeats: oneOf(heartbeatModes)
    .optional()
    .describe(
      'lazy: nodes and leaders that are well renew no Leases and report no status without news; ' +
        'who watches over them works out when they would have. Decisions stay what they are; the ' +
        'load of heartbeats on apiserver and etcd is left out. For long runs. eager, the ' +
        'default: all are sent.',
    ),
  controlPlane: controlPlane.optional().describe('Its machines and processes.'),
  nodePools: list(nodePool, 'node pools')
    .optional()
    .describe('Nodes; without any, as many as the workloads need.'),
  autoscaler: autoscaler.optional().describe('Of the nodes; only in a cloud.'),
  cloud: cloud.optional().describe('In which all nodes are instances; absent: there is none.'),
  network: network.optional().describe('Links, registry, and the network of the pods.'),
  kubeProxy: kubeProxy.optional().describe('kube-proxy on every node.'),
  clusterDns: clusterDns.describe('The servers that names of Services are looked up at.'),
  storage: storage.optional(),
  applicationStart: durations
    .optional()
    .describe('Time from the start of a container until it can serve.'),
  metricsServer: metricsServer.optional().describe('What HorizontalPodAutoscalers read CPU from.'),
  initialObjects: mapping(objectSources)
    .optional()
    .describe('Stored from the start, as a live cluster has them; Pods with a nodeName run there.'),
  workload: mapping({
    operations: list(operation, 'operations')
      .optional()
      .describe('What happens, one after the other; `at` holds an operation back until its time.'),
    tuningSets: tuningSets.optional().describe('Paces of phases, by name.'),
    ...loadSchemas,
    dnsTraffic: list(dnsTraffic, 'kinds of lookups {name, from, names, lookupsPerSecond}')
      .optional()
      .describe('Names that pods look up.'),
    traffic: list(traffic, 'kinds of traffic {name, service, connectionsPerSecond, …}')
      .optional()
      .describe('Connections of clients to Services.'),
  })
    .optional()
    .describe('What is done to the cluster, and who uses it meanwhile.'),
  thresholds: z
    .record(z.string(), list(thresholdItem, 'expressions such as p(99)<5', 1), {
      error: 'a mapping of metric names to lists of expressions',
    })
    .optional()
    .describe('What a run must achieve; else it ends with exit code 3.'),
  tolerances: z
    .record(z.string(), z.union([z.string(), z.number()], { error: toleranceExpected }), {
      error: 'a mapping of metric names to tolerances such as 2%',
    })
    .optional()
    .describe('By how much `check` lets figures differ from the baseline; absent: not at all.'),
  outputs: mapping({
    directory: text('a folder')
      .optional()
      .describe('Where the results go; default results/NAME-SEED.'),
    sampleInterval: positiveDuration().optional().describe('Between two rows of timeseries.csv.'),
  })
    .optional()
    .describe('What a run writes.'),
});

const head = {
  apiVersion: oneOf([scenarioApiVersion]),
  metadata: mapping({ name: name('a name') }),
};

/** A whole scenario file. */
export const scenarioFile = mapping({
  ...head,
  kind: oneOf(['Scenario']),
  spec: scenarioSpec,
});

/** A whole profile file: what one kind of machine is like, below any scenario. */
export const profileFile = mapping({
  ...head,
  kind: oneOf(['Profile']),
  spec: scenarioSpec,
});

/** A scenario as written, after it has been checked. */
export type ScenarioFile = z.infer<typeof scenarioFile>;

/** Its spec. */
export type ScenarioSpec = z.infer<typeof scenarioSpec>;

/** A pool as written. */
export type NodePoolText = z.infer<typeof nodePool>;
