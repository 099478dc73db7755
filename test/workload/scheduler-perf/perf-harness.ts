// Runs a workload on a cluster and keeps what happened: the requests of the test, the objects that
// are there at the end, the windows of measurement.

import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { Node } from '../../../src/api/node.js';
import type { Pod } from '../../../src/api/pod.js';
import type { ApiCall } from '../../../src/client/api-call.js';
import type { ApiRequest } from '../../../src/client/api-request.js';
import { SilentObserver } from '../../../src/client/observer.js';
import type { WatchEvent } from '../../../src/client/watch.js';
import { SchedulingCluster } from '../../../src/cluster/scheduling-cluster.js';
import { schedulerPerfMachine } from '../../../src/experiment/run-scheduler-perf.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import {
  type MeasuredWindow,
  PerfExecutor,
  type PerfListener,
} from '../../../src/workload/scheduler-perf/run/executor.js';
import { workloadOf } from './perf-files.js';

/** A request of the test and its answer. */
export interface Sent {
  readonly sentUs: number;
  readonly request: ApiRequest;
  readonly code: number;
}

/** A change in the store. */
export interface Change extends WatchEvent {
  readonly atUs: number;
}

/** A window and when it was open; without an end, it was open to the last. */
export interface Window extends MeasuredWindow {
  readonly startUs: number;
  endUs: number | undefined;
}

class Recorder extends SilentObserver implements PerfListener {
  readonly sent: Sent[] = [];
  readonly changes: Change[] = [];
  readonly windows: Window[] = [];
  failure: string | undefined;
  isFinished = false;
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    super();
    this.#simulation = simulation;
  }

  override requestServed({ caller, request, createdUs }: ApiCall, code: number): void {
    if (caller.user !== 'system:apiserver') return;
    this.sent.push({ sentUs: createdUs, request, code });
  }

  override committed(event: WatchEvent): void {
    this.changes.push({ ...event, atUs: this.#simulation.now });
  }

  windowOpened(window: MeasuredWindow): void {
    this.windows.push({ ...window, startUs: this.#simulation.now, endUs: undefined });
  }

  windowClosed(): void {
    const last = this.windows.at(-1);
    if (last !== undefined) last.endUs = this.#simulation.now;
  }

  finished(failure: string | undefined): void {
    this.isFinished = true;
    this.failure = failure;
    this.#simulation.stop();
  }
}

/** What a run has left. */
export interface PerfRunRecord {
  readonly failure: string | undefined;
  readonly isFinished: boolean;
  readonly endUs: number;
  /** In the order of the answers. */
  readonly sent: readonly Sent[];
  readonly changes: readonly Change[];
  readonly windows: readonly Window[];
  /** In the order of creation. */
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  objects(kind: string): readonly KubernetesObject[];
}

/** Runs operations written as YAML until they are done, for `untilSeconds` at most. */
export function runOperations(
  operations: readonly string[],
  params = '{}',
  more: Readonly<Record<string, string>> = {},
  untilSeconds = 1_800,
): PerfRunRecord {
  const workload = workloadOf(operations, params, [], more);
  const simulation = new Simulation('1');
  const recorder = new Recorder(simulation);
  const cluster = new SchedulingCluster(simulation, schedulerPerfMachine(), {
    observer: recorder,
  });
  const client = cluster.client('test', { qps: 5000, burst: 5000 });
  const executor = new PerfExecutor({
    simulation,
    client,
    pods: cluster.pods,
    operations: workload.operations,
    listener: recorder,
  });
  cluster.start(() => executor.start());
  simulation.run(untilSeconds * 1_000_000);
  const objects = (kind: string): readonly KubernetesObject[] => liveOf(recorder.changes, kind);
  return {
    failure: recorder.failure,
    isFinished: recorder.isFinished,
    endUs: simulation.now,
    sent: recorder.sent,
    changes: recorder.changes,
    windows: recorder.windows,
    nodes: objects('Node') as readonly Node[],
    pods: objects('Pod') as readonly Pod[],
    objects,
  };
}

function liveOf(changes: readonly Change[], kind: string): readonly KubernetesObject[] {
  const live = new Map<string, KubernetesObject>();
  for (const { type, object } of changes) {
    if (object.kind !== kind) continue;
    const key = object.metadata.uid ?? '';
    if (type === 'DELETED') live.delete(key);
    else live.set(key, object);
  }
  return [...live.values()];
}

/** `create pods`, `update nodes/status` and how often each was sent. */
export function countRequests(sent: readonly Sent[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { request } of sent) {
    const { verb, resource, subresource } = request;
    const key = `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
