// One priority level of one apiserver: its seats, who holds them, who waits for them. A Limited
// level queues or rejects what finds no seat, the exempt one lets everything pass and only counts.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/fairqueuing/queueset/queueset.go
// (reference: controlplane B4, B5).
import type { PriorityLevelConfiguration } from '../../../api/flow-control.js';
import type { SimTime } from '../../../kernel/time.js';
import { flowControlConstants } from './constants.js';
import { DroppedRequests } from './dropped-requests.js';
import { FairQueues, UNITS_PER_SEAT_US } from './fair-queues.js';
import { type FlowRequests, NONE } from './flow-requests.js';
import { type FlowStatistics, LevelStatistics, type RejectReason } from './flow-statistics.js';
import { SeatDemand } from './seat-demand.js';

/** What a level tells the flow control that it belongs to. */
export interface LevelHandler {
  /** The request has its seats. */
  dispatched(id: number, level: PriorityLevel): void;
  statisticsOf(flow: number): FlowStatistics;
}

/** Invariant: seatsInUse >= 0, and seats are only given while they stay within `limit`. */
export class PriorityLevel {
  readonly name: string;
  readonly isExempt: boolean;
  configuration: PriorityLevelConfiguration;
  /** No longer configured; goes when its last request has. */
  isQuiescing = false;
  /** Seats by its shares; the least and the most that borrowing may leave or bring; now. */
  nominalLimit = 0;
  minLimit = 0;
  maxLimit = 0;
  limit = 0;
  /** The most that one request may be wide; 0 where the level says nothing about that. */
  maxSeats = 0;
  /** What the level was to have at the last adjustment. */
  targetSeats = 0;
  requestsWaiting = 0;
  requestsExecuting = 0;
  seatsWaiting = 0;
  seatsInUse = 0;
  readonly demand: SeatDemand;
  readonly dropped: DroppedRequests = new DroppedRequests();
  readonly statistics: LevelStatistics;
  readonly queues: FairQueues;
  readonly #requests: FlowRequests;
  readonly #handler: LevelHandler;
  #queueLengthLimit = 0;
  #queueCount = 0;

  constructor(
    configuration: PriorityLevelConfiguration,
    requests: FlowRequests,
    handler: LevelHandler,
    now: SimTime,
  ) {
    this.name = configuration.metadata.name;
    this.isExempt = configuration.spec.type === 'Exempt';
    this.configuration = configuration;
    this.demand = new SeatDemand(now);
    this.statistics = new LevelStatistics(now);
    this.queues = new FairQueues(requests, now);
    this.#requests = requests;
    this.#handler = handler;
  }

  /** Queues that requests are dealt; 0: none, what finds no seat is rejected. */
  get queueCount(): number {
    return this.#queueCount;
  }

  /** Requests that its queues have room for. */
  get queueCapacity(): number {
    return this.#queueLengthLimit * this.#queueCount;
  }

  get handSize(): number {
    return this.configuration.spec.limited?.limitResponse?.queuing?.handSize ?? 0;
  }

  get isIdle(): boolean {
    return this.requestsWaiting === 0 && this.requestsExecuting === 0;
  }

  /** Takes over a configuration and what follows from it for `totalSeats` and `shareSum`. */
  configure(configuration: PriorityLevelConfiguration, totalSeats: number, shareSum: number): void {
    this.configuration = configuration;
    const { limited, exempt } = configuration.spec;
    const { nominalConcurrencyShares: shares = 0, lendablePercent = 0 } = limited ?? exempt ?? {};
    const {
      queues = 0,
      handSize = 0,
      queueLengthLimit = 0,
    } = limited?.limitResponse?.queuing ?? {};
    this.#queueCount = queues;
    this.#queueLengthLimit = queueLengthLimit;
    this.queues.resize(queues);
    this.nominalLimit = shareSum === 0 ? 0 : Math.ceil((totalSeats * shares) / shareSum);
    const percentOfNominal = (percent: number): number =>
      Math.round((this.nominalLimit * percent) / 100);
    const lendable = percentOfNominal(lendablePercent);
    const borrowing =
      limited?.borrowingLimitPercent === undefined
        ? totalSeats
        : percentOfNominal(limited.borrowingLimitPercent);
    this.minLimit = this.nominalLimit - lendable;
    this.maxLimit = this.nominalLimit + borrowing;
    this.limit = this.nominalLimit - Math.trunc(lendable / 2);
    const share = flowControlConstants.maxSeatsOfNominalPercent;
    const widest = Math.ceil((this.nominalLimit * share) / 100);
    const perQueue = handSize === 0 ? 0 : Math.floor(this.nominalLimit / handSize);
    this.maxSeats = handSize === 0 ? 0 : Math.max(1, Math.min(widest, perQueue));
  }

  /** Sets how many seats there are from now on; what fits into new ones is dispatched. */
  setLimit(now: SimTime, limit: number): void {
    this.queues.advance(now, this.limit);
    this.limit = limit;
    this.statistics.setLimits(now, limit, Math.max(1, this.queueCapacity));
    this.dispatch(now);
  }

  /** An exempt request, or one of a level without queues: undefined when it may execute. */
  admit(now: SimTime, id: number): RejectReason | undefined {
    const seats = this.#requests.seats(id);
    if (!this.isExempt && !this.#fits(seats)) return 'concurrency-limit';
    this.#requests.queue[id] = NONE;
    this.#start(now, id);
    return undefined;
  }

  /**
   * A request that may use the queues of `hand`: undefined when it is in one of them, or already
   * executes. O(hand) while no other request waits.
   */
  enqueue(now: SimTime, id: number, hand: Int32Array): RejectReason | undefined {
    const { queues } = this;
    queues.advance(now, this.limit);
    const queue = queues.choose(hand);
    const isFull = queues.lengthOf(queue) >= this.#queueLengthLimit;
    if (isFull && this.seatsInUse >= this.limit) return 'queue-full';
    const requests = this.#requests;
    const finalUs = (requests.finalSeats[id] as number) * (requests.lingerUs[id] as number);
    const initialUs =
      (requests.initialSeats[id] as number) * flowControlConstants.estimatedServiceUs;
    requests.work[id] = (initialUs + finalUs) * UNITS_PER_SEAT_US;
    requests.arrivedUs[id] = now;
    const statistics = this.#statisticsOf(id);
    if (this.#isServedAtOnce(id)) {
      statistics.queueLength.observe(1);
      queues.pass(queue, id);
      this.#start(now, id);
      return undefined;
    }
    queues.enqueue(queue, id);
    this.#countWaiting(now, id, 1);
    statistics.queueLength.observe(queues.lengthOf(queue));
    this.dispatch(now);
    return undefined;
  }

  /** It would be dispatched in the instant in which it is queued, as it is. */
  #isServedAtOnce(id: number): boolean {
    if (this.requestsWaiting > 0 || this.seatsInUse >= this.limit) return false;
    const isNarrowed = (this.#requests.finalSeats[id] as number) > this.limit;
    return !isNarrowed && this.#fits(this.#requests.seats(id));
  }

  /** Takes a waiting request out of its queue. */
  withdraw(now: SimTime, id: number, reason: RejectReason): void {
    this.queues.advance(now, this.limit);
    this.queues.remove(id);
    this.#countWaiting(now, id, -1);
    const statistics = this.#statisticsOf(id);
    statistics.reject(reason);
    statistics.waitOfRejectedUs.observe(now - (this.#requests.arrivedUs[id] as number));
    this.#noteDemand(now);
  }

  /**
   * The request has been served. `release` follows, now or after `lingerUs`; `dispatch` if later.
   */
  finish(now: SimTime, id: number): void {
    this.queues.advance(now, this.limit);
    this.requestsExecuting--;
    this.#statisticsOf(id).requestsExecuting--;
    this.statistics.executingRequests.set(now, this.requestsExecuting);
    if ((this.#requests.queue[id] as number) !== NONE) {
      this.queues.finish(id, now - (this.#requests.startedUs[id] as number));
    }
  }

  /** Frees the seats of a request that was served; those who wait for them are dispatched. */
  release(now: SimTime, flow: number, queue: number, seats: number): void {
    this.queues.advance(now, this.limit);
    this.seatsInUse -= seats;
    this.#handler.statisticsOf(flow).seatsExecuting -= seats;
    this.statistics.executingSeats.set(now, this.seatsInUse);
    if (queue !== NONE) this.queues.release(queue, seats);
    this.#noteDemand(now);
    this.dispatch(now);
  }

  /** Dispatches waiting requests as long as they fit. */
  dispatch(now: SimTime): void {
    while (this.requestsWaiting > 0 && this.seatsInUse < this.limit) {
      const queue = this.queues.next();
      const id = this.queues.headOf(queue);
      if (!this.#fits(this.#requests.seats(id))) {
        this.#statisticsOf(id).noAccommodation++;
        return;
      }
      this.#countWaiting(now, id, -1);
      this.queues.dispatch(queue, this.limit);
      this.#start(now, id);
    }
  }

  /** A request wider than the limit has to have the level for itself. */
  #fits(seats: number): boolean {
    if (seats > this.limit) return this.requestsExecuting === 0;
    return this.seatsInUse + seats <= this.limit;
  }

  #start(now: SimTime, id: number): void {
    const seats = this.#requests.seats(id);
    this.#requests.startedUs[id] = now;
    this.requestsExecuting++;
    this.seatsInUse += seats;
    const statistics = this.#statisticsOf(id);
    statistics.requestsExecuting++;
    statistics.seatsExecuting += seats;
    this.statistics.executingRequests.set(now, this.requestsExecuting);
    this.statistics.executingSeats.set(now, this.seatsInUse);
    this.#noteDemand(now);
    this.#handler.dispatched(id, this);
  }

  #countWaiting(now: SimTime, id: number, change: 1 | -1): void {
    const seats = change * this.#requests.seats(id);
    this.requestsWaiting += change;
    this.seatsWaiting += seats;
    const statistics = this.#statisticsOf(id);
    statistics.requestsWaiting += change;
    statistics.seatsWaiting += seats;
    this.statistics.waitingRequests.set(now, this.requestsWaiting);
    if (change > 0) this.#noteDemand(now);
  }

  #noteDemand(now: SimTime): void {
    const seats = this.seatsInUse + this.seatsWaiting;
    this.demand.set(now, seats);
    this.statistics.demandSeats.set(now, seats);
  }

  #statisticsOf(id: number): FlowStatistics {
    return this.#handler.statisticsOf(this.#requests.flow[id] as number);
  }
}
