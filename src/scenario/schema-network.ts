/**
 * The network of the cluster as a scenario writes it: links, registry, and the network plugin (CNI)
 * with its settings.
 */

import { z } from 'zod';
import { cniTypes, subnetManagers } from '../cluster/cluster-spec.js';
import { backendTypes } from '../network/flannel/backend.js';
import {
  bandwidth,
  durations,
  flag,
  list,
  mapping,
  oneOf,
  quantity,
  sizes,
  text,
  wholeNumber,
} from './schema-parts.js';

const link = mapping({
  delay: durations.optional().describe('One way.'),
  bytesPerSecond: bandwidth.optional().describe('In each direction, such as 125M.'),
});

/** flanneld's net-conf.json, and where it keeps the subnets. */
const flannel = mapping({
  subnetManager: oneOf(subnetManagers)
    .optional()
    .describe("kube: a node's podCIDR; etcd: leases of 24 h, as without Kubernetes."),
  network: text('a network such as 10.244.0.0/16')
    .optional()
    .describe('Of all pods; 10.244.0.0/16 when absent.'),
  subnetLen: wholeNumber(1, 30).optional().describe("Bits of the mask of a host's subnet."),
  subnetMin: text('the first address of a subnet')
    .optional()
    .describe('The lowest subnet that is given out, such as 10.244.1.0; with subnetManager: etcd.'),
  subnetMax: text('the first address of a subnet')
    .optional()
    .describe('The highest one; with subnetManager: etcd.'),
  backend: mapping({
    type: oneOf(backendTypes)
      .optional()
      .describe('How packets get to other nodes; vxlan when absent.'),
    directRouting: flag()
      .optional()
      .describe('Of vxlan: no encapsulation between nodes of one segment.'),
  })
    .optional()
    .describe('What carries packets between nodes.'),
  reservations: list(
    mapping({
      node: text('the name of a node').describe('Whose subnet it is.'),
      subnet: text('a subnet such as 10.244.7.0/24').describe('Such as 10.244.7.0/24.'),
    }),
    'reservations {node, subnet}',
  )
    .optional()
    .describe('Subnets that belong to nodes for good; with subnetManager: etcd.'),
});

/** The network of the cluster. */
export const network = mapping({
  controlPlane: link.optional().describe('Between hosts of the control plane.'),
  node: link.optional().describe('Between a node and the control plane.'),
  registry: mapping({
    bytesPerSecond: bandwidth.describe('That one pull gets, such as 50M.'),
  })
    .optional()
    .describe('Where images come from.'),
  imageSizes: z
    .record(z.string(), quantity('a size in bytes, such as 60Mi'), {
      error: 'a mapping of image names to sizes',
    })
    .optional()
    .describe('Compressed size by image name.'),
  defaultImageSize: sizes.optional().describe('Of images that imageSizes does not name.'),
  cni: oneOf(cniTypes)
    .optional()
    .describe('generic: a range on each node from the start; none: nodes stay NotReady.'),
  flannel: flannel.optional().describe('With cni: flannel.'),
});
