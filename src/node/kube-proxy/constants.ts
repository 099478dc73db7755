// What a sync of kube-proxy's rules costs, by mode. Times are those of the machines that the
// figures come from; `cpuFactor` of the fleet scales them.
import { type Constants, defineConstants } from '../../stats/constants.js';

const iptablesTable = {
  commandUs: {
    value: 5_000,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §2.4',
    note: 'one iptables command',
  },
  fullSyncCommands: {
    value: 24,
    unit: 'commands',
    source: 'Kubernetes v1.36 pkg/proxy/iptables/proxier.go (reference: nodes-controllers §2.4)',
  },
  computeNanosecondsPerLine: {
    value: 11_400,
    unit: 'ns/line',
    source: 'fit to kubernetes#138073 (reference: nodes-controllers §2.4)',
  },
  restoreNanosecondsPerLine: {
    value: 18_200,
    unit: 'ns/line',
    source: 'fit to kubernetes#138073 (reference: nodes-controllers §2.4)',
  },
  saveNanosecondsPerRule: {
    value: 6_600,
    unit: 'ns/rule',
    source: 'fit to kubernetes#138073 (reference: nodes-controllers §2.4)',
  },
  copyNanosecondsPerRule: {
    value: 1_900,
    unit: 'ns/rule',
    source: 'fit to kubernetes#138073 (reference: nodes-controllers §2.4)',
    note: 'the kernel copies its table for each restore',
  },
  scanNanosecondsPerEndpoint: {
    value: 6_200,
    unit: 'ns/endpoint',
    source: 'fit to kubernetes#138073 (reference: nodes-controllers §2.4)',
  },
  staticRules: {
    value: 5,
    unit: 'rules',
    source: 'Kubernetes v1.36 pkg/proxy/iptables/number_generated_rules_test.go',
  },
  largeClusterEndpoints: {
    value: 1_000,
    unit: 'endpoints',
    source: 'Kubernetes v1.36 pkg/proxy/iptables/proxier.go (reference: nodes-controllers §2.4)',
    note: 'above: no periodic full sync (kubernetes#138571), and iptables-save once a syncPeriod',
  },
  syncPeriodUs: {
    value: 30_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/proxy/apis/config/v1alpha1/defaults.go',
  },
  fullSyncPeriodUs: {
    value: 3_600_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 pkg/proxy/types.go (reference: nodes-controllers §2.1)',
  },
} as const;

const otherTable = {
  ipvsListNanosecondsPerEntry: {
    value: 30_000,
    unit: 'ns/entry',
    source: 'ASSUMED: reference nodes-controllers §2.5',
  },
  ipvsChangeNanosecondsPerEntry: {
    value: 80_000,
    unit: 'ns/entry',
    source: 'ASSUMED: reference nodes-controllers §2.5, 60-100 µs',
  },
  nftablesBaseUs: {
    value: 100_000,
    unit: 'µs',
    source: 'fit to kubernetes#126013 (reference: nodes-controllers §2.6)',
  },
  nftablesPerServiceUs: {
    value: 5_000,
    unit: 'µs',
    source: 'fit to kubernetes#126013 (reference: nodes-controllers §2.6)',
    note: 'a changed service, the same again for every nftablesServiceEndpoints of it',
  },
  nftablesServiceEndpoints: {
    value: 50,
    unit: 'endpoints',
    source: 'fit (reference: nodes-controllers §2.6)',
  },
  nftablesFullPerEndpointUs: {
    value: 500,
    unit: 'µs',
    source: 'fit to kubernetes#135639 (reference: nodes-controllers §2.6)',
  },
  nftablesCrowdedEndpoints: {
    value: 250_000,
    unit: 'endpoints',
    source: 'fit to kubernetes#135639 (reference: nodes-controllers §2.6)',
    note: 'at this number an endpoint of a full sync costs twice as much',
  },
  userspaceCommands: {
    value: 4,
    unit: 'commands',
    source: 'Kubernetes v1.20 pkg/proxy/userspace: container and host portals, each two chains',
    note: 'per changed service port',
  },
  userspacePerEndpointNanoseconds: {
    value: 10_000,
    unit: 'ns/endpoint',
    source: 'ASSUMED: an endpoint changes in the balancer of the process, not in the kernel',
  },
} as const;

const pathTable = {
  sessionAffinitySeconds: {
    value: 10_800,
    unit: 's',
    source: 'Kubernetes v1.36 API default of sessionAffinityConfig',
  },
  firstPacketUs: {
    value: 12,
    unit: 'µs',
    source: 'fit to the figures of KEP-3866 (reference: nodes-controllers §2.8)',
    note: 'the first packet of a connection in iptables mode, without the rules of services',
  },
  ruleMatchNanoseconds: {
    value: 20,
    unit: 'ns/rule',
    source: 'fit to the figures of KEP-3866 (reference: nodes-controllers §2.8)',
    note: 'a rule that the first packet of a connection passes',
  },
  mapLookupP50Us: {
    value: 14,
    unit: 'µs',
    source: 'figures of KEP-3866 (reference: nodes-controllers §2.8)',
    note: 'the first packet of a connection in nftables and ipvs mode',
  },
  mapLookupP99Us: {
    value: 37,
    unit: 'µs',
    source: 'figures of KEP-3866 (reference: nodes-controllers §2.8)',
  },
  userspaceConnectLowUs: {
    value: 150,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §2.8',
    note: 'accepting a connection and opening another',
  },
  userspaceConnectHighUs: {
    value: 300,
    unit: 'µs',
    source: 'ASSUMED: reference nodes-controllers §2.8',
  },
  userspaceDialTimeoutUs: {
    value: 250_000,
    unit: 'µs',
    source: 'Kubernetes v1.20 pkg/proxy/userspace',
    note: 'of the first endpoint that is tried; doubles with each further one',
  },
  userspaceDials: {
    value: 4,
    unit: 'endpoints',
    source: 'Kubernetes v1.20 pkg/proxy/userspace',
    note: 'tried for one connection',
  },
} as const;

const table: typeof iptablesTable & typeof otherTable & typeof pathTable = {
  ...iptablesTable,
  ...otherTable,
  ...pathTable,
};

/** Constants of kube-proxy. */
export const kubeProxyConstants: Constants<typeof table> = defineConstants('kube-proxy', table);
