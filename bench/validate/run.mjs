// Running a scenario for a check of the model.

import { runScenario } from '../../dist/experiment/run-scenario.js';
import { filesIn } from '../../dist/scenario/files.js';
import { loadScenario } from '../../dist/scenario/load.js';

/** Runs a scenario given as YAML. */
export function run(spec) {
  const text = `apiVersion: kubeclock.dev/v1alpha1\nkind: Scenario\nmetadata: {name: check}\nspec:\n${spec}`;
  const { scenario, problems } = loadScenario(text, 'check.yaml', filesIn('.'), {});
  if (scenario === undefined) throw new Error(JSON.stringify(problems));
  return runScenario(scenario);
}
