// Settings and costs of the node IPAM controller.
import { type Constants, defineConstants } from '../../../stats/constants.js';

const table = {
  cidrUpdateWorkers: {
    value: 30,
    unit: 'workers',
    source:
      'Kubernetes v1.36 pkg/controller/nodeipam/ipam cidr_allocator.go (reference: nodes-controllers 3.2, 3.17)',
  },
  cidrUpdateTries: {
    value: 3,
    unit: '1',
    source:
      'Kubernetes v1.36 pkg/controller/nodeipam/ipam cidrUpdateRetries (reference: nodes-controllers 3.17)',
    note: 'of the PATCH that gives a node its range',
  },
  nodeCidrPatchBytes: {
    value: 80,
    unit: 'bytes',
    source: 'ASSUMED: a PATCH of podCIDR and podCIDRs',
  },
  defaultNodeCidrMaskSize: {
    value: 24,
    unit: 'bits',
    source: 'Kubernetes v1.36 --node-cidr-mask-size of IPv4 (reference: nodes-controllers 3.17)',
  },
} as const;

export const nodeIpamConstants: Constants<typeof table> = defineConstants('node-ipam', table);
