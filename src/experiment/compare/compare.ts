// Comparing policies within a program: the runs of `kubeclock compare`, one after the other.
import type { PluginRegistry } from '../../control-plane/scheduler/framework/plugin-handle.js';
import type { LoadedScenario } from '../../scenario/scenario.js';
import { runScenario } from '../run-scenario.js';
import { type Measure, measured, measures } from './measures.js';
import { type ComparisonResult, replicate } from './replicate.js';

/** A policy: the scenario as it is loaded with it. */
export interface ComparedPolicy {
  readonly name: string;
  readonly scenario: LoadedScenario;
  /** As loading has found them. */
  readonly plugins?: PluginRegistry;
}

export interface CompareOptions {
  /** Runs of each policy; 20 when absent. */
  readonly seeds?: number;
  /** Stop when every difference is known to this part of the mean, 0.02 for 2 %. */
  readonly precision?: number;
  /** The common ones when absent; `measuresWith` has more. */
  readonly measures?: readonly Measure[];
}

/**
 * Runs each policy with the same seeds, made from that of the first one's scenario, and compares
 * the others with the first.
 * @throws what `runScenario` throws.
 */
export function compare(
  policies: readonly ComparedPolicy[],
  options: CompareOptions = {},
): Promise<ComparisonResult> {
  const { seeds = 20, precision, measures: by = measures } = options;
  const names = policies.map(({ name }) => name);
  const seed = policies[0]?.scenario.seed ?? '1';
  return replicate({ policies: names, seed, seeds, precision, measures: by }, async (jobs) =>
    jobs.map((job) => {
      const { scenario, plugins } = policies[job.policy] as ComparedPolicy;
      const result = runScenario({ ...scenario, seed: job.seed }, plugins ? { plugins } : {});
      return { seed: job.seed, traceHash: result.traceHash, values: measured(result, by) };
    }),
  );
}
