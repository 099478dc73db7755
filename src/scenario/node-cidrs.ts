/**
 * The ranges of pod addresses that the controller manager gives to nodes: what may be written, what
 * it means, what is wrong with it.
 */

import { addressCount, parseCidr } from '../api/cidr.js';
import { nodeIpamConstants } from '../control-plane/controller-manager/node-ipam/constants.js';
import type { NodeCidrSpec } from '../control-plane/controller-manager/node-ipam/node-ipam-controller.js';
import { defaultFlannelNetwork } from './network-of.js';
import type { SpecProblem } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';
import { flag, textLike, wholeNumber } from './schema-parts.js';

/** Fields of `controllerManager`. */
export const nodeCidrFields = {
  allocateNodeCIDRs: flag()
    .optional()
    .describe('Whether nodes get a podCIDR from the controller manager; false when absent.'),
  clusterCIDR: textLike(/^[\d.]+\/\d+$/, 'a network such as 10.244.0.0/16')
    .optional()
    .describe("Where the nodes' ranges come from; flannel's network, or 10.244.0.0/16."),
  nodeCIDRMaskSize: wholeNumber(1, 30)
    .optional()
    .describe("Bits of the mask of a node's range; 24 when absent."),
};

/** Of a spec with `allocateNodeCIDRs`; undefined: nodes get no ranges. */
export function nodeCidrsOf({ controlPlane, network }: ScenarioSpec): NodeCidrSpec | undefined {
  const { allocateNodeCIDRs, clusterCIDR, nodeCIDRMaskSize } =
    controlPlane?.controllerManager ?? {};
  if (allocateNodeCIDRs !== true) return undefined;
  const flannel = network?.cni === 'flannel' ? (network.flannel ?? {}) : {};
  return {
    clusterCidr: clusterCIDR ?? flannel.network ?? defaultFlannelNetwork,
    maskBits: nodeCIDRMaskSize ?? flannel.subnetLen ?? nodeIpamConstants.defaultNodeCidrMaskSize,
  };
}

/** Ranges that cannot be given out. */
export function nodeCidrProblems(spec: ScenarioSpec): readonly SpecProblem[] {
  const { controllerManager = {} } = spec.controlPlane ?? {};
  const below = ['controlPlane', 'controllerManager'];
  const { clusterCIDR, nodeCIDRMaskSize } = controllerManager;
  const cidrs = nodeCidrsOf(spec);
  if (cidrs === undefined) {
    const stated = clusterCIDR === undefined ? 'nodeCIDRMaskSize' : 'clusterCIDR';
    if (clusterCIDR === undefined && nodeCIDRMaskSize === undefined) return [];
    const message = `${stated} is not used without allocateNodeCIDRs`;
    return [{ steps: [...below, stated], message, suggestion: 'allocateNodeCIDRs: true' }];
  }
  const cluster = parseCidr(cidrs.clusterCidr);
  if (cluster === undefined) {
    const message = `"${cidrs.clusterCidr}" is no IPv4 network`;
    const expected = 'the first address of a network and its bits, 10.244.0.0/16';
    return [{ steps: [...below, 'clusterCIDR'], message, expected }];
  }
  if (cluster.bits > cidrs.maskBits) {
    const message = `a /${cidrs.maskBits} for each node is more than ${cidrs.clusterCidr} has`;
    const field = nodeCIDRMaskSize === undefined ? 'clusterCIDR' : 'nodeCIDRMaskSize';
    return [{ steps: [...below, field], message }];
  }
  const flannel = spec.network?.cni === 'flannel' ? (spec.network.flannel ?? {}) : undefined;
  const { network = defaultFlannelNetwork } = flannel ?? {};
  if (flannel === undefined || network === cidrs.clusterCidr) return [];
  const message = `clusterCIDR is ${cidrs.clusterCidr}, and the network of flannel ${network}`;
  return [{ steps: [...below, 'clusterCIDR'], message, suggestion: `clusterCIDR: ${network}` }];
}

/** The sentence about a range that is too small for the nodes of the pools. */
export function nodeCidrNotices(spec: ScenarioSpec): readonly string[] {
  const cidrs = nodeCidrsOf(spec);
  const cluster = parseCidr(cidrs?.clusterCidr ?? '');
  if (cidrs === undefined || cluster === undefined) return [];
  const room = addressCount(cluster.bits) / addressCount(cidrs.maskBits);
  const nodes = (spec.nodePools ?? []).reduce((sum, { count }) => sum + count, 0);
  if (nodes <= room) return [];
  return [
    `The clusterCIDR ${cidrs.clusterCidr} has ${room} ranges of a /${cidrs.maskBits} for ` +
      `${nodes} nodes: the others get none.`,
  ];
}
