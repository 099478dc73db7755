/**
 * Measurements of ClusterLoader2: those that wait become barriers and sleeps, those that judge
 * become thresholds, and the others are named once.
 *
 * Source: perf-tests clusterloader2/pkg/measurement/common.
 */

import { durationUs, formatDuration, parseDuration } from '../../../scenario/duration.js';
import type { Tree } from '../../../scenario/yaml-tree.js';
import type { ImportNotes } from '../import-notes.js';
import type { MeasurementText } from './cl2-schema.js';

/** Wait for objects to be as they should be; the action that does so is `gather`. */
const waits: ReadonlySet<string> = new Set([
  'WaitForAvailablePVs',
  'WaitForBoundPVCs',
  'WaitForControlledPodsRunning',
  'WaitForFinishedJobs',
  'WaitForGenericK8sObjects',
  'WaitForNodes',
  'WaitForRunningPods',
]);

/** What pod startup may take where a test does not say. */
const startupLimit = '5s';

/** How long a wait without a timeout of its own is given, µs. */
const usualTimeoutUs = 900_000_000;

/** What the measurements of a test come to. */
export class Measurements {
  readonly #notes: ImportNotes;
  /** Parameters of the start, by method and identifier. */
  readonly #started = new Map<string, Tree>();
  readonly #startupUs: number[] = [];
  readonly #throughputs: number[] = [];
  /** For how long the test may wait and sleep in all, µs. */
  waitedUs = 0;

  constructor(notes: ImportNotes) {
    this.#notes = notes;
  }

  /** The operations of the measurements of one step, which begin together. */
  operations(measurements: readonly MeasurementText[]): readonly Tree[] {
    let sleepUs = 0;
    let waitUs = 0;
    for (const { method, identifier = '', params, instances } of measurements) {
      const each = instances ?? [{ identifier, params: {} }];
      for (const instance of each) {
        const all = { ...params, ...instance.params };
        const key = `${method}/${instance.identifier ?? identifier}`;
        if (method === 'Sleep') sleepUs = Math.max(sleepUs, sleepOf(all));
        else waitUs = Math.max(waitUs, this.#take(method, key, all));
      }
    }
    this.waitedUs += sleepUs + waitUs;
    return [
      ...(waitUs > 0 ? [{ op: 'barrier' }] : []),
      ...(sleepUs > 0 ? [{ op: 'sleep', duration: formatDuration(sleepUs) }] : []),
    ];
  }

  /** Thresholds for the scenario. */
  thresholds(): Tree {
    const found: Record<string, readonly string[]> = { pods_not_ready: ['value==0'] };
    if (this.#startupUs.length > 0) {
      const seconds = Math.max(...this.#startupUs) / 1_000_000;
      found['pod_startup_seconds'] = [`p(99)<=${seconds}`];
      if (new Set(this.#startupUs).size > 1) {
        this.#notes.add(
          `{count} measurements PodStartupLatency have different thresholds: the widest, ` +
            `${seconds} s, judges all pods.`,
          this.#startupUs.length,
        );
      }
    }
    if (this.#throughputs.length > 0) {
      found['scheduling_throughput'] = [`max>=${Math.max(...this.#throughputs)}`];
    }
    return found;
  }

  /** For how long it waits, µs. */
  #take(method: string, key: string, params: Tree): number {
    const { action } = params;
    if (action === 'start') this.#started.set(key, params);
    const all = { ...this.#started.get(key), ...params };
    if (waits.has(method)) return action === 'start' ? 0 : timeoutOf(all);
    const isJudged = action === 'gather' || action === undefined;
    switch (method) {
      case 'PodStartupLatency': {
        const { threshold = startupLimit } = all;
        if (isJudged) this.#startupUs.push(parseDuration(String(threshold)) ?? 0);
        return 0;
      }
      case 'SchedulingThroughput': {
        const { threshold = 0, enableViolations = true } = all;
        if (isJudged && enableViolations === true && Number(threshold) > 0) {
          this.#throughputs.push(Number(threshold));
        }
        return 0;
      }
      case 'APIResponsiveness':
      case 'APIResponsivenessPrometheus':
        if (isJudged) {
          this.#notes.add(
            `${method} ({count}): the section API CALLS of the results says which kinds of calls ` +
              'kept the objective.',
          );
        }
        return 0;
      default:
        if (action !== 'start') {
          this.#notes.add(`The measurement ${method} ({count}) is not simulated.`);
        }
        return 0;
    }
  }
}

function sleepOf({ duration }: Tree): number {
  return durationUs(typeof duration === 'string' ? duration : undefined);
}

function timeoutOf({ operationTimeout, timeout }: Tree): number {
  return parseDuration(String(operationTimeout ?? timeout)) ?? usualTimeoutUs;
}
