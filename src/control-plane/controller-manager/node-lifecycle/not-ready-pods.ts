// Marks the pods of a node that is no longer Ready as not Ready themselves, one after the other, so
// that their Services stop sending to them.
// Source: Kubernetes v1.36 pkg/controller/util/node MarkPodsNotReady (reference: nodes-controllers
// 3.14).
import type { Pod } from '../../../api/pod.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiResponse, isSuccessOrGone } from '../../../client/api-request.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import type { Simulation } from '../../../kernel/simulation.js';
import { isPodReady } from '../pod-state.js';

interface Marking {
  /** Pods that are still to be marked. */
  readonly pods: Pod[];
  hasFailed: boolean;
  readonly onDone: (isDone: boolean) => void;
}

export class NotReadyPods {
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #recorder: EventRecorder;

  constructor(simulation: Simulation, client: ApiClient, recorder: EventRecorder) {
    this.#simulation = simulation;
    this.#client = client;
    this.#recorder = recorder;
  }

  /** `onDone` is told whether every write succeeded. */
  mark(pods: Iterable<Pod>, onDone: (isDone: boolean) => void): void {
    this.#next({ pods: [...pods].filter(isPodReady), hasFailed: false, onDone });
  }

  #next(marking: Marking): void {
    const pod = marking.pods.shift();
    if (pod === undefined) return marking.onDone(!marking.hasFailed);
    const { now } = this.#simulation;
    const { namespace = '', name } = pod.metadata;
    const conditions = pod.status?.conditions?.map((condition) =>
      condition.type === 'Ready'
        ? { ...condition, status: 'False' as const, lastTransitionTime: now }
        : condition,
    );
    const body: Pod = { ...pod, status: { ...pod.status, ...(conditions && { conditions }) } };
    this.#recorder.record(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
    this.#client.send(
      { verb: 'update', resource: 'pods', subresource: 'status', namespace, name, body },
      this.#marked,
      marking,
    );
  }

  readonly #marked = (call: ApiCall): void => {
    const marking = call.context as Marking;
    const response = call.response as ApiResponse;
    if (!isSuccessOrGone(response)) marking.hasFailed = true;
    this.#next(marking);
  };
}
