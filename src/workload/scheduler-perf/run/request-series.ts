// The goroutines of a test that send requests one after the other: each item of a series is a few
// requests in a row, several items are under way together, and a ticker may hold items back.
// Source: Kubernetes client-go workqueue.ParallelizeUntil; Go time.NewTicker (a tick that passes
// while nobody listens is kept, further ones are lost).
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiRequest, type ApiResponse, isSuccess } from '../../../client/api-request.js';
import type { EventKind, Simulation } from '../../../kernel/simulation.js';
import type { SimTime } from '../../../kernel/time.js';

/** What a series sends. */
export interface SeriesPlan {
  readonly count: number;
  /** Items under way at most. */
  readonly workers: number;
  /** Between two beginnings of items, µs; 0: as fast as the workers are. */
  readonly intervalUs: number;
  /** Whether an answer is as good as a success; absent: only successes are. */
  readonly accepts?: (response: ApiResponse) => boolean;
  /** The next request of an item, `step` from 0; undefined when the item is done. */
  request(index: number, step: number, previous: ApiResponse | undefined): ApiRequest | undefined;
}

/** Called once: when all items are done, or with the first refusal. */
export type SeriesEnd = (failure: string | undefined) => void;

interface Series {
  /** Of those that a ticker holds back. */
  readonly id: number;
  readonly plan: SeriesPlan;
  readonly onEnd: SeriesEnd;
  next: number;
  done: number;
  underWay: number;
  /** The next tick that nobody has taken. */
  tickUs: SimTime;
  isTimerSet: boolean;
  hasEnded: boolean;
}

interface Step {
  readonly series: Series;
  readonly index: number;
  readonly step: number;
}

/** True for success, and for an object that is there already. */
export function isThere(response: ApiResponse): boolean {
  return isSuccess(response) || response.reason === 'AlreadyExists';
}

/** Runs series with one client. */
export class SeriesRunner {
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #ticked: EventKind;
  readonly #ticking: Series[] = [];

  constructor(simulation: Simulation, client: ApiClient) {
    this.#simulation = simulation;
    this.#client = client;
    this.#ticked = simulation.defineEvent('scheduler-perf.SeriesTicked', (id) => {
      const series = this.#ticking[id] as Series;
      series.isTimerSet = false;
      this.#begin(series);
    });
  }

  /** Begins at once; `onEnd` may be called before this returns, when there are no items. */
  run(plan: SeriesPlan, onEnd: SeriesEnd): void {
    const series: Series = {
      id: plan.intervalUs > 0 ? this.#ticking.length : -1,
      plan,
      onEnd,
      next: 0,
      done: 0,
      underWay: 0,
      tickUs: this.#simulation.now + plan.intervalUs,
      isTimerSet: false,
      hasEnded: false,
    };
    if (plan.intervalUs > 0) this.#ticking.push(series);
    this.#begin(series);
  }

  /** Begins the items for which there are workers and ticks; ends the series after the last one. */
  #begin(series: Series): void {
    const { plan } = series;
    while (!series.hasEnded && series.next < plan.count && series.underWay < plan.workers) {
      if (plan.intervalUs > 0 && !this.#takeTick(series)) return;
      series.underWay++;
      this.#goOn({ series, index: series.next++, step: 0 }, undefined);
    }
    if (series.done === plan.count) this.#end(series, undefined);
  }

  #takeTick(series: Series): boolean {
    const { now } = this.#simulation;
    if (series.tickUs > now) {
      if (!series.isTimerSet) this.#simulation.at(series.tickUs, this.#ticked, series.id);
      series.isTimerSet = true;
      return false;
    }
    const { intervalUs } = series.plan;
    series.tickUs += intervalUs * (Math.floor((now - series.tickUs) / intervalUs) + 1);
    return true;
  }

  /** Sends the next request of an item, if there is one. */
  #goOn(at: Step, previous: ApiResponse | undefined): void {
    const { series, index, step } = at;
    const request = series.plan.request(index, step, previous);
    if (request !== undefined) {
      this.#client.send(request, this.#answered, at);
      return;
    }
    series.underWay--;
    series.done++;
  }

  readonly #answered = (call: ApiCall): void => {
    const { series, index, step } = call.context as Step;
    const response = call.response as ApiResponse;
    const { accepts = isSuccess } = series.plan;
    if (!accepts(response)) return this.#end(series, response.message);
    this.#goOn({ series, index, step: step + 1 }, response);
    this.#begin(series);
  };

  #end(series: Series, failure: string | undefined): void {
    if (series.hasEnded) return;
    series.hasEnded = true;
    series.onEnd(failure);
  }
}

/** The ticks of so many a second; 0 a second: none. */
export function tickerIntervalUs(perSecond: number): SimTime {
  return perSecond > 0 ? Math.floor(1_000_000 / perSecond) : 0;
}
