// Whether paired differences could be chance: were they, each could as well have the other sign.
// The p-value is the share of all ways to give them signs whose sum is as far from 0 as the
// observed one. Up to 20 differences all ways are counted, beyond that a sample of them.
// Source: R. A. Fisher, The Design of Experiments (1935), section 21; for sampled ways B. Phipson,
// G. K. Smyth, Permutation P-values Should Never Be Zero (2010).
import type { RandomStream } from '../kernel/random-stream.js';
import { neumaierSum } from './neumaier-sum.js';

/** So many differences have at most a million ways, which are counted in about 10 ms. */
const MOST_EXACT = 20;
const SAMPLED_WAYS = 99_999;
/** Sums that differ by their rounding alone count as equal. */
const TOLERANCE = 1e-12;

/**
 * The two-sided p-value of finite differences, above 0 and at most 1; 1 without any. `stream` is
 * drawn from only where ways are sampled. O(2^n) up to 20 differences, then O(n).
 */
export function signFlipTest(
  differences: ArrayLike<number>,
  stream: Pick<RandomStream, 'uniform'>,
): number {
  const sizes = Float64Array.from(differences).filter((each) => each !== 0);
  if (sizes.length === 0) return 1;
  const scale = neumaierSum(sizes.map(Math.abs));
  const bound = Math.abs(neumaierSum(sizes)) - TOLERANCE * scale;
  if (sizes.length <= MOST_EXACT) {
    // A way and its opposite are equally far from 0: the first sign may stay as it is.
    return waysBeyond(sizes, 1, sizes[0] as number, bound) / (1 << (sizes.length - 1));
  }
  let beyond = 1;
  for (let way = 0; way < SAMPLED_WAYS; way++) {
    let sum = 0;
    for (const size of sizes) sum += stream.uniform() < 0.5 ? size : -size;
    if (Math.abs(sum) >= bound) beyond++;
  }
  return beyond / (SAMPLED_WAYS + 1);
}

/** Ways to give signs to the differences from `index` on so that the sum is at least `bound` off 0. */
function waysBeyond(sizes: Float64Array, index: number, sum: number, bound: number): number {
  if (index === sizes.length) return Math.abs(sum) >= bound ? 1 : 0;
  const size = sizes[index] as number;
  return (
    waysBeyond(sizes, index + 1, sum + size, bound) +
    waysBeyond(sizes, index + 1, sum - size, bound)
  );
}
