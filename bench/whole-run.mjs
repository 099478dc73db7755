// Clusters for benchmarks of whole runs, from a scenario's spec or file.

import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesIn } from '../dist/scenario/files.js';
import { loadScenario } from '../dist/scenario/load.js';

/** The scenario of a spec in YAML. */
export function scenarioOf(spec) {
  const head =
    'apiVersion: kubeclock.dev/v1alpha1\nkind: Scenario\nmetadata: {name: bench}\nspec:\n';
  return sound(loadScenario(head + spec, 'bench.yaml', filesIn('.'), {}));
}

/** A scenario of the folder of scenarios, with the values of `--set`. */
export function scenarioNamed(name, set = []) {
  const file = fileURLToPath(new URL(`../scenarios/${name}`, import.meta.url));
  return sound(loadScenario(readFileSync(file, 'utf8'), file, filesIn(dirname(file)), { set }));
}

/** What was loaded, which must be without a problem. */
function sound({ scenario, problems }) {
  if (scenario === undefined) throw new Error(JSON.stringify(problems));
  return scenario;
}

/** Seconds of processor time of this process so far, so that turns of others do not count. */
export function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
