// A load generator whose pods come at the times of an arrival process, or one when another has
// ended. It keeps no limit of requests in flight: who arrives does not wait for others. In a closed
// loop it watches the pods of its namespace, as a batch system does.
// Left out: the CPU of the load generator.
import { isPodTerminal, type Pod } from '../api/pod.js';
import { behaviour } from '../api/pod-behaviour.js';
import type { ApiCall } from '../client/api-call.js';
import { ApiClient } from '../client/api-client.js';
import { type ApiResponse, isSuccess } from '../client/api-request.js';
import { Informer } from '../client/informer.js';
import { type Distribution, distribution } from '../kernel/distributions.js';
import type { RandomStream } from '../kernel/random-stream.js';
import type { EventKind } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';
import { arrivalTimes } from './arrival-times.js';
import type { ArrivalsOperation } from './arrivals-operation.js';
import type { DriverOptions } from './driver.js';

export class ArrivalLoad {
  readonly #options: DriverOptions;
  readonly #operation: ArrivalsOperation;
  readonly #name: string;
  readonly #client: ApiClient;
  readonly #arrived: EventKind;
  #timesUs: ArrayLike<number> = [];
  #change = -1;
  #startUs: SimTime = 0;
  #sent = 0;
  /** Pods of a closed loop that have come and not ended, by name. */
  readonly #inFlight = new Set<string>();
  #think: Distribution | undefined;
  #thinkStream: RandomStream | undefined;

  constructor(options: DriverOptions, operation: ArrivalsOperation) {
    const { simulation, transport, connection } = options;
    this.#options = options;
    this.#operation = operation;
    this.#name = `load-generator/${operation.source}`;
    const name = this.#name;
    this.#client = new ApiClient(transport, { name, user: 'load-generator', connection });
    this.#arrived = simulation.defineEvent(`${name}.PodArrived`, () => this.#arrive());
  }

  /** Begins; returns at once. */
  start(): void {
    const { simulation, changes } = this.#options;
    const { arrivals, namespace, namePrefix, source } = this.#operation;
    this.#startUs = simulation.now;
    if (arrivals.kind === 'process') {
      const stream = simulation.random.stream(`arrivals/${source}`);
      this.#timesUs = arrivalTimes(arrivals.process, arrivals.limits, stream);
    } else if (arrivals.kind === 'times') this.#timesUs = arrivals.timesUs;
    const count = arrivals.kind === 'closedLoop' ? arrivals.count : this.#timesUs.length;
    if (count === 0) return;
    const target = { kind: 'Pod', namespace, name: `${namePrefix}*` };
    this.#change = changes.changeStarted('arrivals', target, count);
    if (arrivals.kind === 'closedLoop') this.#startLoop(arrivals.inFlight);
    else this.#awaitNext();
  }

  #awaitNext(): void {
    const dueUs = this.#timesUs[this.#sent];
    if (dueUs !== undefined) this.#options.simulation.at(this.#startUs + dueUs, this.#arrived);
  }

  #arrive(): void {
    this.#send();
    if (this.#operation.arrivals.kind !== 'closedLoop') this.#awaitNext();
  }

  #send(): void {
    const { template, namespace, namePrefix, arrivals } = this.#operation;
    const index = this.#sent++;
    const name = `${namePrefix}${index}`;
    const runUs = arrivals.kind === 'times' ? arrivals.runTimesUs[index] : undefined;
    const annotations = runUs !== undefined && {
      annotations: { ...template.metadata.annotations, [behaviour.runTime]: `${runUs}us` },
    };
    const metadata = { ...template.metadata, ...annotations, namespace, name };
    const body = { ...template, metadata } as Pod;
    if (arrivals.kind === 'closedLoop') this.#inFlight.add(name);
    this.#client.send({ verb: 'create', resource: 'pods', namespace, name, body }, this.#onAnswer);
  }

  readonly #onAnswer = (call: ApiCall): void => {
    const { changes } = this.#options;
    const response = call.response as ApiResponse;
    if (isSuccess(response)) return changes.changeAccepted(this.#change, response.object);
    changes.changeRefused(this.#change, response.message);
    this.#ended(call.request.name);
  };

  /** Watches its pods, and begins when it sees what is there. */
  #startLoop(inFlight: number): void {
    const { simulation } = this.#options;
    const { arrivals, source } = this.#operation;
    if (arrivals.kind === 'closedLoop') this.#think = distribution(arrivals.think);
    this.#thinkStream = simulation.random.stream(`arrivals/${source}/think`);
    const name = `${this.#name}/pods`;
    const informer = new Informer<Pod>(simulation, {
      name,
      resource: 'pods',
      client: this.#client,
    });
    informer.addHandler({
      updated: (_, pod) => {
        if (isPodTerminal(pod)) this.#podEnded(pod);
      },
      deleted: (pod) => this.#podEnded(pod),
    });
    informer.whenSynced(() => {
      for (let sent = 0; sent < inFlight && this.#isMoreToCome; sent++) this.#send();
    });
    informer.start();
  }

  get #isMoreToCome(): boolean {
    const { arrivals } = this.#operation;
    return arrivals.kind === 'closedLoop' && this.#sent < arrivals.count;
  }

  #podEnded({ metadata }: Pod): void {
    if (metadata.namespace === this.#operation.namespace) this.#ended(metadata.name);
  }

  /** A pod of the loop has ended or was refused: another comes after the time to think. */
  #ended(name: string): void {
    if (!this.#inFlight.delete(name) || !this.#isMoreToCome) return;
    const thinkUs = this.#think?.sample(this.#thinkStream as RandomStream) ?? 0;
    this.#options.simulation.after(thinkUs, this.#arrived);
  }
}
