// Scheduling throughput as scheduler_perf measures it: a look every second at how many pods have
// got a node. Nothing is measured before the first second in which one has; a second without any
// is made up by the next one with some.
// Source: Kubernetes v1.36 test/integration/scheduler_perf/util.go throughputCollector; reference:
// scheduler 5.3.
import type { Pod } from '../../api/pod.js';
import type { Informer } from '../../client/informer.js';
import type { EventHandle } from '../../kernel/event-queue.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import type { MeasuredWindow } from '../../workload/scheduler-perf/run/executor.js';
import { hasLabels, isScheduled } from '../../workload/scheduler-perf/run/pod-selection.js';
import type { PerfMeasurement } from './perf-result.js';

const SAMPLE_US = 1_000_000;

/** One window at a time. */
export class ThroughputCollector {
  readonly #simulation: Simulation;
  readonly #sampled: EventKind;
  #window: MeasuredWindow | undefined;
  #timer: EventHandle = -1;
  #startUs: SimTime = 0;
  #scheduled = 0;
  #firstUs: SimTime | undefined;
  #lastUs: SimTime | undefined;
  #samples: number[] = [];
  /** Count and time of the last sample; 0 before the first. */
  #base = 0;
  #baseUs: SimTime = 0;
  #skipped = 0;

  constructor(simulation: Simulation, pods: Informer<Pod>) {
    this.#simulation = simulation;
    this.#sampled = simulation.defineEvent('scheduler-perf.ThroughputSampled', () =>
      this.#sample(),
    );
    pods.addHandler({
      updated: (previous, pod) => {
        if (!isScheduled(previous) && isScheduled(pod)) this.#note(pod);
      },
    });
  }

  /** Whether a window is open. */
  get isCollecting(): boolean {
    return this.#window !== undefined;
  }

  /** Pods that have got a node in the open window, or in the last one. */
  get scheduled(): number {
    return this.#scheduled;
  }

  open(window: MeasuredWindow): void {
    const { now } = this.#simulation;
    this.#window = window;
    this.#startUs = now;
    this.#scheduled = 0;
    this.#firstUs = undefined;
    this.#lastUs = undefined;
    this.#samples = [];
    this.#base = 0;
    this.#skipped = 0;
    this.#timer = this.#simulation.after(SAMPLE_US, this.#sampled);
  }

  close(): PerfMeasurement {
    const name = this.#window?.name ?? '';
    this.#window = undefined;
    this.#simulation.cancel(this.#timer);
    return {
      name,
      startUs: this.#startUs,
      endUs: this.#simulation.now,
      scheduled: this.#scheduled,
      firstUs: this.#firstUs,
      lastUs: this.#lastUs,
      samples: this.#samples,
    };
  }

  #note(pod: Pod): void {
    const window = this.#window;
    if (window === undefined || !hasLabels(pod, window.labelSelector)) return;
    if (!window.namespaces.includes(pod.metadata.namespace ?? '')) return;
    this.#scheduled++;
    this.#firstUs ??= this.#simulation.now;
    this.#lastUs = this.#simulation.now;
  }

  #sample(): void {
    const { now } = this.#simulation;
    this.#timer = this.#simulation.after(SAMPLE_US, this.#sampled);
    const fresh = this.#scheduled - this.#base;
    if (this.#scheduled === 0) return;
    if (this.#base === 0) {
      this.#base = fresh;
      this.#baseUs = now;
    } else if (fresh === 0) {
      this.#skipped++;
    } else {
      const rate = (fresh * 1_000_000) / (now - this.#baseUs);
      for (let i = 0; i <= this.#skipped; i++) this.#samples.push(rate);
      this.#base = this.#scheduled;
      this.#baseUs = now;
      this.#skipped = 0;
    }
  }
}
