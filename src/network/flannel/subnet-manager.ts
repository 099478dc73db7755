// What flanneld needs from whoever keeps the subnets of the hosts: the Kubernetes API or etcd.
import type { Cidr } from '../../api/cidr.js';
import type { Dispatch } from './route-tables.js';

/** A host of the network; hosts are known by their index. */
export interface FlannelHost {
  readonly name: string;
  /** L2 network; hosts of one reach each other without a router. */
  readonly segment: string;
  /** Of its link to the control plane, µs, one way. */
  readonly delayUs: number;
}

/** Keeps subnets; answers through `LeaseListener`. */
export interface SubnetManager {
  /** Begins to follow the subnets that come and go. */
  start(): void;
  /** The subnet of a host that is up when the run begins; undefined: there is none for it. */
  adopt(host: number): Cidr | undefined;
  /** flanneld of a host asks for a subnet. */
  acquire(host: number): void;
  /** A host is gone for good. */
  forget(host: number): void;
}

/** Who is told. */
export interface LeaseListener {
  /** A host has its subnet, and nobody else will be given it. */
  granted(host: number, subnet: Cidr): void;
  /** flanneld of a host ends with this message. */
  refused(host: number, message: string): void;
  /** The subnet of a host is told to all others. */
  added(host: number, dispatch: Dispatch): void;
  /** All others are told that the host has none any more. */
  removed(host: number, dispatch: Dispatch): void;
}
