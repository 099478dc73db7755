// A load generator that creates bare pods at a rate, with a limited number of requests in flight:
// all of one template, or of a mix of kinds.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Pod } from '../api/pod.js';
import type { ApiCall } from '../client/api-call.js';
import { ApiClient } from '../client/api-client.js';
import { type ApiResponse, isSuccess } from '../client/api-request.js';
import type { EventKind } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';
import { orderStream } from './arriving-pods.js';
import type { DriverOptions } from './driver.js';
import { poolCapacity } from './node-capacity.js';
import type { CreatePodMixOperation, CreatePodsOperation, PodKind } from './operation.js';
import { mixSequence } from './pod-mix.js';

export class PodLoad {
  readonly #options: DriverOptions;
  readonly #operation: CreatePodsOperation | CreatePodMixOperation;
  readonly #count: number;
  readonly #templateOf: (index: number) => KubernetesObject;
  readonly #onFinished: () => void;
  readonly #client: ApiClient;
  readonly #due: EventKind;
  readonly #change: number;
  #startUs: SimTime = 0;
  #sent = 0;
  #answered = 0;
  #isTimerSet = false;

  /** `onFinished` is called when the last create has been answered. */
  constructor(
    options: DriverOptions,
    operation: CreatePodsOperation | CreatePodMixOperation,
    onFinished: () => void,
  ) {
    const { simulation, transport, connection, changes } = options;
    this.#options = options;
    this.#operation = operation;
    this.#onFinished = onFinished;
    const name = `load-generator/${operation.source}`;
    this.#client = new ApiClient(transport, { name, user: 'load-generator', connection });
    this.#due = simulation.defineEvent(`${name}.PodDue`, () => {
      this.#isTimerSet = false;
      this.#sendDue();
    });
    const target = {
      kind: 'Pod',
      namespace: operation.namespace,
      name: `${operation.namePrefix}*`,
    };
    if (operation.op === 'createPods') {
      this.#count = operation.count;
      this.#templateOf = () => operation.template;
    } else {
      const random = simulation.random.stream(orderStream(operation.source));
      const capacity = poolCapacity(options.nodePools, operation.load?.resource ?? '');
      const sequence = mixSequence(operation, capacity, random);
      this.#count = sequence.length;
      this.#templateOf = (index) =>
        (operation.kinds[sequence[index] as number] as PodKind).template;
    }
    const count = this.#count;
    this.#change = count > 0 ? changes.changeStarted('createPods', target, count) : -1;
  }

  start(): void {
    this.#startUs = this.#options.simulation.now;
    this.#sendDue();
    if (this.#count === 0) this.#onFinished();
  }

  /** Sends what is due, as far as requests in flight allow; sets the timer for the next. */
  #sendDue(): void {
    const { workers, qps } = this.#operation;
    const { simulation } = this.#options;
    while (this.#sent < this.#count && this.#sent - this.#answered < workers) {
      const dueUs = this.#startUs + Math.floor((this.#sent * 1_000_000) / qps);
      if (dueUs > simulation.now) {
        if (!this.#isTimerSet) simulation.at(dueUs, this.#due);
        this.#isTimerSet = true;
        return;
      }
      this.#send(this.#sent++);
    }
  }

  #send(index: number): void {
    const { namespace, namePrefix } = this.#operation;
    const template = this.#templateOf(index);
    const name = `${namePrefix}${index}`;
    const body = { ...template, metadata: { ...template.metadata, namespace, name } } as Pod;
    this.#client.send({ verb: 'create', resource: 'pods', namespace, name, body }, this.#onAnswer);
  }

  readonly #onAnswer = (call: ApiCall): void => {
    const { changes } = this.#options;
    const response = call.response as ApiResponse;
    if (isSuccess(response)) changes.changeAccepted(this.#change, response.object);
    else changes.changeRefused(this.#change, response.message);
    this.#answered++;
    if (this.#answered === this.#count) this.#onFinished();
    else this.#sendDue();
  };
}
