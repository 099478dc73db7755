// What schedulers that know nothing of each other do to one another: a pod that somebody else has
// bound first, and pods that a kubelet turns away because its node was given away twice.
// Source: Kubernetes v1.36 pkg/registry/core/pod/storage (binding), pkg/kubelet/lifecycle
// (reference: nodes-controllers 1.5).

import type { ApiCall } from '../client/api-call.js';
import { objectKey } from '../client/api-request.js';
import { SilentObserver } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import { type MetricFamily, sampleHead } from './metric-registry.js';
import type { MetricSample, SchedulerRow } from './run-result.js';

/** A scheduler, and who it is to the API server. */
export interface SchedulerIdentity {
  readonly name: string;
  readonly user: string;
}

interface Counts {
  podsBound: number;
  bindingConflicts: number;
  podsRejected: number;
}

/** Reasons of a pod that its kubelet has not admitted: `OutOfcpu`, `NodePorts`. */
const admissionReason = /^(?:OutOf.+|NodeAffinity|NodePorts|UnexpectedAdmissionError)$/;

const labels = ['scheduler'];

/** Names of kubeclock's own; Kubernetes has no such metrics. */
export const schedulerConflictFamilies: readonly MetricFamily[] = [
  {
    name: 'kubeclock_scheduler_binding_conflicts_total',
    help: 'Bindings refused because the pod had a node already.',
    type: 'counter',
    labels,
  },
  { name: 'kubeclock_scheduler_pods_bound_total', help: 'Pods bound.', type: 'counter', labels },
  {
    name: 'kubeclock_scheduler_pods_rejected_total',
    help: 'Pods bound by the scheduler that their kubelet did not admit.',
    type: 'counter',
    labels,
  },
];

/** The figures of a scheduler in the order of the families. */
function figuresOf({ bindingConflicts, podsBound, podsRejected }: SchedulerRow): readonly number[] {
  return [bindingConflicts, podsBound, podsRejected];
}

/** Counts by scheduler. */
export class SchedulerConflicts extends SilentObserver {
  readonly #byUser = new Map<string, Counts>();
  readonly #names: readonly SchedulerIdentity[];
  /** Who has bound a pod, by its key, until it is gone. */
  readonly #boundBy = new Map<string, Counts>();

  constructor(schedulers: readonly SchedulerIdentity[]) {
    super();
    this.#names = schedulers;
    for (const { user } of schedulers) {
      this.#byUser.set(user, { podsBound: 0, bindingConflicts: 0, podsRejected: 0 });
    }
  }

  /** In the order of the schedulers. */
  get rows(): readonly SchedulerRow[] {
    return this.#names.map(({ name, user }) => ({
      name,
      ...(this.#byUser.get(user) as Counts),
    }));
  }

  /** The same as metrics. */
  get samples(): readonly MetricSample[] {
    const { rows } = this;
    return schedulerConflictFamilies.flatMap((family, i) =>
      rows.map((row) => ({
        ...sampleHead(family, [row.name], []),
        value: figuresOf(row)[i] as number,
      })),
    );
  }

  override requestServed({ caller, request }: ApiCall, code: number): void {
    if (request.subresource !== 'binding') return;
    const counts = this.#byUser.get(caller.user);
    if (counts === undefined) return;
    if (code === 409) counts.bindingConflicts++;
    if (code >= 300) return;
    counts.podsBound++;
    this.#boundBy.set(objectKey(request.namespace, request.name), counts);
  }

  override readonly committedKinds: ReadonlySet<string> = new Set(['Pod']);

  override committed({ type, object, previous }: WatchEvent): void {
    if (object.kind !== 'Pod') return;
    const { namespace, name } = object.metadata;
    if (type === 'DELETED') {
      this.#boundBy.delete(objectKey(namespace, name));
      return;
    }
    const { phase, reason = '' } = object.status ?? {};
    const before = previous?.kind === 'Pod' ? previous.status?.phase : undefined;
    if (phase !== 'Failed' || before === 'Failed' || !admissionReason.test(reason)) return;
    const counts = this.#boundBy.get(objectKey(namespace, name));
    if (counts !== undefined) counts.podsRejected++;
  }
}
