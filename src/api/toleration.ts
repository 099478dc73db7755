/**
 * Which taints a pod tolerates. The scheduler, the DaemonSet controller and the taint eviction
 * controller ask the same question, so the answer lives with the objects.
 *
 * Left out: the `Lt` and `Gt` operators, which are behind a feature gate that is off in 1.36; they
 * tolerate nothing.
 *
 * Source: Kubernetes v1.36 component-helpers `scheduling/corev1`; reference scheduler.md §2.5.
 */

import type { TaintEffect, Toleration } from './affinity.js';
import type { Taint } from './node.js';

/** Whether one toleration covers a taint: effect, key and value all match or are left open. */
export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  const {
    effect = '',
    key = '',
    operator = '',
  } = toleration as {
    readonly effect?: string;
    readonly key?: string;
    readonly operator?: string;
  };
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (
    (operator === '' || operator === 'Equal') && (toleration.value ?? '') === (taint.value ?? '')
  );
}

/**
 * The first taint with one of `effects` that no toleration covers; undefined when the pod may go.
 * Order of the taints decides which one is reported. Product of both lengths at worst.
 */
export function findUntoleratedTaint(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly TaintEffect[],
): Taint | undefined {
  return taints?.find(
    (taint) =>
      effects.includes(taint.effect) &&
      tolerations?.some((toleration) => toleratesTaint(toleration, taint)) !== true,
  );
}
