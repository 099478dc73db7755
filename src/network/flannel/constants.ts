// What flannel does by default, and what its backends cost, with sources.
import { type Constants, defineConstants } from '../../stats/constants.js';

const table = {
  subnetBits: {
    value: 24,
    unit: 'bits',
    source: 'flannel pkg/subnet/config.go (reference: nodes-controllers §5.1)',
    note: 'of networks of /22 or more; smaller ones are cut into four',
  },
  smallestNetworkBits: { value: 28, unit: 'bits', source: 'flannel pkg/subnet/config.go' },
  candidateSubnets: {
    value: 100,
    unit: 'subnets',
    source: 'flannel pkg/subnet/etcd/local_manager.go (reference: nodes-controllers §5.2)',
    note: 'free ones among which one is picked at random',
  },
  raceRetries: {
    value: 10,
    unit: 'attempts',
    source: 'flannel pkg/subnet/etcd/local_manager.go raceRetries',
  },
  leaseSeconds: {
    value: 86_400,
    unit: 's',
    source: 'flannel pkg/subnet/etcd/local_manager.go subnetTTL',
  },
  renewMarginUs: {
    value: 3_600_000_000,
    unit: 'µs',
    source: 'flannel main.go subnet-lease-renew-margin',
  },
  renewRetryUs: {
    value: 60_000_000,
    unit: 'µs',
    source: 'flannel pkg/subnet (reference: nodes-controllers §5.2)',
  },
  nodePollUs: {
    value: 3_000_000,
    unit: 'µs',
    source: 'flannel pkg/subnet/kube/kube.go (reference: nodes-controllers §5.3)',
  },
  nodePollTimeoutUs: {
    value: 30_000_000,
    unit: 'µs',
    source: 'flannel pkg/subnet/kube/kube.go (reference: nodes-controllers §5.3)',
  },
  restartBackoffUs: {
    value: 10_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 crash-loop back-off of the container (reference: §1.10)',
    note: 'flanneld exits when it gets no subnet; doubled up to the next',
  },
  restartBackoffMaxUs: { value: 300_000_000, unit: 'µs', source: 'as restartBackoffUs' },
  daemonStartP50Us: {
    value: 9_000_000,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §1.18, 5 to 20 s with its image',
    note: "from a new node's registration until flanneld runs",
  },
  daemonStartP99Us: { value: 20_000_000, unit: 'µs', source: 'ASSUMED: as daemonStartP50Us' },
  netlinkCallUs: {
    value: 100,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §5.4, 5,000 hosts of three calls take 1 to 2 s',
  },
  leaseBytes: {
    value: 140,
    unit: 'bytes',
    source: 'ASSUMED: public IP, backend type and VTEP MAC as JSON',
  },
  nodePatchBytes: {
    value: 420,
    unit: 'bytes',
    source: 'ASSUMED: four annotations and a condition as a strategic merge patch',
  },
  hostGwRttUs: {
    value: 8,
    unit: 'µs',
    source: 'reference: nodes-controllers §5.6, fitted',
    note: 'added to the round trip between hosts, as of the other backends',
  },
  vxlanRttUs: { value: 25, unit: 'µs', source: 'reference: nodes-controllers §5.6, fitted' },
  udpRttUs: { value: 150, unit: 'µs', source: 'reference: nodes-controllers §5.6, fitted' },
  hostGwThroughput: {
    value: 0.92,
    unit: '1',
    source: 'reference: nodes-controllers §5.6, fitted',
    note: "share of the hosts' bandwidth that pods get, as of the other backends",
  },
  vxlanThroughput: {
    value: 0.72,
    unit: '1',
    source: 'reference: nodes-controllers §5.6, 0.65 to 0.8',
  },
  udpThroughput: {
    value: 0.07,
    unit: '1',
    source: 'reference: nodes-controllers §5.6, 0.05 to 0.1',
  },
} as const;

/** Constants of flannel. */
export const flannelConstants: Constants<typeof table> = defineConstants('flannel', table);
