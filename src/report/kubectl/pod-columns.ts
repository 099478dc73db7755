// The columns of pods: the status column sums up phases, conditions and container states as kubectl
// does. Source: Kubernetes v1.36 pkg/printers/internalversion/printers.go printPod.
import {
  type Container,
  type ContainerState,
  type ContainerStatus,
  isPodPhaseTerminal,
  type Pod,
} from '../../api/pod.js';
import type { SimTime } from '../../kernel/time.js';
import { ageColumn, type Column, column, NONE, nameColumn, wide } from './columns.js';
import { humanDuration } from './human-duration.js';

/** What READY, STATUS and RESTARTS say. */
export interface PodSummary {
  readonly ready: number;
  readonly total: number;
  readonly status: string;
  readonly restarts: number;
  /** When a container last ended before it was restarted. */
  readonly lastRestartUs: number | undefined;
}

const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always';

function exitWord(terminated: NonNullable<ContainerState['terminated']>): string {
  const { reason, signal = 0, exitCode } = terminated;
  if (reason !== undefined && reason !== '') return reason;
  return signal === 0 ? `ExitCode:${exitCode}` : `Signal:${signal}`;
}

/** What a pod's init containers are at: `Init:1/3`; undefined when they are done. */
function initStatus(pod: Pod): string | undefined {
  const specs = pod.spec.initContainers ?? [];
  const statuses = pod.status?.initContainerStatuses ?? [];
  for (const [i, { name, state, started }] of statuses.entries()) {
    if (state?.terminated?.exitCode === 0) continue;
    const spec = specs.find((each) => each.name === name);
    if (spec !== undefined && isSidecar(spec) && started === true) continue;
    if (state?.terminated !== undefined) return `Init:${exitWord(state.terminated)}`;
    const reason = state?.waiting?.reason;
    if (reason !== undefined && reason !== 'PodInitializing') return `Init:${reason}`;
    return `Init:${i}/${specs.length}`;
  }
  return undefined;
}

const isTrue = (pod: Pod, type: string): boolean =>
  pod.status?.conditions?.some((each) => each.type === type && each.status === 'True') === true;

/** What the containers say, the first of them having the last word. */
function containerStatus(pod: Pod, statuses: readonly ContainerStatus[], phase: string): string {
  let word = phase;
  let isRunning = false;
  for (const { state, ready } of [...statuses].reverse()) {
    const waiting = state?.waiting?.reason ?? '';
    if (waiting !== '') word = waiting;
    else if (state?.terminated !== undefined) word = exitWord(state.terminated);
    else if (ready === true && state?.running !== undefined) isRunning = true;
  }
  if (word === 'Completed' && isRunning) return isTrue(pod, 'Ready') ? 'Running' : 'NotReady';
  return word;
}

function phaseWord({ status }: Pod): string {
  if (status?.reason !== undefined && status.reason !== '') return status.reason;
  const isGated = status?.conditions?.some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  );
  return isGated === true ? 'SchedulingGated' : (status?.phase ?? 'Pending');
}

/** Sums a pod up. Linear in its containers. */
export function podSummary(pod: Pod): PodSummary {
  const { status, spec, metadata } = pod;
  const sidecars = new Set((spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const initStatuses = status?.initContainerStatuses ?? [];
  const statuses = status?.containerStatuses ?? [];
  const init = initStatus(pod);
  const isInitialized = init === undefined || isTrue(pod, 'Initialized');
  const phase = phaseWord(pod);
  const word = isInitialized ? containerStatus(pod, statuses, phase) : init;
  const lasting = initStatuses.filter(({ name }) => sidecars.has(name));
  const counted = isInitialized ? [...lasting, ...statuses] : initStatuses;
  const ended = counted.flatMap(({ lastState }) => lastState?.terminated?.finishedAt ?? []);
  const isReady = ({ ready, state }: ContainerStatus): boolean =>
    ready === true && state?.running !== undefined;
  const ready = lasting.filter(({ ready: isUp }) => isUp === true).length;
  const isOver = isPodPhaseTerminal(status?.phase);
  const isTerminating = metadata.deletionTimestamp !== undefined && !isOver;
  const isLost = metadata.deletionTimestamp !== undefined && status?.reason === 'NodeLost';
  return {
    ready: ready + (isInitialized ? statuses.filter(isReady).length : 0),
    total: spec.containers.length + sidecars.size,
    status: isLost ? 'Unknown' : isTerminating ? 'Terminating' : word,
    restarts: counted.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    lastRestartUs: ended.length === 0 ? undefined : Math.max(...ended),
  };
}

function restartsText(pod: Pod, now: SimTime): string {
  const { restarts, lastRestartUs } = podSummary(pod);
  if (restarts === 0 || lastRestartUs === undefined) return String(restarts);
  return `${restarts} (${humanDuration(now - lastRestartUs)} ago)`;
}

function gatesText(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? [];
  if (gates.length === 0) return NONE;
  const passed = gates.filter(({ conditionType }) => isTrue(pod, conditionType)).length;
  return `${passed}/${gates.length}`;
}

/** Columns of `get pods`. */
export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  column('READY', (pod) => {
    const { ready, total } = podSummary(pod);
    return `${ready}/${total}`;
  }),
  column('STATUS', (pod) => podSummary(pod).status),
  column('RESTARTS', restartsText),
  ageColumn,
  wide('IP', ({ status }) => status?.podIP || NONE),
  wide('NODE', ({ spec }) => spec.nodeName || NONE),
  wide('NOMINATED NODE', ({ status }) => status?.nominatedNodeName || NONE),
  wide('READINESS GATES', gatesText),
];
