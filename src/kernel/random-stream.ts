// Named random streams: one per (component, entity, purpose), so that a new consumer, or a policy
// that reorders work, shifts nobody else's draws. What a policy could reorder is named by entity
// (a pod's pull time belongs to its UID). Generator: Alea, the same bits on every engine.
import seedrandom from 'seedrandom';
import { assert } from './assert.js';

/** A sequence of random numbers that depends on the seed and the stream's name only. */
export interface RandomStream {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform integer in [0, limit); limit is an integer in 1..2^32. */
  below(limit: number): number;
}

/** Makes streams from one seed. The number 1 and the string '1' are the same seed. */
export class RandomRoot {
  readonly seed: string;

  constructor(seed: string | number) {
    this.seed = String(seed);
    assert(this.seed.length > 0, 'a seed must not be empty');
  }

  /** The stream of that name, from its beginning; about 3 µs. */
  stream(name: string): RandomStream {
    const alea = seedrandom.alea(`${this.seed}/${name}`);
    return {
      uniform: () => alea.double(),
      below: (limit) => Math.floor(alea.double() * limit),
    };
  }
}
