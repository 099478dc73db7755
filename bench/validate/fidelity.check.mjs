// Recorded runs of a real control plane beside their predictions, by the rule of `kubeclock
// fidelity`: the four runs that the tests keep, an idle cluster, a Deployment, bare pods and a Job.
// Source: recorded control plane, timeline.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { recordedFilesIn } from '../../dist/cli/recorded-files.js';
import { compareGroup, scoreOf } from '../../dist/experiment/fidelity/fidelity.js';
import { readRecording } from '../../dist/experiment/fidelity/recording.js';

const pathOf = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** Percent of the recorded figures whose prediction is within [0.66, 1.50]. */
function matchingPercent() {
  const text = readFileSync(pathOf('scenarios/profiles/recorded-2core.yaml'), 'utf8');
  const profile = { file: 'recorded-2core', text };
  const { groups, problems } = readRecording(recordedFilesIn(pathOf('test/golden/fidelity')));
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return scoreOf(groups.flatMap((group) => compareGroup(group, profile))).percent;
}

/** From 90 to 100 %. */
const expected = 95;

export const checks = [
  {
    name: 'fidelity: recorded figures of four runs that match',
    unit: '%',
    expected,
    tolerance: 5 / expected,
    measure: matchingPercent,
    source:
      "at least 90 % within [0.66, 1.50], SIG-Scalability's rule; all runs: kubeclock fidelity",
  },
];
