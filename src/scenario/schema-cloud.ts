/**
 * The cloud of a scenario: whose it is, which machines it lets, how its API behaves, and how the
 * cloud-controller-manager is set.
 */

import { z } from 'zod';
import { cloudProviderNames } from '../control-plane/cloud/cloud-profile.js';
import {
  clientLimit,
  duration,
  durations,
  elected,
  flag,
  list,
  mapping,
  numberWithin,
  oneOf,
  positiveDuration,
  positiveNumber,
  quantity,
  text,
  wholeNumber,
} from './schema-parts.js';

/** One row of the catalogue. What it states is what pods may use. */
const instanceType = mapping({
  name: text('a name such as m5.large').describe('Such as m5.large.'),
  cpu: quantity('CPUs as a quantity, such as 4 or 3900m', 1_000_000).describe('Allocatable cores.'),
  memory: quantity('memory as a quantity, such as 16Gi').describe('Allocatable memory.'),
  pods: wholeNumber(1, 10_000).optional().describe('Most pods on it; 110 when absent.'),
  pricePerHour: numberWithin(0, 1_000_000).optional().describe('In any currency.'),
  zones: list(text('a zone name'), 'zone names', 1)
    .optional()
    .describe('Where it is to be had; everywhere when absent.'),
  bootTime: durations
    .optional()
    .describe('From launch until the kubelet registers; as the provider when absent.'),
  available: wholeNumber(0).optional().describe('Most that the cloud has at a time.'),
});

/** A file of instance types. */
export const catalogueFile = mapping({
  instanceTypes: list(instanceType, 'instance types {name, cpu, memory, …}', 1).describe(
    'Machines that the cloud lets.',
  ),
});

const api = mapping({
  latency: durations.optional().describe('Of calls that have no time of their own.'),
  readQPS: positiveNumber().optional().describe('Calls a second that look something up.'),
  readBurst: wholeNumber(1).optional().describe('Of such calls, at once after a rest.'),
  writeQPS: positiveNumber().optional().describe('Calls a second that change something.'),
  writeBurst: wholeNumber(1).optional().describe('Of such calls, at once after a rest.'),
  errorRate: numberWithin(0, 1).optional().describe('Share of the calls that fail.'),
});

const controllerManager = mapping({
  ...clientLimit.shape,
  ...elected,
  concurrentServiceSyncs: wholeNumber(1, 1000)
    .optional()
    .describe('Services whose load balancers are made at a time; 1 when absent.'),
  concurrentNodeSyncs: wholeNumber(1, 1000)
    .optional()
    .describe('New nodes that are looked up at a time; 1 when absent.'),
  nodeMonitorPeriod: positiveDuration()
    .optional()
    .describe('Between two looks at nodes whose machine may be gone; 5s when absent.'),
  nodeStatusUpdateFrequency: positiveDuration()
    .optional()
    .describe("Between two updates of the nodes' addresses; 5m when absent."),
  configureCloudRoutes: flag()
    .optional()
    .describe('Nodes wait for a route to their pods; they need a podCIDR.'),
  routeReconciliationPeriod: positiveDuration()
    .optional()
    .describe('Between two looks at all routes; 10s when absent.'),
}).describe('The cloud-controller-manager.');

/** The cloud in which all nodes are instances. */
export const cloud = mapping({
  provider: oneOf(cloudProviderNames).describe('Whose figures hold where none are stated.'),
  instanceTypes: z
    .union([text('a file'), catalogueFile.shape.instanceTypes], {
      error: 'a file, or a list of instance types {name, cpu, memory, …}',
    })
    .optional()
    .describe('The catalogue, or the file that holds it.'),
  api: api.optional().describe('How fast the API of the cloud is, and how often it may be called.'),
  createInstance: durations.optional().describe('From the wish for an instance to its launch.'),
  instanceBoot: durations.optional().describe('From launch until the kubelet registers.'),
  nodeReady: durations.optional().describe('From registration until the node is Ready.'),
  loadBalancer: durations.optional().describe('Until a new load balancer has its address.'),
  loadBalancerPerNode: duration().optional().describe('For each node that it learns of.'),
  route: durations.optional().describe('Until a new route is there.'),
  controllerManager: controllerManager.optional(),
});

/** A cloud as written, its catalogue read. */
export type CloudText = z.infer<typeof cloud>;

/** A row of the catalogue as written. */
export type InstanceTypeText = z.infer<typeof instanceType>;
