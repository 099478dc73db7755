// Every scenario of the repository is a golden test: its trace hash and headline figures are kept
// in scenarios.json beside this file. KUBECLOCK_UPDATE_GOLDEN=1 rewrites it; commit the difference
// only when you can explain it, and tell it in CHANGELOG.md under "changes that alter results".
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { toSeconds } from '../../src/kernel/time.js';
import { loadNamed, scenarioNames } from '../support/scenarios.js';

const file = fileURLToPath(new URL('scenarios.json', import.meta.url));
const isUpdate = process.env['KUBECLOCK_UPDATE_GOLDEN'] === '1';

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

const known = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Headline>;
const found: Record<string, Headline> = {};

function headlineOf(name: string): Headline {
  const result = runScenario(loadNamed(name));
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
    found[name] = headline;
    if (!isUpdate) expect(headline).toEqual(known[name]);
  });

  it('has no golden of a scenario that is gone', () => {
    if (!isUpdate) expect(Object.keys(known).sort()).toEqual(scenarioNames());
  });
});

afterAll(() => {
  if (isUpdate) writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);
});
