/**
 * What kubectl does to nodes and rollouts, from text to operation.
 */

import type { TaintEffect } from '../api/affinity.js';
import type {
  CordonOperation,
  DrainOperation,
  InstanceOperation,
  TaintChange,
  TaintOperation,
} from '../cluster/node-operation.js';
import { durationUs } from './duration.js';
import type { OperationText } from './schema-operations.js';

type NodeText = Extract<
  OperationText,
  {
    readonly op: 'cordon' | 'uncordon' | 'drain' | 'taint' | 'terminateInstances' | 'stopInstances';
  }
>;

/** The operation; `common`: its time and source. */
export function nodeOperationOf(
  text: NodeText,
  common: { readonly atUs: number; readonly source: string },
): CordonOperation | DrainOperation | InstanceOperation | TaintOperation {
  const { nodes } = text;
  switch (text.op) {
    case 'cordon':
    case 'uncordon':
    case 'terminateInstances':
    case 'stopInstances':
      return { op: text.op, ...common, nodes };
    case 'taint':
      return { op: 'taint', ...common, nodes, changes: text.taints.map(taintChange) };
    case 'drain': {
      const { force = false, gracePeriod, timeout } = text;
      const gracePeriodSeconds =
        gracePeriod === undefined ? undefined : Math.round(durationUs(gracePeriod) / 1_000_000);
      const timeoutUs = timeout === undefined ? Number.POSITIVE_INFINITY : durationUs(timeout);
      return { op: 'drain', ...common, nodes, force, gracePeriodSeconds, timeoutUs };
    }
  }
}

function taintChange(text: string): TaintChange {
  const isRemoval = text.endsWith('-');
  const [name = '', effect] = (isRemoval ? text.slice(0, -1) : text).split(':');
  const [key = '', value] = name.split('=');
  if (isRemoval) return { removeKey: key, removeEffect: effect };
  return {
    set: { key, ...(value !== undefined && { value }), effect: effect as TaintEffect },
  };
}
