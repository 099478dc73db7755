// What can be done to etcd during a run: faults of its members, and what its operators do with
// etcdctl. A part of operation.ts.
import type { Timed } from './operation.js';

/** A member by its number, or whichever leads when the operation begins. */
export type EtcdMember = number | 'leader';

/**
 * crash: the process is killed; stop: it is asked to end, and a leader hands over first; pause: it
 * is stopped where it is (SIGSTOP); partition: it is cut off from the other members, but not from
 * clients; slowDisk: every flush takes `factor` times as long; stallDisk: no flush ends; fullDisk:
 * the next write to the WAL ends the process; slowNetwork: messages to and from other members take
 * `delayUs` longer; slowCpu: its work takes `factor` times as long.
 */
export const etcdFaults = [
  'crash',
  'stop',
  'pause',
  'partition',
  'slowDisk',
  'stallDisk',
  'fullDisk',
  'slowNetwork',
  'slowCpu',
] as const;

export type EtcdFault = (typeof etcdFaults)[number];

/** A member has a fault for some time, beside what follows. */
export interface EtcdFaultOperation extends Timed {
  readonly op: 'etcdFault';
  /** By which `heal` knows it; absent where only its duration ends it. */
  readonly name?: string;
  readonly fault: EtcdFault;
  readonly member: EtcdMember;
  /** Until it is mended: a process begins again, a network is whole. Infinity: never. */
  readonly durationUs: number;
  /** Of slowDisk and slowCpu. */
  readonly factor: number;
  /** Of slowNetwork. */
  readonly delayUs: number;
}

/** `etcdctl compact --physical` to the revision of that moment: done when all is deleted. */
export interface CompactOperation extends Timed {
  readonly op: 'compact';
}

/** `etcdctl defrag` of one member, or of all, one after the other. */
export interface DefragOperation extends Timed {
  readonly op: 'defrag';
  readonly member: EtcdMember | 'all';
}

/** `etcdctl alarm disarm`. */
export interface DisarmOperation extends Timed {
  readonly op: 'disarm';
}

export type EtcdOperation =
  | EtcdFaultOperation
  | CompactOperation
  | DefragOperation
  | DisarmOperation;
