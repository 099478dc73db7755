// Clusters for benchmarks of whole runs, from a scenario's spec.

import { filesIn } from '../dist/scenario/files.js';
import { loadScenario } from '../dist/scenario/load.js';

/** The scenario of a spec in YAML. */
export function scenarioOf(spec) {
  const head =
    'apiVersion: kubeclock.dev/v1alpha1\nkind: Scenario\nmetadata: {name: bench}\nspec:\n';
  const { scenario, problems } = loadScenario(head + spec, 'bench.yaml', filesIn('.'), {});
  if (scenario === undefined) throw new Error(JSON.stringify(problems));
  return scenario;
}

/** Seconds of processor time of this process so far, so that turns of others do not count. */
export function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
