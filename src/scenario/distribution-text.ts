/**
 * Distributions as a scenario writes them: `5ms`, `{p50: 2ms, p99: 8ms}`, `{uniform: [1ms, 2ms]}`,
 * `{exponential: 3ms}`, `{gamma: {mean: 3ms, shape: 2}}`, `{quantiles: [[0, 1ms], [1, 9ms]]}`,
 * `{mixture: [{weight: 99, of: 1ms}, {weight: 1, of: 1s}]}`. Sizes are written the same way.
 */

import { AssertionError } from '../kernel/assert.js';
import { type DistributionSpec, distribution } from '../kernel/distributions.js';

/** A distribution whose amounts are still text. */
export type DistributionText =
  | string
  | { readonly p50: string; readonly p99: string }
  | { readonly uniform: readonly [string, string] }
  | { readonly exponential: string }
  | { readonly gamma: { readonly mean: string; readonly shape: number } }
  | { readonly quantiles: readonly (readonly [number, string])[] }
  | { readonly mixture: readonly { readonly weight: number; readonly of: DistributionText }[] };

const distributionKeys: ReadonlySet<string> = new Set([
  'p50',
  'p99',
  'uniform',
  'exponential',
  'gamma',
  'quantiles',
  'mixture',
]);

/** Whether a tree is a distribution in object form; such a tree is replaced whole, never merged. */
export function isDistributionTree(tree: object): boolean {
  return Object.keys(tree).some((key) => distributionKeys.has(key));
}

/** The model's form. `amount` reads one amount: a duration in µs, or a size in bytes. */
export function distributionOf(
  text: DistributionText,
  amount: (text: string) => number,
): DistributionSpec {
  if (typeof text === 'string') return { kind: 'constant', value: amount(text) };
  if ('p50' in text) return { kind: 'logNormal', p50: amount(text.p50), p99: amount(text.p99) };
  if ('uniform' in text) {
    return { kind: 'uniform', low: amount(text.uniform[0]), high: amount(text.uniform[1]) };
  }
  if ('exponential' in text) return { kind: 'exponential', mean: amount(text.exponential) };
  if ('gamma' in text) {
    return { kind: 'gamma', mean: amount(text.gamma.mean), shape: text.gamma.shape };
  }
  if ('quantiles' in text) {
    return { kind: 'quantiles', table: text.quantiles.map(([p, value]) => [p, amount(value)]) };
  }
  return {
    kind: 'mixture',
    parts: text.mixture.map(({ weight, of }) => ({ weight, of: distributionOf(of, amount) })),
  };
}

/** Why the parameters do not make a distribution, as the kernel says it; undefined when they do. */
export function distributionFault(spec: DistributionSpec): string | undefined {
  try {
    distribution(spec);
    return undefined;
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
}
