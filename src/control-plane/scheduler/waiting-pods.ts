// Pods that a Permit plugin lets wait before they are bound.
// Source: kube-scheduler v1.36 framework/runtime/waiting_pods_map.go; reference: scheduler 1.11.

import { Slab } from '../../client/slab.js';
import type { EventHandle } from '../../kernel/event-queue.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { schedulerConstants } from './constants.js';
import type { PluginAnswer } from './framework/framework.js';
import { status } from './framework/status.js';
import type { SchedulingCycle } from './scheduling-cycle.js';

interface WaitingPod {
  readonly cycle: SchedulingCycle;
  /** Plugins that have not allowed it yet, with their timers. */
  readonly pending: Map<string, EventHandle>;
  readonly timers: number[];
}

interface Timer {
  readonly uid: string;
  readonly plugin: string;
  readonly timeoutUs: SimTime;
}

/** Called when all plugins have allowed the pod (status undefined), or one has rejected it. */
export type PermitDecided = (cycle: SchedulingCycle, answer: PluginAnswer) => void;

/** By uid. */
export class WaitingPods {
  readonly #simulation: Simulation;
  readonly #decided: PermitDecided;
  readonly #timedOut: EventKind;
  readonly #timers = new Slab<Timer>();
  readonly #pods = new Map<string, WaitingPod>();

  /** `name` is that of the scheduler. */
  constructor(simulation: Simulation, name: string, decided: PermitDecided) {
    this.#simulation = simulation;
    this.#decided = decided;
    this.#timedOut = simulation.defineEvent(`${name}.PermitTimedOut`, (id) => {
      const { uid, plugin, timeoutUs } = this.#timers.get(id);
      const waited = `${timeoutUs / 1_000_000}s`;
      this.reject(
        uid,
        plugin,
        `rejected due to timeout after waiting ${waited} at plugin ${plugin}`,
      );
    });
  }

  get size(): number {
    return this.#pods.size;
  }

  has(uid: string): boolean {
    return this.#pods.has(uid);
  }

  /** Lets the pod wait for `plugins`, each with its timeout. */
  add(cycle: SchedulingCycle, plugins: ReadonlyMap<string, SimTime>): void {
    const { uid } = cycle.assumed;
    const waiting: WaitingPod = { cycle, pending: new Map(), timers: [] };
    for (const [plugin, wanted] of plugins) {
      const timeoutUs = Math.min(wanted, schedulerConstants.maxPermitWaitUs);
      const id = this.#timers.add({ uid, plugin, timeoutUs });
      waiting.timers.push(id);
      waiting.pending.set(plugin, this.#simulation.after(timeoutUs, this.#timedOut, id));
    }
    this.#pods.set(uid, waiting);
  }

  /** A plugin no longer holds the pod; the last one lets it go on. */
  allow(uid: string, plugin: string): void {
    const waiting = this.#pods.get(uid);
    const timer = waiting?.pending.get(plugin);
    if (waiting === undefined || timer === undefined) return;
    this.#simulation.cancel(timer);
    waiting.pending.delete(plugin);
    if (waiting.pending.size > 0) return;
    this.#remove(uid, waiting);
    this.#decided(waiting.cycle, { status: undefined, plugin: '' });
  }

  /** Takes the pod's place away. False when it does not wait. */
  reject(uid: string, plugin: string, message: string): boolean {
    const waiting = this.#pods.get(uid);
    if (waiting === undefined) return false;
    this.#remove(uid, waiting);
    this.#decided(waiting.cycle, { status: status('Unschedulable', message), plugin });
    return true;
  }

  #remove(uid: string, { pending, timers }: WaitingPod): void {
    for (const timer of pending.values()) this.#simulation.cancel(timer);
    for (const id of timers) this.#timers.remove(id);
    this.#pods.delete(uid);
  }
}
