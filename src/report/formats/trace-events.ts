// A run as a trace that Perfetto (https://ui.perfetto.dev) and chrome://tracing show: changes with
// their critical path, the pods of every node with their stages, API requests by client, and the
// sampled series as counters. Time is that of the scenario, in µs.
// Source: Trace Event Format (catapult project).
import type { RequestSpan } from '../../metrics/request-spans.js';
import type { ConvergenceRow, PodRow, RunResult, TimeSeries } from '../../metrics/run-result.js';
import { compactJson, type JsonValue } from '../stable-json.js';
import { podStages, stageSpans } from '../stages.js';
import type { OutputFormat } from './output-format.js';

export const traceEventsFormat: OutputFormat = {
  name: 'perfetto',
  title: 'Perfetto, chrome://tracing: changes, pods, requests and series as tracks',
  needs: ['requests'],
  files: ({ result, requests }) => new Map([['trace.json', traceText(result, requests)]]),
};

type TraceEvent = Readonly<Record<string, JsonValue>>;

/** Tracks of a kind are a process; nodes come after these. */
const processes = ['Changes', 'API requests', 'Series', 'Pods without a node'] as const;
const [changesProcess, requestsProcess, seriesProcess, unboundProcess] = [1, 2, 3, 4] as const;
const firstNodeProcess = 10;

/** One event a line, so that texts can be compared. O(pods + requests + samples). */
function traceText(result: RunResult, requests: readonly RequestSpan[]): string {
  const events = [
    ...processes.map((name, index) => named('process_name', index + 1, 0, name)),
    ...changeTracks(result),
    ...requestTracks(requests),
    ...counterTracks(result.timeSeries),
    ...podTracks(result),
  ];
  const lines = events.map((event) => compactJson(event)).join(',\n');
  return `{"displayTimeUnit":"ms","traceEvents":[\n${lines}\n]}\n`;
}

/** Names a process or a thread. */
function named(
  what: 'process_name' | 'thread_name',
  pid: number,
  tid: number,
  name: string,
): TraceEvent {
  return { ph: 'M', name: what, pid, tid, args: { name } };
}

function slice(
  [pid, tid]: readonly [number, number],
  name: string,
  fromUs: number,
  toUs: number,
  args: JsonValue = {},
): TraceEvent {
  return { ph: 'X', pid, tid, name, ts: fromUs, dur: toUs - fromUs, args };
}

/** A track a change: it, and below it what it waited for, one thing after the other. */
function changeTracks({ convergence, endUs }: RunResult): readonly TraceEvent[] {
  return convergence.flatMap((row, index) => {
    const track = [changesProcess, index + 1] as const;
    const { change, startedUs, convergedUs = endUs, reason } = row;
    return [
      named('thread_name', ...track, change),
      slice(track, change, startedUs, convergedUs, reason === '' ? {} : { reason }),
      ...partsOf(row, track),
    ];
  });
}

function partsOf(
  { startedUs, criticalPath }: ConvergenceRow,
  track: readonly [number, number],
): readonly TraceEvent[] {
  let fromUs = startedUs;
  return criticalPath.map(({ activity, us, cause }) => {
    const event = slice(track, activity, fromUs, fromUs + us, { cause });
    fromUs += us;
    return event;
  });
}

/** Requests of a client overlap, so each is an asynchronous slice of its own. */
function requestTracks(requests: readonly RequestSpan[]): readonly TraceEvent[] {
  const clients = new Map<string, number>();
  return requests.flatMap(({ startUs, durationUs, client, title, object, code, members }, id) => {
    const known = clients.get(client);
    const tid = known ?? clients.size + 1;
    clients.set(client, tid);
    const part = { cat: client, id, name: title, pid: requestsProcess, tid };
    return [
      ...(known === undefined ? [named('thread_name', requestsProcess, tid, client)] : []),
      { ...part, ph: 'b', ts: startUs, args: { code, object, ...(members > 1 && { members }) } },
      { ...part, ph: 'e', ts: startUs + durationUs },
    ];
  });
}

function counterTracks({ timeUs, columns }: TimeSeries): readonly TraceEvent[] {
  return columns.flatMap(({ name, values }) =>
    values.flatMap((value, index): TraceEvent[] => {
      // Between two points a series stays as it is.
      const isWithin = index > 0 && index < values.length - 1;
      if (isWithin && values[index - 1] === value && values[index + 1] === value) return [];
      const ts = timeUs[index] as number;
      return [{ ph: 'C', pid: seriesProcess, tid: 0, name, ts, args: { value } }];
    }),
  );
}

/** A process a node, a track a pod. */
function podTracks({ pods, nodes, endUs }: RunResult): readonly TraceEvent[] {
  const numbers = new Map(nodes.map(({ name }, index) => [name, firstNodeProcess + index]));
  const head: TraceEvent[] = [];
  for (const [name, pid] of numbers) head.push(named('process_name', pid, 0, `Node ${name}`));
  for (const { node } of pods) {
    if (node === '' || numbers.has(node)) continue;
    const pid = firstNodeProcess + numbers.size;
    numbers.set(node, pid);
    head.push(named('process_name', pid, 0, `Node ${node}`));
  }
  const slices = pods.flatMap((pod, index) =>
    podTrack(pod, [numbers.get(pod.node) ?? unboundProcess, index + 1], endUs),
  );
  return [...head, ...slices];
}

function podTrack(
  pod: PodRow,
  track: readonly [number, number],
  endUs: number,
): readonly TraceEvent[] {
  const name = `${pod.namespace}/${pod.name}`;
  const args = { owner: pod.owner, phase: pod.phase, ...(pod.message && { message: pod.message }) };
  const spans = stageSpans(podStages, pod.createdUs, pod);
  return [
    named('thread_name', ...track, name),
    slice(track, name, pod.createdUs, pod.deletedUs ?? endUs, args),
    ...spans.flatMap((span, index) =>
      span === undefined || span.toUs === span.fromUs
        ? []
        : [slice(track, podStages[index]?.title ?? '', span.fromUs, span.toUs)],
    ),
  ];
}
