// The backends: how packets between pods of two hosts travel, what a host has to program for each
// other host, and what that costs.
// Source: flannel Documentation/backends.md (reference: nodes-controllers §5.4, §5.6).
import { flannelConstants } from './constants.js';

/** Backends that are modelled. */
export const backendTypes = ['vxlan', 'host-gw', 'udp'] as const;

export type BackendType = (typeof backendTypes)[number];

export interface BackendSpec {
  readonly type: BackendType;
  /** Of vxlan: hosts on one L2 network send to each other as with host-gw. */
  readonly directRouting: boolean;
}

/** How packets between two hosts travel. */
export interface BackendPath {
  /** Added to a round trip between the hosts, µs. */
  readonly rttUs: number;
  /** Share of the bandwidth between the hosts, above 0 and at most 1. */
  readonly throughput: number;
  /** Bytes of each packet for the way. */
  readonly overheadBytes: number;
}

const paths: Readonly<Record<BackendType, BackendPath>> = {
  vxlan: {
    rttUs: flannelConstants.vxlanRttUs,
    throughput: flannelConstants.vxlanThroughput,
    overheadBytes: 50,
  },
  'host-gw': {
    rttUs: flannelConstants.hostGwRttUs,
    throughput: flannelConstants.hostGwThroughput,
    overheadBytes: 0,
  },
  udp: {
    rttUs: flannelConstants.udpRttUs,
    throughput: flannelConstants.udpThroughput,
    overheadBytes: 28,
  },
};

/** Calls to the kernel for a remote host: ARP, FDB and route; a route; an entry of a table. */
const callsPerHost: Readonly<Record<BackendType, number>> = { vxlan: 3, 'host-gw': 1, udp: 1 };

/** Time in which a host programs one other host, µs. */
export function programmingUs({ type }: BackendSpec): number {
  return callsPerHost[type] * flannelConstants.netlinkCallUs;
}

/** The way between two hosts; undefined: there is none, as host-gw needs one L2 network. */
export function backendPath(
  { type, directRouting }: BackendSpec,
  isSameSegment: boolean,
): BackendPath | undefined {
  if (type === 'host-gw') return isSameSegment ? paths['host-gw'] : undefined;
  return directRouting && type === 'vxlan' && isSameSegment ? paths['host-gw'] : paths[type];
}
