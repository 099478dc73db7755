// What an apiserver's flow control has counted, as metrics. A figure that never came about for a
// schema or a level is left out, as a real server leaves it out.
import type { ApiServer } from '../control-plane/apiserver/apiserver.js';
import type {
  Flow,
  FlowController,
} from '../control-plane/apiserver/flow-control/flow-controller.js';
import type { PriorityLevel } from '../control-plane/apiserver/flow-control/priority-level.js';
import type { InFlightGauge } from '../control-plane/apiserver/in-flight-statistics.js';
import type { SimTime } from '../kernel/time.js';
import type { HistogramCounts } from '../stats/whole-histogram.js';
import { flowControlFamilies, inFlightFamily, inQueueFamily } from './flow-control-families.js';
import type { MetricFamily } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

/** Units of R in a seat-second. */
const R_UNITS = 100_000_000;
const US = 1_000_000;

/** Collects the samples of one server. */
class Collector {
  readonly samples: MetricSample[] = [];
  readonly #instance: MetricSample['labels'];

  constructor(instance: MetricSample['labels']) {
    this.#instance = instance;
  }

  value(family: MetricFamily | string, value: number, ...labels: readonly string[]): void {
    this.samples.push({ ...this.#head(family, labels), value });
  }

  histogram(name: string, counts: HistogramCounts, ...labels: readonly string[]): void {
    if (counts.count > 0) this.samples.push({ ...this.#head(name, labels), ...counts });
  }

  #head(family: MetricFamily | string, values: readonly string[]) {
    const { name, help, type, labels } =
      typeof family === 'string' ? (flowControlFamilies.get(family) as MetricFamily) : family;
    const own = labels.map((label, i) => [label, values[i] as string] as const);
    return { name, help, type, labels: [...this.#instance, ...own] };
  }
}

/** The metrics of an apiserver's flow control as of now, sorted by name within each source. */
export function flowControlSamples(
  server: ApiServer,
  isAlone: boolean,
  now: SimTime,
): readonly MetricSample[] {
  const collector = new Collector(isAlone ? [] : [['instance', server.name]]);
  inFlightSamples(collector, server, now);
  if (server.flows !== undefined) controllerSamples(collector, server.flows, now);
  return collector.samples;
}

function inFlightSamples(collector: Collector, { inFlight }: ApiServer, now: SimTime): void {
  const gauges: readonly (readonly [MetricFamily, string, string, InFlightGauge])[] = [
    [inFlightFamily, 'executing', 'mutating', inFlight.executingWrites],
    [inFlightFamily, 'executing', 'readOnly', inFlight.executingReads],
    [inQueueFamily, 'waiting', 'mutating', inFlight.waitingWrites],
    [inQueueFamily, 'waiting', 'readOnly', inFlight.waitingReads],
  ];
  for (const [family, phase, kind, gauge] of gauges) {
    collector.value(family, gauge.watermark(now), kind);
    const name = 'read_vs_write_current_requests';
    collector.histogram(name, gauge.ratios.report(now), phase, kind);
  }
}

function controllerSamples(collector: Collector, flows: FlowController, now: SimTime): void {
  collector.value('seat_fair_frac', flows.fairFraction);
  for (const level of flows.levels) levelSamples(collector, level, now);
  for (const flow of flows.flows) flowSamples(collector, flow);
}

function levelSamples(collector: Collector, level: PriorityLevel, now: SimTime): void {
  const { name, demand, statistics, queues } = level;
  collector.value('current_limit_seats', level.limit, name);
  collector.value('lower_limit_seats', level.minLimit, name);
  collector.value('nominal_limit_seats', level.nominalLimit, name);
  collector.value('upper_limit_seats', level.maxLimit, name);
  collector.value('target_seats', level.targetSeats, name);
  collector.value('current_r', queues.r / R_UNITS, name);
  collector.value('demand_seats_average', demand.average, name);
  collector.value('demand_seats_high_watermark', demand.highWatermark, name);
  collector.value('demand_seats_smoothed', demand.smoothed, name);
  collector.value('demand_seats_stdev', demand.deviation, name);
  collector.histogram('demand_seats', statistics.demandSeats.report(now), name);
  const seats = statistics.executingSeats.report(now);
  collector.histogram('priority_level_seat_utilization', seats, 'executing', name);
  const executing = statistics.executingRequests.report(now);
  collector.histogram('priority_level_request_utilization', executing, 'executing', name);
  const waiting = statistics.waitingRequests.report(now);
  collector.histogram('priority_level_request_utilization', waiting, 'waiting', name);
  if (queues.dispatches === 0) return;
  collector.value('dispatch_r', queues.dispatchR / R_UNITS, name);
  collector.value('latest_s', queues.latestS / R_UNITS, name);
  const bounds = [
    ['next_discounted_s_bounds', queues.nextDiscountedSMin, queues.nextDiscountedSMax],
    ['next_s_bounds', queues.nextSMin, queues.nextSMax],
  ] as const;
  for (const [family, min, max] of bounds) {
    collector.value(family, max / R_UNITS, 'max', name);
    collector.value(family, min / R_UNITS, 'min', name);
  }
}

function flowSamples(collector: Collector, { schema, level, statistics }: Flow): void {
  const labels = [schema.metadata.name, level.name] as const;
  const { workSeats, dispatched, rejected, noAccommodation } = statistics;
  if (workSeats.count === 0) return;
  collector.value('current_executing_requests', statistics.requestsExecuting, ...labels);
  collector.value('current_executing_seats', statistics.seatsExecuting, ...labels);
  collector.value('dispatched_requests_total', dispatched, ...labels);
  collector.histogram('work_estimated_seats', workSeats.report(), ...labels);
  collector.histogram('watch_count_samples', statistics.watchCounts.report(), ...labels);
  const execution = statistics.executionUs.report(US);
  collector.histogram('request_execution_seconds', execution, ...labels, 'regular');
  const watching = statistics.watchExecutionUs.report(US);
  collector.histogram('request_execution_seconds', watching, ...labels, 'watch');
  for (const [reason, count] of rejected) {
    collector.value('rejected_requests_total', count, ...labels, reason);
  }
  if (noAccommodation > 0) {
    collector.value('request_dispatch_no_accommodation_total', noAccommodation, ...labels);
  }
  if (level.isExempt) return;
  collector.value('current_inqueue_requests', statistics.requestsWaiting, ...labels);
  collector.value('current_inqueue_seats', statistics.seatsWaiting, ...labels);
  const lengths = statistics.queueLength.report();
  collector.histogram('request_queue_length_after_enqueue', lengths, ...labels);
  const wait = 'request_wait_duration_seconds';
  collector.histogram(wait, statistics.waitOfRejectedUs.report(US), 'false', ...labels);
  collector.histogram(wait, statistics.waitUs.report(US), 'true', ...labels);
}
