// What kubectl does to nodes by words of its own. A part of operation.ts.
import type { Taint } from '../api/node.js';
import type { Timed } from './operation.js';

/** `kubectl cordon` and `uncordon`: pods may, or may not, be scheduled on nodes any more. */
export interface CordonOperation extends Timed {
  readonly op: 'cordon' | 'uncordon';
  readonly nodes: readonly string[];
}

/** A taint to set, or to take away. */
export type TaintChange =
  | { readonly set: Taint }
  | { readonly removeKey: string; readonly removeEffect: string | undefined };

/** `kubectl taint`. */
export interface TaintOperation extends Timed {
  readonly op: 'taint';
  readonly nodes: readonly string[];
  readonly changes: readonly TaintChange[];
}

/**
 * `kubectl drain --ignore-daemonsets --delete-emptydir-data`: cordons the nodes, then evicts their
 * pods, one node after the other. What follows waits for it.
 */
export interface DrainOperation extends Timed {
  readonly op: 'drain';
  readonly nodes: readonly string[];
  /** Also pods that nobody would make again. */
  readonly force: boolean;
  /** Of the pods; undefined: their own. */
  readonly gracePeriodSeconds: number | undefined;
  /** For one node, µs; Infinity: however long it takes. */
  readonly timeoutUs: number;
}

/** Somebody ends, or shuts down, the instances of nodes in their cloud's console. */
export interface InstanceOperation extends Timed {
  readonly op: 'terminateInstances' | 'stopInstances';
  readonly nodes: readonly string[];
}

export type NodeOperation = CordonOperation | TaintOperation | DrainOperation | InstanceOperation;
