// Samples of the cluster at equal intervals of simulated time: pods by state, requests, and for
// each station its use and its queue over the interval.
import type { StationMeter } from '../kernel/stations.js';
import type { SimTime } from '../kernel/time.js';
import type { StationSeries, TimeSeries } from './run-result.js';

/** A figure that can be read at any time. */
export interface Gauge {
  /** Column name with unit. */
  readonly name: string;
  readonly read: () => number;
}

/** Keeps the samples; the caller says when. */
export class TimeSeriesRecorder {
  readonly #gauges: readonly Gauge[];
  readonly #meters: readonly StationMeter[];
  readonly #timeUs: number[] = [];
  readonly #columns: number[][];
  readonly #busyUs: number[];
  #lastUs: SimTime = 0;

  /** `meters` give two columns each: busy units over the interval, jobs waiting at its end. */
  constructor(gauges: readonly Gauge[], meters: readonly StationMeter[]) {
    this.#gauges = gauges;
    this.#meters = meters;
    this.#busyUs = meters.map(() => 0);
    this.#columns = [...gauges, ...meters, ...meters].map(() => []);
  }

  sample(now: SimTime): void {
    const span = Math.max(1, now - this.#lastUs);
    this.#lastUs = now;
    this.#timeUs.push(now);
    let column = 0;
    for (const gauge of this.#gauges) this.#columns[column++]?.push(gauge.read());
    this.#meters.forEach((meter, index) => {
      const busyUs = meter.busyUs(now);
      this.#columns[column++]?.push((busyUs - (this.#busyUs[index] as number)) / span);
      this.#busyUs[index] = busyUs;
    });
    for (const meter of this.#meters) this.#columns[column++]?.push(meter.waiting);
  }

  /** The same samples by station. */
  get stationSeries(): readonly StationSeries[] {
    const first = this.#gauges.length;
    return this.#meters.map(({ name, capacity }, index) => ({
      name,
      capacity,
      busy: this.#columns[first + index] ?? [],
      waiting: this.#columns[first + this.#meters.length + index] ?? [],
    }));
  }

  get series(): TimeSeries {
    const column = (name: string): string => name.replace(/[^a-zA-Z0-9]+/g, '_').toLowerCase();
    const names = [
      ...this.#gauges.map(({ name }) => name),
      ...this.#meters.map(({ name }) => `${column(name)}_busy`),
      ...this.#meters.map(({ name }) => `${column(name)}_waiting`),
    ];
    return {
      timeUs: this.#timeUs,
      columns: names.map((name, index) => ({ name, values: this.#columns[index] ?? [] })),
    };
  }
}
