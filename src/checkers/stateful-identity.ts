// What runs under the name of a StatefulSet's pod: never two at a time. Names are unique among
// objects, so that there would have to be containers of a pod whose object is gone: of one that was
// deleted before its kubelet had stopped it. Who deletes a pod by force (grace period 0) takes that
// upon himself.
// Source: Kubernetes, "Force Delete StatefulSet Pods"; v1.36 pkg/controller/statefulset.
import type { Pod } from '../api/pod.js';
import type { ApiCall } from '../client/api-call.js';
import { keyOf } from '../client/api-request.js';
import type { WatchEvent } from '../client/watch.js';
import { Checker } from './checker.js';

/** A pod whose containers run, as far as its kubelet has said. */
interface Running {
  readonly uid: string;
  readonly node: string;
}

export class StatefulIdentity extends Checker {
  /** By `namespace/name`. */
  readonly #running = new Map<string, Running>();

  override readonly committedKinds: ReadonlySet<string> = new Set(['Pod']);

  override committed({ object, previous }: WatchEvent): void {
    if (object.kind !== 'Pod' || !isOfStatefulSet(object)) return;
    const statuses = object.status?.containerStatuses;
    const before = (previous as Pod | undefined)?.status?.containerStatuses;
    // Others than kubelets leave what is said of containers as it is.
    if (statuses === undefined || statuses === before) return;
    const key = keyOf(object);
    const { uid = '' } = object.metadata;
    const other = this.#running.get(key);
    const isRunning = statuses.some(({ state }) => state?.running !== undefined);
    if (!isRunning) {
      if (other?.uid === uid) this.#running.delete(key);
      return;
    }
    const isAlone = other === undefined || other.uid === uid;
    this.expect(
      isAlone,
      () => `two pods ${key} run, on ${other?.node} and ${object.spec.nodeName}`,
    );
    this.#running.set(key, { uid, node: object.spec.nodeName ?? '' });
  }

  override requestServed({ request, caller }: ApiCall, code: number): void {
    if (request.verb !== 'delete' || request.resource !== 'pods' || code !== 200) return;
    const isForced = request.gracePeriodSeconds === 0 && !caller.user.startsWith('system:node:');
    if (isForced) this.#running.delete(`${request.namespace}/${request.name}`);
  }

  override nodeFailed(node: string): void {
    for (const [key, running] of this.#running) {
      if (running.node === node) this.#running.delete(key);
    }
  }
}

function isOfStatefulSet({ metadata }: Pod): boolean {
  return metadata.ownerReferences?.some(({ kind }) => kind === 'StatefulSet') ?? false;
}
