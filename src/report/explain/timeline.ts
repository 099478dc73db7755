// The life of one pod in order of time: what the API and the node saw, the scheduler's queue and
// attempts, warnings.
import type {
  AttemptRecord,
  Occasion,
  PodExplanation,
  QueueMove,
} from '../../experiment/explain/pod-explanation.js';
import type { PodRow } from '../../metrics/run-result.js';
import { formatDuration, formatSeconds } from '../number-format.js';

/** One line of the timeline. */
export interface TimelineEntry {
  readonly timeUs: number;
  readonly text: string;
}

/** Entries of one instant keep the order of causes. */
export function timelineOf(explanation: PodExplanation): TimelineEntry[] {
  const { pod, moves, attempts, events } = explanation;
  const schedulers = new Set([...attempts, ...moves].map(({ scheduler }) => scheduler));
  const whose = (scheduler: string): string => (schedulers.size > 1 ? `${scheduler}: ` : '');
  const entries: (TimelineEntry | undefined)[] = [
    entry(pod.createdUs, 'created'),
    ...attempts.map((attempt, index) =>
      entry(attempt.endedUs, whose(attempt.scheduler) + endText(attempt, attempts[index - 1])),
    ),
    ...attempts.map((attempt) =>
      entry(attempt.assumedUs, whose(attempt.scheduler) + assumedText(attempt)),
    ),
    ...moves.map((move) => entry(move.timeUs, whose(move.scheduler) + moveText(move))),
    ...attempts.map(({ number, startedUs, scheduler }) =>
      entry(startedUs, `${whose(scheduler)}attempt ${number} begins`),
    ),
    ...stepsOf(pod),
    ...events.flatMap(({ timeUs, type, reason, message, count }) =>
      type === 'Normal' || reason === 'FailedScheduling'
        ? []
        : [entry(timeUs, `${reason}: ${message}${count > 1 ? ` (${count} times, the last)` : ''}`)],
    ),
    entry(pod.deletedUs, 'deleted'),
  ];
  const known = entries.filter((each) => each !== undefined);
  const order = new Map(known.map((each, index) => [each, index]));
  const placeOf = (each: TimelineEntry): number => order.get(each) ?? 0;
  return known.sort((a, b) => a.timeUs - b.timeUs || placeOf(a) - placeOf(b));
}

/** Cells for a table: time, time since the entry before it, what happened. */
export function timelineCells(entries: readonly TimelineEntry[]): [string, string, string][] {
  return entries.map(({ timeUs, text }, index) => {
    const before = entries[index - 1]?.timeUs;
    const isLater = before !== undefined && timeUs > before;
    const since = isLater ? `+${formatDuration(timeUs - before)}` : '';
    return [`${secondsText(timeUs)} s`, since, text];
  });
}

/** Seconds with all six places, so that the points stand below each other. */
export function secondsText(us: number): string {
  const [whole = '0', fraction = ''] = formatSeconds(us).split('.');
  return `${whole}.${fraction.padEnd(6, '0')}`;
}

function entry(timeUs: number | undefined, text: string): TimelineEntry | undefined {
  return timeUs === undefined ? undefined : { timeUs, text };
}

/** The end of an attempt; a message that the attempt before had as well is not repeated. */
function endText(attempt: AttemptRecord, before: AttemptRecord | undefined): string {
  const { number, result, node, message } = attempt;
  if (result === 'scheduled') return 'the binding is answered';
  const failed = node === '' ? 'fails' : `fails after ${node} was chosen`;
  if (message === before?.message) return `attempt ${number} ${failed}, as before`;
  const [first = ''] = message.split(/(?<=\.) /);
  return `attempt ${number} ${failed}: ${first}`;
}

function assumedText({ node, permitWaits }: AttemptRecord): string {
  const waits = permitWaits.map(
    ({ plugin, timeoutUs }) => `${plugin} (at most ${formatDuration(timeoutUs)})`,
  );
  const next = waits.length === 0 ? 'binding begins' : `waits on Permit for ${waits.join(', ')}`;
  return `assumed on ${node}, ${next}`;
}

/** What components report of the pod after the decision. */
function stepsOf(pod: PodRow): (TimelineEntry | undefined)[] {
  return [
    entry(pod.boundUs, `bound to ${pod.node}`),
    entry(pod.sandboxUs, 'sandbox and network made'),
    entry(pod.imagePulledUs, 'images on the node'),
    entry(pod.startedUs, 'containers started'),
    entry(pod.readyUs, 'Ready'),
    entry(pod.endpointPublishedUs, 'in an EndpointSlice'),
    entry(pod.endpointProgrammedUs, 'endpoint programmed on every node'),
  ];
}

const storeNames = {
  active: 'activeQ',
  backoff: 'backoffQ',
  unschedulable: 'unschedulablePods',
  gated: 'gated',
} as const;

/** Causes that are no change in the cluster, by the label that metrics give them. */
const causeTexts: ReadonlyMap<string, string> = new Map([
  ['UnschedulablePodAdd', 'new pod'],
  ['ScheduleAttemptFailure', ''],
  ['BackoffComplete', 'its backoff is over'],
  ['PopFromBackoffQ', 'the scheduler is idle and does not wait for the backoff'],
  ['UnschedulableTimeout', 'nothing has moved it for too long'],
  ['ForceActivate', 'a plugin wants it tried now'],
]);

function moveText({ store, cause, missed, backoffEndsUs, gate }: QueueMove): string {
  const until = backoffEndsUs === undefined ? '' : ` until ${formatSeconds(backoffEndsUs)} s`;
  if (gate !== undefined) {
    return `kept out of activeQ by ${gate.plugin}: ${gate.reasons.join(', ')} (${cause.event})`;
  }
  const meanwhile = missed.length === 0 ? '' : `; meanwhile ${missed.map(occasionText).join('; ')}`;
  return `${storeNames[store]}${until}: ${occasionText(cause)}${meanwhile}`;
}

function occasionText({ event, object, plugins }: Occasion): string {
  const known = causeTexts.get(event);
  if (known !== undefined) return known === '' ? event : `${known} (${event})`;
  const what = object === '' ? event : `${event} of ${object}`;
  return plugins.length === 0 ? what : `${what} (the hint of ${plugins.join(', ')} is Queue)`;
}
