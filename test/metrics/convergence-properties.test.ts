// The counting of convergence against a judgement from scratch: after every step of a random
// history a change is asked for; changes are open exactly while what is differs from what is
// wanted.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EndpointSlice } from '../../src/api/endpoint-slice.js';
import { ConvergenceBench } from './convergence-bench.js';
import { deployment, pod, replicaSet, service, slice } from './story.js';

const images = ['nginx:1', 'nginx:2'];
const slices = ['x', 'y'];
const steps = [
  'add',
  'bind',
  'ready',
  'unready',
  'terminate',
  'remove',
  'scale',
  'roll',
  'publish',
];

type Step = readonly [step: string, name: number, variant: number];

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(...steps),
  fc.nat({ max: 3 }),
  fc.nat({ max: 15 }),
);

/** A Deployment of up to 3 pods out of 4, one ReplicaSet an image, and perhaps a Service. */
class History {
  readonly bench = new ConvergenceBench();
  readonly #pods = new Set<string>();
  readonly #slices = new Map<string, EndpointSlice>();
  readonly #hasService: boolean;
  #generation = 0;
  #replicas = 1;
  #image = 0;

  constructor(hasService: boolean) {
    this.#hasService = hasService;
    this.bench.put(this.#deployment(), this.#replicaSet(0), this.#replicaSet(1));
    if (hasService) this.bench.put(service('web'));
  }

  #deployment() {
    return deployment('web', this.#replicas, images[this.#image]);
  }

  #replicaSet(image: number) {
    return replicaSet(`web-${image}`, 1, deployment('web', 1, images[image]));
  }

  perform([step, index, variant]: Step): void {
    const { bench } = this;
    const name = [...this.#pods][index];
    if (step === 'add') {
      const added = `pod-${this.#generation++}`;
      this.#pods.add(added);
      bench.put(pod(added, { owner: this.#replicaSet(variant % 2) }));
    } else if (step === 'scale' || step === 'roll') {
      if (step === 'scale') this.#replicas = variant % 4;
      else this.#image = variant % 2;
      bench.put(this.#deployment());
    } else if (step === 'publish' && this.#hasService) {
      const listed = [...this.#pods].filter((_, place) => (variant >> place) % 2 === 1);
      const next = slice(slices[index % 2] ?? '', service('web'), listed);
      this.#slices.set(next.metadata.name, next);
      bench.put(next);
    } else if (name === undefined) {
      return;
    } else if (step === 'remove') {
      this.#pods.delete(name);
      bench.remove('Pod', name);
    } else if (step === 'bind') bench.bind(name);
    else if (step === 'ready') bench.bind(name).ready(name);
    else if (step === 'unready') bench.unready(name);
    else if (step === 'terminate') bench.terminate(name);
  }

  /**
   * From scratch: every pod is a Ready one of the wanted image, and listed, and nothing else is.
   */
  get isAsWanted(): boolean {
    const pods = [...this.#pods].map((name) => this.bench.get('Pod', name));
    const isRight = pods.every(
      ({ metadata, status, spec }) =>
        metadata.deletionTimestamp === undefined &&
        metadata.ownerReferences?.[0]?.name === `web-${this.#image}` &&
        spec.nodeName !== undefined &&
        status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
    );
    const listed = [...this.#slices.values()].flatMap(({ endpoints }) =>
      endpoints.map(({ targetRef }) => targetRef?.uid ?? ''),
    );
    const isPublished =
      [...this.#pods].every((name) => listed.includes(name)) &&
      listed.every((name) => this.#pods.has(name));
    return pods.length === this.#replicas && isRight && (!this.#hasService || isPublished);
  }
}

describe('after any history', () => {
  test.each([false, true])(
    'changes are open exactly while something is missing (Service: %s)',
    (has) => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (history) => {
          const story = new History(has);
          const { bench } = story;
          let settled = 0;
          history.forEach((each, index) => {
            bench.at(index + 1);
            story.perform(each);
            bench.reachNetwork();
            const wanted = bench.get('Deployment', 'web');
            bench.accept(bench.start('apply', wanted), wanted);
            const { isAsWanted } = story;
            expect(bench.convergence.isSettled()).toBe(isAsWanted);
            if (isAsWanted) settled = index + 1;
          });
          for (const row of bench.convergence.rows) {
            const isConverged = row.startedUs <= settled;
            expect(row.convergedUs !== undefined).toBe(isConverged);
            expect(row.reason === '').toBe(isConverged);
            expect(row.convergedUs ?? row.startedUs).toBeGreaterThanOrEqual(row.startedUs);
            const parts = row.criticalPath.reduce((sum, { us }) => sum + us, 0);
            expect(parts).toBe((row.convergedUs ?? bench.simulation.now) - row.startedUs);
          }
        }),
        { numRuns: 300 },
      );
    },
  );
});
