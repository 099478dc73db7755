/**
 * The zone of a node, as the scheduler and the node controllers tell zones apart.
 *
 * Source: Kubernetes v1.36 component-helpers `node/topology`.
 */

import type { Node } from './node.js';

/** Region and zone, the beta labels first; '' when the node has neither. */
export function zoneKeyOf(node: Node): string {
  const { labels = {} } = node.metadata;
  const zone =
    labels['failure-domain.beta.kubernetes.io/zone'] ?? labels['topology.kubernetes.io/zone'] ?? '';
  const region =
    labels['failure-domain.beta.kubernetes.io/region'] ??
    labels['topology.kubernetes.io/region'] ??
    '';
  return zone === '' && region === '' ? '' : `${region}:\u0000:${zone}`;
}
