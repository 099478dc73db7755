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
import { flowControlFamilies } from './flow-control-families.js';
import type { MetricSample } from './run-result.js';
import { SampleCollector } from './sample-collector.js';

/** Units of R in a seat-second. */
const R_UNITS = 100_000_000;
const US = 1_000_000;

/** The metrics of an apiserver's flow control as of now, sorted by name within each source. */
export function flowControlSamples(
  server: ApiServer,
  isAlone: boolean,
  now: SimTime,
): readonly MetricSample[] {
  const collector = new SampleCollector(
    flowControlFamilies,
    isAlone ? [] : [['instance', server.name]],
  );
  inFlightSamples(collector, server, now);
  if (server.flows !== undefined) controllerSamples(collector, server.flows, now);
  return collector.samples;
}

function inFlightSamples(collector: SampleCollector, { inFlight }: ApiServer, now: SimTime): void {
  const gauges: readonly (readonly [string, string, string, InFlightGauge])[] = [
    ['apiserver_current_inflight_requests', 'executing', 'mutating', inFlight.executingWrites],
    ['apiserver_current_inflight_requests', 'executing', 'readOnly', inFlight.executingReads],
    ['apiserver_current_inqueue_requests', 'waiting', 'mutating', inFlight.waitingWrites],
    ['apiserver_current_inqueue_requests', 'waiting', 'readOnly', inFlight.waitingReads],
  ];
  for (const [family, phase, kind, gauge] of gauges) {
    collector.value(family, gauge.watermark(now), kind);
    const name = 'read_vs_write_current_requests';
    collector.filledHistogram(name, gauge.ratios.report(now), phase, kind);
  }
}

function controllerSamples(collector: SampleCollector, flows: FlowController, now: SimTime): void {
  collector.value('seat_fair_frac', flows.fairFraction);
  for (const level of flows.levels) levelSamples(collector, level, now);
  for (const flow of flows.flows) flowSamples(collector, flow);
}

function levelSamples(collector: SampleCollector, level: PriorityLevel, now: SimTime): void {
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
  collector.filledHistogram('demand_seats', statistics.demandSeats.report(now), name);
  const seats = statistics.executingSeats.report(now);
  collector.filledHistogram('priority_level_seat_utilization', seats, 'executing', name);
  const executing = statistics.executingRequests.report(now);
  collector.filledHistogram('priority_level_request_utilization', executing, 'executing', name);
  const waiting = statistics.waitingRequests.report(now);
  collector.filledHistogram('priority_level_request_utilization', waiting, 'waiting', name);
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

function flowSamples(collector: SampleCollector, { schema, level, statistics }: Flow): void {
  const labels = [schema.metadata.name, level.name] as const;
  const { workSeats, dispatched, rejected, noAccommodation } = statistics;
  if (workSeats.count === 0) return;
  collector.value('current_executing_requests', statistics.requestsExecuting, ...labels);
  collector.value('current_executing_seats', statistics.seatsExecuting, ...labels);
  collector.value('dispatched_requests_total', dispatched, ...labels);
  collector.filledHistogram('work_estimated_seats', workSeats.report(), ...labels);
  collector.filledHistogram('watch_count_samples', statistics.watchCounts.report(), ...labels);
  const execution = statistics.executionUs.report(US);
  collector.filledHistogram('request_execution_seconds', execution, ...labels, 'regular');
  const watching = statistics.watchExecutionUs.report(US);
  collector.filledHistogram('request_execution_seconds', watching, ...labels, 'watch');
  for (const [reason, count] of rejected) {
    collector.value('rejected_requests_total', count, ...labels, reason);
  }
  const tooWide = 'request_dispatch_no_accommodation_total';
  collector.positiveValue(tooWide, noAccommodation, ...labels);
  if (level.isExempt) return;
  collector.value('current_inqueue_requests', statistics.requestsWaiting, ...labels);
  collector.value('current_inqueue_seats', statistics.seatsWaiting, ...labels);
  const lengths = statistics.queueLength.report();
  collector.filledHistogram('request_queue_length_after_enqueue', lengths, ...labels);
  const wait = 'request_wait_duration_seconds';
  collector.filledHistogram(wait, statistics.waitOfRejectedUs.report(US), 'false', ...labels);
  collector.filledHistogram(wait, statistics.waitUs.report(US), 'true', ...labels);
}
