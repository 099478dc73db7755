// When the recorder saw each pod reach a step, and the figures that are made of these times: the
// k-th event of a phase, and the intervals between two steps.
import type { Pod } from '../../api/pod.js';
import type { Informer } from '../../client/informer.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { quantile } from '../../stats/quantile.js';
import { sorted } from '../../stats/sorted.js';

/** Steps as recordings name them. */
export type Step =
  | 'call'
  | 'ack'
  | 'created'
  | 'scheduled'
  | 'running'
  | 'ready'
  | 'succeeded'
  | 'notready'
  | 'delmark'
  | 'deleted';

/** Times of one pod, in µs of the simulation. */
export interface PodStamps {
  readonly name: string;
  node: string;
  readonly at: Partial<Record<Step, SimTime>>;
}

/** Collects the stamps of all pods. */
export class PodRecorder {
  readonly #pods = new Map<string, PodStamps>();
  readonly #simulation: Simulation;

  constructor(simulation: Simulation, informer: Informer<Pod>) {
    this.#simulation = simulation;
    informer.addHandler({
      added: (pod) => this.#seen(pod),
      updated: (_, pod) => this.#seen(pod),
      deleted: (pod) => this.#stamp(this.#row(pod), 'deleted'),
    });
  }

  /** In order of creation. */
  get rows(): readonly PodStamps[] {
    return [...this.#pods.values()];
  }

  /** The recorder's own call for a pod that it creates itself. */
  called(name: string, step: 'call' | 'ack'): void {
    const row = this.#pods.get(name) ?? { name, node: '', at: {} };
    this.#pods.set(name, row);
    this.#stamp(row, step);
  }

  #row({ metadata }: Pod): PodStamps {
    const row = this.#pods.get(metadata.name) ?? { name: metadata.name, node: '', at: {} };
    this.#pods.set(metadata.name, row);
    return row;
  }

  #seen(pod: Pod): void {
    const row = this.#row(pod);
    this.#stamp(row, 'created');
    const { spec, status, metadata } = pod;
    if (spec.nodeName !== undefined) {
      row.node = spec.nodeName;
      this.#stamp(row, 'scheduled');
    }
    if (status?.phase === 'Running') this.#stamp(row, 'running');
    if (status?.phase === 'Succeeded') this.#stamp(row, 'succeeded');
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
    if (ready) this.#stamp(row, 'ready');
    else if (row.at.ready !== undefined) this.#stamp(row, 'notready');
    if (metadata.deletionTimestamp !== undefined) this.#stamp(row, 'delmark');
  }

  /** The first time counts. */
  #stamp(row: PodStamps, step: Step): void {
    row.at[step] ??= this.#simulation.now;
  }
}

/** Figures by name. */
export type Figures = { readonly [name: string]: number | Figures };

const seconds = (us: number): number => us / 1_000_000;

const steps: readonly Step[] = [
  'created',
  'scheduled',
  'running',
  'ready',
  'succeeded',
  'notready',
  'delmark',
  'deleted',
];

const quantiles = { p10: 0.1, p25: 0.25, p50: 0.5, p75: 0.75, p90: 0.9 } as const;

/** When the k-th pod reached each step, in seconds from `startUs`; only what happened since. */
export function kthEvents(pods: readonly PodStamps[], startUs: SimTime): Figures {
  const figures: Record<string, Figures> = {};
  for (const step of steps) {
    const times = pods.flatMap(({ at }) => {
      const time = at[step];
      return time === undefined || time < startUs ? [] : [seconds(time - startUs)];
    });
    if (times.length === 0) continue;
    const sample = sorted(times);
    const first = quantile(sample, 0);
    const last = quantile(sample, 1);
    figures[step] = {
      count: sample.length,
      first,
      last,
      ...(last > first && { mean_rate_per_s: (sample.length - 1) / (last - first) }),
      ...Object.fromEntries(
        Object.entries(quantiles).map(([name, p]) => [name, quantile(sample, p)]),
      ),
    };
  }
  return figures;
}

const intervals: readonly (readonly [Step, Step, string])[] = [
  ['call', 'ack', 'call_to_ack'],
  ['call', 'created', 'call_to_created_seen'],
  ['call', 'scheduled', 'call_to_scheduled'],
  ['call', 'ready', 'call_to_ready'],
  ['created', 'scheduled', 'created_to_scheduled'],
  ['created', 'ready', 'created_to_ready'],
  ['scheduled', 'running', 'scheduled_to_running'],
  ['scheduled', 'ready', 'scheduled_to_ready'],
  ['running', 'succeeded', 'running_to_succeeded'],
  ['delmark', 'deleted', 'delmark_to_deleted'],
];

/** Distributions of the time between two steps of a pod, in seconds. */
export function stepIntervals(pods: readonly PodStamps[]): Figures {
  const figures: Record<string, Figures> = {};
  for (const [from, to, name] of intervals) {
    const spans = pods.flatMap(({ at }) => {
      const [start, end] = [at[from], at[to]];
      return start === undefined || end === undefined ? [] : [seconds(end - start)];
    });
    if (spans.length === 0) continue;
    const sample = sorted(spans);
    const sum = spans.reduce((total, span) => total + span, 0);
    figures[name] = {
      n: sample.length,
      mean: sum / sample.length,
      min: quantile(sample, 0),
      p50: quantile(sample, 0.5),
      p90: quantile(sample, 0.9),
      p99: quantile(sample, 0.99),
      max: quantile(sample, 1),
    };
  }
  return figures;
}
