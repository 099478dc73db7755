// The pods of one kind of traffic that run now, and when the next of their lookups begins: each pod
// at random times at its rate, so all of them together at the sum.
import { compileLabelSelector, type LabelMatcher } from '../../api/label-selector.js';
import type { Pod } from '../../api/pod.js';
import type { EventHandle } from '../../kernel/event-queue.js';
import { log } from '../../kernel/math.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { DnsTrafficSpec } from './dns-traffic-spec.js';
import {
  type ResolverConfig,
  type ResolverSurroundings,
  resolverConfig,
} from './resolver-config.js';

/** A pod that looks up names. */
export interface SourcePod {
  readonly uid: string;
  readonly node: number;
  readonly resolver: ResolverConfig;
}

const noEvent = -1;

export class LookupSource {
  readonly spec: DnsTrafficSpec;
  readonly #simulation: Simulation;
  readonly #surroundings: ResolverSurroundings;
  readonly #index: number;
  readonly #matches: LabelMatcher;
  readonly #began: EventKind;
  readonly #random: RandomStream;
  readonly #pods: SourcePod[] = [];
  #next: EventHandle = noEvent;

  constructor(
    simulation: Simulation,
    spec: DnsTrafficSpec,
    surroundings: ResolverSurroundings,
    index: number,
    began: EventKind,
  ) {
    this.spec = spec;
    this.#simulation = simulation;
    this.#surroundings = surroundings;
    this.#index = index;
    this.#matches = compileLabelSelector(spec.selector);
    this.#began = began;
    this.#random = simulation.random.stream(`dns-traffic/${spec.name}`);
  }

  /** A pod that has begun to run; others than those of the selector are passed over. */
  add({ metadata, spec }: Pod, node: number): void {
    const { namespace = 'default', labels = {}, uid = '' } = metadata;
    if (namespace !== this.spec.namespace || !this.#matches(labels)) return;
    if (this.#pods.some((pod) => pod.uid === uid)) return;
    const resolver = resolverConfig(spec, namespace, this.#surroundings);
    this.#pods.push({ uid, node, resolver });
    this.plan();
  }

  remove(uid: string): void {
    const index = this.#pods.findIndex((pod) => pod.uid === uid);
    if (index < 0) return;
    this.#pods.splice(index, 1);
    this.plan();
  }

  /** Who looks up what now; undefined: nobody is left. */
  draw(): { readonly pod: SourcePod; readonly name: string } | undefined {
    this.#next = noEvent;
    if (this.#pods.length === 0) return undefined;
    const { names } = this.spec;
    return {
      pod: this.#pods[this.#random.below(this.#pods.length)] as SourcePod,
      name: names[this.#random.below(names.length)] as string,
    };
  }

  /** Plans the next lookup; times between them have no memory, so it may be planned anew. */
  plan(): void {
    const { perSecond, fromUs, untilUs } = this.spec;
    if (this.#next !== noEvent) this.#simulation.cancel(this.#next);
    this.#next = noEvent;
    if (this.#pods.length === 0) return;
    const meanUs = 1_000_000 / (perSecond * this.#pods.length);
    const from = Math.max(this.#simulation.now, fromUs);
    const at = from + Math.round(0 - meanUs * log(1 - this.#random.uniform()));
    if (at < untilUs) this.#next = this.#simulation.at(at, this.#began, this.#index);
  }
}
