// Every scenario of the repository is a golden test: its trace hash and headline figures are kept
// below the folder scenarios/ beside this file, a file a scenario. KUBECLOCK_UPDATE_GOLDEN=1 writes
// those of the scenarios that run (`-t NAME` for one); commit the difference only when you can
// explain it, and tell it in CHANGELOG.md under "changes that alter results".
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { toSeconds } from '../../src/kernel/time.js';
import type { Overrides } from '../../src/scenario/overrides.js';
import { loadNamed, namesIn, scenarioNames } from '../support/scenarios.js';

const folder = fileURLToPath(new URL('scenarios', import.meta.url));
const isUpdate = process.env['KUBECLOCK_UPDATE_GOLDEN'] === '1';

/** Of what would take long only the beginning is run; `kubeclock check` runs the whole of most. */
const overrides: ReadonlyMap<string, Overrides> = new Map([
  ['api-flood', { until: '24s' }],
  ['apiserver-restart', { until: '14s' }],
  ['control-plane-ha', { until: '17s' }],
  [
    'density-5000',
    {
      nodes: '5',
      until: '800ms',
      set: [
        'workload.operations[0].phases[2].count=10',
        'workload.operations[1].phases[0].count=0',
      ],
    },
  ],
  ['node-pool-300', { until: '15s' }],
  ['scheduler-restart', { until: '16s' }],
]);

/** What is kept of a run. */
interface Headline {
  readonly traceHash: string;
  readonly events: number;
  readonly endSeconds: number;
  readonly end: string;
  readonly pods: number;
  readonly podsReady: number;
  readonly changesConverged: number;
  readonly changes: number;
}

const fileOf = (name: string): string => join(folder, `${name}.json`);

function headlineOf(name: string): Headline {
  const result = runScenario(loadNamed(name, overrides.get(name)));
  return {
    traceHash: result.traceHash,
    events: result.events,
    endSeconds: toSeconds(result.endUs),
    end: result.outcome.end,
    pods: result.pods.length,
    podsReady: result.pods.filter((pod) => pod.readyUs !== undefined).length,
    changesConverged: result.convergence.filter((row) => row.convergedUs !== undefined).length,
    changes: result.convergence.length,
  };
}

describe('every scenario keeps its trace', () => {
  it.each(scenarioNames())('%s', (name) => {
    const headline = headlineOf(name);
    const file = fileOf(name);
    if (isUpdate) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify(headline, null, 2)}\n`);
    }
    expect(headline).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });

  it('has no golden of a scenario that is gone', () => {
    expect(namesIn(folder, '.json')).toEqual(scenarioNames());
  });
});
