// API Priority and Fairness of one apiserver: every request is classified, estimated, and given its
// seats now, later or not at all. Levels lend seats to each other every 10 s; while nobody wants
// any, those adjustments are made up for when somebody does.
// Left out: long-running requests other than watches, which are not limited and not modelled.
// Source: Kubernetes v1.36 apiserver util/flowcontrol, server/filters/priority-and-fairness.go,
// KEP-1040 (reference: controlplane B3 to B7).
import type { FlowSchema, PriorityLevelConfiguration } from '../../../api/flow-control.js';
import type { ApiRequest } from '../../../client/api-request.js';
import { assert } from '../../../kernel/assert.js';
import type { EventKind, Simulation } from '../../../kernel/simulation.js';
import type { SimTime } from '../../../kernel/time.js';
import { DeadlineList } from '../deadline-list.js';
import { adjustedLimits } from './borrowing.js';
import { flowControlConstants as constants } from './constants.js';
import { FlowClassifier } from './flow-classifier.js';
import { flowConfiguration } from './flow-configuration.js';
import { FlowRequests, NONE } from './flow-requests.js';
import { FlowStatistics, type RejectReason } from './flow-statistics.js';
import type { Principal, Principals } from './principal.js';
import { type LevelHandler, PriorityLevel } from './priority-level.js';
import { dealHand, flowHash } from './shuffle-sharding.js';
import type { WorkEstimator } from './work-estimator.js';

export interface FlowControllerOptions {
  /** Of the server; begins the names of its events. */
  readonly name: string;
  /** Seats of all levels together. */
  readonly seats: number;
  readonly requestTimeoutUs: SimTime;
  readonly principals: Principals;
  readonly estimator: Pick<WorkEstimator, 'estimate'>;
  /** The request has its seats: it is to be served, and `finish` called when it has been. */
  readonly onExecute: (id: number) => void;
  /** The request has waited in vain. */
  readonly onTimedOut: (id: number, retryAfterSeconds: number) => void;
  /** Told before `onExecute`. */
  readonly onSeats: (level: PriorityLevel) => void;
}

/** One FlowSchema at one level. */
export interface Flow {
  readonly schema: FlowSchema;
  readonly level: PriorityLevel;
  readonly statistics: FlowStatistics;
  /** Queues dealt, by distinguisher. */
  readonly hands: Map<string, Int32Array>;
}

/** Seats of a lingering request share a word with its queue. */
const MAX_LINGERING_SEATS = 128;

export class FlowController implements LevelHandler {
  /** Multiple of their targets that levels got at the last adjustment. */
  fairFraction = 0;
  readonly #simulation: Simulation;
  readonly #options: FlowControllerOptions;
  readonly #principals: Principals;
  readonly #requests = new FlowRequests();
  readonly #waits: DeadlineList;
  readonly #adjusted: EventKind;
  readonly #lingered: EventKind;
  /** In order of their names. */
  #levels: PriorityLevel[] = [];
  /** All that ever were; those in use by index of the schema. */
  readonly #flows: Flow[] = [];
  #flowOfSchema: number[] = [];
  #classifier = new FlowClassifier([]);
  #nextAdjustmentUs: SimTime;
  #isAdjusting = false;

  constructor(simulation: Simulation, options: FlowControllerOptions) {
    this.#simulation = simulation;
    this.#options = options;
    this.#principals = options.principals;
    const { name, requestTimeoutUs } = options;
    const waitUs = Math.min(Math.floor(requestTimeoutUs / 4), constants.maxQueueWaitUs);
    this.#waits = new DeadlineList(simulation, `${name}.QueueWaitExpired`, waitUs, (id) =>
      this.#timeOut(id),
    );
    this.#adjusted = simulation.defineEvent(`${name}.BorrowingAdjusted`, (_, __, now) =>
      this.#adjust(now),
    );
    this.#lingered = simulation.defineEvent(`${name}.FinalSeatsReleased`, (flow, packed, now) => {
      const queue = Math.floor(packed / MAX_LINGERING_SEATS);
      this.#flowAt(flow).level.release(now, flow, queue, packed % MAX_LINGERING_SEATS);
    });
    const stream = simulation.random.stream(`${name}/borrowing`);
    this.#nextAdjustmentUs = simulation.now + stream.below(constants.borrowingAdjustmentPeriodUs);
  }

  /** Levels in order of their names, for reports. */
  get levels(): readonly PriorityLevel[] {
    return this.#levels;
  }

  /** Nominal seats of all levels. */
  get totalSeats(): number {
    return this.#levels.reduce((sum, { nominalLimit }) => sum + nominalLimit, 0);
  }

  /** Requests that all queues have room for. */
  get totalQueueCapacity(): number {
    return this.#levels.reduce((sum, { queueCapacity }) => sum + queueCapacity, 0);
  }

  /** Flows in order of their first use, for reports. */
  get flows(): readonly Flow[] {
    return this.#flows;
  }

  /** Takes over FlowSchemas and levels, as they are stored. */
  configure(
    configurations: readonly PriorityLevelConfiguration[],
    schemas: readonly FlowSchema[],
  ): void {
    const { now } = this.#simulation;
    const digested = flowConfiguration(configurations, schemas);
    const known = new Map(this.#levels.map((level) => [level.name, level]));
    const levels = digested.levels.map((configuration) => {
      const level = known.get(configuration.metadata.name);
      known.delete(configuration.metadata.name);
      if (level === undefined) return new PriorityLevel(configuration, this.#requests, this, now);
      level.configuration = configuration;
      level.isQuiescing = false;
      return level;
    });
    for (const level of known.values()) {
      level.isQuiescing = true;
      if (!level.isIdle) levels.push(level);
    }
    this.#levels = levels.sort((a, b) => (a.name < b.name ? -1 : 1));
    const shareSum = levels.reduce((sum, { configuration }) => sum + sharesOf(configuration), 0);
    for (const level of levels) level.configure(level.configuration, this.#options.seats, shareSum);
    this.#flowOfSchema = digested.schemas.map((schema) => this.#flowFor(schema));
    this.#classifier = new FlowClassifier(digested.schemas);
    this.#principals.forgetFlows();
    this.#applyLimits(now, () => {
      for (const level of this.#levels) level.demand.endPeriod(now);
    });
  }

  #flowFor(schema: FlowSchema): number {
    const { name } = schema.spec.priorityLevelConfiguration;
    const level = this.#levels.find((each) => each.name === name) as PriorityLevel;
    const isSame = (flow: Flow): boolean =>
      flow.schema.metadata.name === schema.metadata.name && flow.level === level;
    const known = this.#flows.findIndex(isSame);
    const statistics = this.#flows[known]?.statistics ?? new FlowStatistics();
    const flow = { schema, level, statistics, hands: new Map<string, Int32Array>() };
    if (known < 0) return this.#flows.push(flow) - 1;
    this.#flows[known] = flow;
    return known;
  }

  /**
   * Classifies a request and gives it seats, now or later. When it is turned away instead, returns
   * how long the client is to wait, s; else 0. O(hand size) while its level has seats.
   */
  arrive(id: number, sender: Principal, request: ApiRequest): number {
    const { now } = this.#simulation;
    if (!this.#isAdjusting) this.#resumeAdjusting(now);
    const requests = this.#requests;
    requests.ensure(id);
    const index = this.#flowOfSchema[this.#classifier.classify(sender, request)] as number;
    const flow = this.#flowAt(index);
    const { level, statistics } = flow;
    requests.flow[id] = index;
    requests.arrivedUs[id] = now;
    requests.startedUs[id] = NONE;
    this.#options.estimator.estimate(requests, id, request, level, statistics, now);
    statistics.workSeats.observe(requests.seats(id));
    const isQueued = !level.isExempt && level.queueCount > 0;
    const reason = isQueued
      ? level.enqueue(now, id, this.#handOf(flow, index, sender, request))
      : level.admit(now, id);
    if (reason !== undefined) return this.#turnAway(now, flow, reason);
    if (requests.startedUs[id] === NONE) this.#waits.add(id, now);
    return 0;
  }

  #turnAway(now: SimTime, { level, statistics }: Flow, reason: RejectReason): number {
    statistics.reject(reason);
    statistics.waitOfRejectedUs.observe(0);
    level.dropped.record(now);
    return level.dropped.retryAfterSeconds;
  }

  #timeOut(id: number): void {
    const { now } = this.#simulation;
    const { level } = this.#flowAt(this.#requests.flow[id] as number);
    level.withdraw(now, id, 'time-out');
    level.dropped.record(now);
    this.#options.onTimedOut(id, level.dropped.retryAfterSeconds);
  }

  /** The request has been answered, or its client has gone; its seats become free. */
  finish(id: number, isWatch: boolean): void {
    const { now } = this.#simulation;
    const requests = this.#requests;
    const index = requests.flow[id] as number;
    const { level, statistics } = this.#flowAt(index);
    const serviceUs = now - (requests.startedUs[id] as number);
    (isWatch ? statistics.watchExecutionUs : statistics.executionUs).observe(serviceUs);
    level.finish(now, id);
    const queue = requests.queue[id] as number;
    const seats = requests.seats(id);
    const lingerUs = requests.lingerUs[id] as number;
    if (lingerUs > 0 && queue !== NONE) {
      assert(seats < MAX_LINGERING_SEATS, 'a write must not take more seats than its cap');
      const packed = queue * MAX_LINGERING_SEATS + seats;
      this.#simulation.after(lingerUs, this.#lingered, index, packed);
      level.dispatch(now);
    } else level.release(now, index, queue, seats);
  }

  /** The client of a request that waits has gone. */
  cancel(id: number): void {
    this.#waits.remove(id);
    const { level } = this.#flowAt(this.#requests.flow[id] as number);
    level.withdraw(this.#simulation.now, id, 'cancelled');
  }

  /** How long a request that executes has waited in its queue. */
  waitedUs(id: number): SimTime {
    return (this.#requests.startedUs[id] as number) - (this.#requests.arrivedUs[id] as number);
  }

  dispatched(id: number, level: PriorityLevel): void {
    this.#waits.remove(id);
    const statistics = this.statisticsOf(this.#requests.flow[id] as number);
    statistics.dispatched++;
    if (!level.isExempt) {
      statistics.waitUs.observe(this.#simulation.now - (this.#requests.arrivedUs[id] as number));
    }
    this.#options.onSeats(level);
    this.#options.onExecute(id);
  }

  statisticsOf(flow: number): FlowStatistics {
    return this.#flowAt(flow).statistics;
  }

  #flowAt(index: number): Flow {
    return this.#flows[index] as Flow;
  }

  #handOf(flow: Flow, index: number, sender: Principal, request: ApiRequest): Int32Array {
    switch (flow.schema.spec.distinguisherMethod?.type) {
      case 'ByUser': {
        const known = sender.hands[index];
        if (known !== undefined) return known;
        const hand = this.#deal(flow, sender.user);
        sender.hands[index] = hand;
        return hand;
      }
      case 'ByNamespace':
        return this.#deal(flow, request.namespace);
      case undefined:
        return this.#deal(flow, '');
    }
  }

  #deal({ schema, level, hands }: Flow, distinguisher: string): Int32Array {
    let hand = hands.get(distinguisher);
    if (hand === undefined) {
      const { queueCount, handSize } = level;
      const hash = queueCount > 1 ? flowHash(schema.metadata.name, distinguisher) : 0n;
      hand = Int32Array.from(dealHand(hash, queueCount, handSize));
      hands.set(distinguisher, hand);
    }
    return hand;
  }

  /** The adjustments that were left out while no level wanted a seat, and the next one again. */
  #resumeAdjusting(now: SimTime): void {
    const period = constants.borrowingAdjustmentPeriodUs;
    if (now >= this.#nextAdjustmentUs) {
      const missed = Math.floor((now - this.#nextAdjustmentUs) / period) + 1;
      const lastUs = this.#nextAdjustmentUs + (missed - 1) * period;
      this.#nextAdjustmentUs = lastUs + period;
      this.#applyLimits(now, () => {
        for (const level of this.#levels) level.demand.endIdlePeriods(lastUs, missed);
      });
    }
    this.#isAdjusting = true;
    this.#simulation.at(this.#nextAdjustmentUs, this.#adjusted);
  }

  #adjust(now: SimTime): void {
    this.#nextAdjustmentUs = now + constants.borrowingAdjustmentPeriodUs;
    this.#applyLimits(now, () => {
      for (const level of this.#levels) level.demand.endPeriod(now);
    });
    this.#isAdjusting = this.#levels.some((level) => level.demand.seats > 0);
    if (this.#isAdjusting) this.#simulation.at(this.#nextAdjustmentUs, this.#adjusted);
    const gone = this.#levels.filter((level) => level.isQuiescing && level.isIdle);
    if (gone.length > 0) this.#levels = this.#levels.filter((level) => !gone.includes(level));
  }

  #applyLimits(now: SimTime, endPeriods: () => void): void {
    endPeriods();
    const { limits, fairFraction } = adjustedLimits(this.#levels);
    this.fairFraction = fairFraction;
    for (const [index, level] of this.#levels.entries()) {
      level.setLimit(now, limits[index] as number);
    }
  }
}

function sharesOf({ spec }: PriorityLevelConfiguration): number {
  return (spec.limited ?? spec.exempt)?.nominalConcurrencyShares ?? 0;
}
