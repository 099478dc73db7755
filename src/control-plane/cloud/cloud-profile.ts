// A cloud by its numbers: how long its calls and machines take, and how many calls it lets pass.
import type { DistributionSpec } from '../../kernel/distributions.js';
import {
  awsCloud,
  azureCloud,
  bareMetalCloud,
  type CloudFigures,
  gceCloud,
  openstackCloud,
} from './constants.js';

/** Kinds of clouds whose numbers are known. */
export const cloudProviderNames = ['aws', 'azure', 'bare-metal', 'gce', 'openstack'] as const;

export type CloudProviderName = (typeof cloudProviderNames)[number];

/** Calls that a cloud lets pass: a token bucket. */
export interface CloudQuota {
  readonly qps: number;
  readonly burst: number;
}

/** Times in µs. */
export interface CloudProfile {
  readonly name: CloudProviderName;
  /** Of a call that looks something up or ends something. */
  readonly call: DistributionSpec;
  /** From the wish for an instance to its being on its way. */
  readonly create: DistributionSpec;
  /** From there until its kubelet registers the node, where its type does not say. */
  readonly boot: DistributionSpec;
  /** From there until the network and everything else on the node is up. */
  readonly nodeReady: DistributionSpec;
  /** Of a load balancer, until it has its address. */
  readonly loadBalancer: DistributionSpec;
  /** Of each node that it learns of. */
  readonly loadBalancerPerNodeUs: number;
  readonly route: DistributionSpec;
  readonly read: CloudQuota;
  readonly write: CloudQuota;
  /** Of the calls that the quota lets pass, those that fail. */
  readonly errorRate: number;
}

const figures: Readonly<Record<CloudProviderName, CloudFigures>> = {
  aws: awsCloud,
  azure: azureCloud,
  'bare-metal': bareMetalCloud,
  gce: gceCloud,
  openstack: openstackCloud,
};

/** The profile of a kind of cloud, as its table has it. */
export function cloudProfile(name: CloudProviderName): CloudProfile {
  const table = figures[name];
  const logNormal = (p50: number, p99: number): DistributionSpec => ({
    kind: 'logNormal',
    p50,
    p99,
  });
  return {
    name,
    call: logNormal(table.callP50Us, table.callP99Us),
    create: logNormal(table.createP50Us, table.createP99Us),
    boot: logNormal(table.bootP50Us, table.bootP99Us),
    nodeReady: logNormal(table.nodeReadyP50Us, table.nodeReadyP99Us),
    loadBalancer: logNormal(table.loadBalancerP50Us, table.loadBalancerP99Us),
    loadBalancerPerNodeUs: table.loadBalancerPerNodeUs,
    route: logNormal(table.routeP50Us, table.routeP99Us),
    read: { qps: table.readQps, burst: table.readBurst },
    write: { qps: table.writeQps, burst: table.writeBurst },
    errorRate: 0,
  };
}
