// Pods that a Permit plugin lets wait before they are bound.
// Source: kube-scheduler v1.36 framework/runtime/waiting_pods_map.go; reference: scheduler 1.11.

import { Slab } from '../../client/slab.js';
import type { EventHandle } from '../../kernel/event-queue.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { schedulerConstants } from './constants.js';
import type { PluginAnswer } from './framework/framework.js';
import type { WaitingPod } from './framework/plugin-handle.js';
import type { PodInfo } from './framework/pod-info.js';
import { codeOf, status } from './framework/status.js';
import type { SchedulerMonitor } from './scheduler-monitor.js';
import type { SchedulingCycle } from './scheduling-cycle.js';

interface Waiting {
  readonly cycle: SchedulingCycle;
  /** Plugins that have not allowed it yet, with their timers. */
  readonly pending: Map<string, EventHandle>;
  readonly timers: number[];
  readonly sinceUs: SimTime;
}

interface Timer {
  readonly uid: string;
  readonly plugin: string;
  readonly timeoutUs: SimTime;
}

/** What a plugin says about a waiting pod; `message` undefined allows it. */
interface Answer {
  readonly uid: string;
  readonly plugin: string;
  readonly message: string | undefined;
}

/** Called when all plugins have allowed the pod (status undefined), or one has rejected it. */
export type PermitDecided = (cycle: SchedulingCycle, answer: PluginAnswer) => void;

/** By uid. */
export class WaitingPods {
  readonly #simulation: Simulation;
  readonly #decided: PermitDecided;
  readonly #timedOut: EventKind;
  readonly #name: string;
  readonly #monitor: Pick<SchedulerMonitor, 'permitWaited'> | undefined;
  readonly #timers = new Slab<Timer>();
  readonly #answers = new Slab<Answer>();
  /** Defined with the first answer: a run without one has the same kinds as without plugins. */
  #answered: EventKind | undefined;
  readonly #pods = new Map<string, Waiting>();

  /** `name` is that of the scheduler. */
  constructor(
    simulation: Simulation,
    name: string,
    decided: PermitDecided,
    monitor?: Pick<SchedulerMonitor, 'permitWaited'>,
  ) {
    this.#simulation = simulation;
    this.#monitor = monitor;
    this.#name = name;
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

  /** For plugins, in the order in which the pods began to wait. */
  all(): readonly WaitingPod[] {
    return [...this.#pods.values()].map((waiting) => new WaitingPodView(this, waiting));
  }

  get(uid: string): WaitingPod | undefined {
    const waiting = this.#pods.get(uid);
    return waiting && new WaitingPodView(this, waiting);
  }

  /**
   * Allows or rejects when the event that is being handled is over: plugins speak in the middle of
   * a decision, which nobody may disturb, as in kube-scheduler they wake another goroutine.
   */
  answerSoon(uid: string, plugin: string, message: string | undefined): void {
    const simulation = this.#simulation;
    this.#answered ??= simulation.defineEvent(`${this.#name}.PermitAnswered`, (id) => {
      const answer = this.#answers.remove(id);
      if (answer.message === undefined) this.allow(answer.uid, answer.plugin);
      else this.reject(answer.uid, answer.plugin, answer.message);
    });
    simulation.at(simulation.now, this.#answered, this.#answers.add({ uid, plugin, message }));
  }

  /** Lets the pod wait for `plugins`, each with its timeout. */
  add(cycle: SchedulingCycle, plugins: ReadonlyMap<string, SimTime>): void {
    const { uid } = cycle.assumed;
    const sinceUs = this.#simulation.now;
    const waiting: Waiting = { cycle, pending: new Map(), timers: [], sinceUs };
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
    this.#remove(uid, waiting, { status: undefined, plugin: '' });
  }

  /** Takes the pod's place away. False when it does not wait. */
  reject(uid: string, plugin: string, message: string): boolean {
    const waiting = this.#pods.get(uid);
    if (waiting === undefined) return false;
    this.#remove(uid, waiting, { status: status('Unschedulable', message), plugin });
    return true;
  }

  #remove(uid: string, { cycle, pending, timers, sinceUs }: Waiting, answer: PluginAnswer): void {
    for (const timer of pending.values()) this.#simulation.cancel(timer);
    for (const id of timers) this.#timers.remove(id);
    this.#pods.delete(uid);
    this.#monitor?.permitWaited(codeOf(answer.status), this.#simulation.now - sinceUs);
    this.#decided(cycle, answer);
  }
}

/** A waiting pod as plugins see it at one moment. */
class WaitingPodView implements WaitingPod {
  readonly info: PodInfo;
  readonly pendingPlugins: readonly string[];
  readonly #pods: WaitingPods;

  constructor(pods: WaitingPods, { cycle, pending }: Waiting) {
    this.#pods = pods;
    this.info = cycle.assumed;
    this.pendingPlugins = [...pending.keys()];
  }

  allow(plugin: string): void {
    this.#pods.answerSoon(this.info.uid, plugin, undefined);
  }

  reject(plugin: string, message: string): void {
    this.#pods.answerSoon(this.info.uid, plugin, message);
  }
}
