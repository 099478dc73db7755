// What schedulers that know nothing of each other do to one another: a pod that somebody else has
// bound first, and pods that a kubelet turns away because its node was given away twice.
// Source: Kubernetes v1.36 pkg/registry/core/pod/storage (binding), pkg/kubelet/lifecycle
// (reference: nodes-controllers 1.5).

import type { ApiCall } from '../client/api-call.js';
import { objectKey } from '../client/api-request.js';
import { SilentObserver } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
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

const measures: readonly {
  readonly name: string;
  readonly help: string;
  readonly read: (row: SchedulerRow) => number;
}[] = [
  {
    name: 'binding_conflicts',
    help: 'Bindings refused because the pod had a node already.',
    read: ({ bindingConflicts }) => bindingConflicts,
  },
  { name: 'pods_bound', help: 'Pods bound.', read: ({ podsBound }) => podsBound },
  {
    name: 'pods_rejected',
    help: 'Pods bound by the scheduler that their kubelet did not admit.',
    read: ({ podsRejected }) => podsRejected,
  },
];

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

  /** The same under names of kubeclock's own; Kubernetes has no such metrics. */
  get samples(): readonly MetricSample[] {
    return measures.flatMap(({ name, help, read }) =>
      this.rows.map((row) => ({
        name: `kubeclock_scheduler_${name}_total`,
        help,
        type: 'counter' as const,
        labels: [['scheduler', row.name] as const],
        value: read(row),
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
