// Loading and running a scenario for a check of the model.

import { runScenario } from '../../dist/experiment/run-scenario.js';
import { filesIn } from '../../dist/scenario/files.js';
import { loadScenario } from '../../dist/scenario/load.js';

/** The scenario whose spec is given as YAML. */
export function loaded(spec) {
  const text = `apiVersion: kubeclock.dev/v1alpha1\nkind: Scenario\nmetadata: {name: check}\nspec:\n${spec}`;
  const { scenario, problems } = loadScenario(text, 'check.yaml', filesIn('.'), {});
  if (scenario === undefined) throw new Error(JSON.stringify(problems));
  return scenario;
}

/** Runs a scenario whose spec is given as YAML. */
export function run(spec) {
  return runScenario(loaded(spec));
}

/** Computes at the first call only, for checks that look at one run together. */
export function once(compute) {
  let result;
  return () => {
    result ??= compute();
    return result;
  };
}
