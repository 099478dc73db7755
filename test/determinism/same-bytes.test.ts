// Equal inputs give equal bytes: twice, with another run between, in a thread, with the keys of the
// input in another order.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { filesIn } from '../../src/scenario/files.js';
import { loadScenario } from '../../src/scenario/load.js';
import {
  loaded,
  loadNamed,
  root,
  scenarioFolder,
  summaryOfScenario,
} from '../support/scenarios.js';

describe('equal inputs give equal bytes', () => {
  it('runs the quickstart twice with the same summary.json', () => {
    const first = summaryOfScenario(loadNamed('quickstart'));
    expect(summaryOfScenario(loadNamed('quickstart'))).toBe(first);
    expect(JSON.parse(first)).toHaveProperty('traceHash');
  });

  it('runs A, then B, then A again in one process with the same result for A', () => {
    const first = summaryOfScenario(loadNamed('quickstart'));
    summaryOfScenario(loadNamed('rolling-update'));
    expect(summaryOfScenario(loadNamed('quickstart'))).toBe(first);
  });

  it('runs one loaded scenario twice with the same result: a run leaves its input alone', () => {
    const scenario = loadNamed('quickstart');
    expect(summaryOfScenario(scenario)).toBe(summaryOfScenario(scenario));
  });

  it('gives another trace for another seed', () => {
    const first = summaryOfScenario(loadNamed('quickstart'));
    expect(summaryOfScenario(loadNamed('quickstart', { seed: '2' }))).not.toBe(first);
  });

  it('runs in a worker thread with the same summary.json as in the main thread', async () => {
    const script = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { runScenario } = await import(workerData.base + 'experiment/run-scenario.js');
      const { renderRun } = await import(workerData.base + 'report/render-run.js');
      const files = renderRun(runScenario(workerData.scenario), { uPlotJs: '', uPlotCss: '' });
      parentPort.postMessage(files.get('summary.json'));`;
    const url = new URL(`data:text/javascript,${encodeURIComponent(script)}`);
    const base = new URL('dist/', `file://${root}`).href;
    const worker = new Worker(url, { workerData: { base, scenario: loadNamed('quickstart') } });
    const summary = await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    expect(summary).toBe(summaryOfScenario(loadNamed('quickstart')));
  });

  it('does not depend on the order of keys in the scenario and its manifests', () => {
    const expected = summaryOfScenario(loadNamed('quickstart'));
    const file = join(scenarioFolder, 'quickstart.yaml');
    const files = filesIn(scenarioFolder);
    fc.assert(
      fc.property(fc.integer(), (salt) => {
        const shuffled = {
          list: files.list,
          read: (path: string) => shuffleDocuments(readFileSync(path, 'utf8'), salt),
        };
        const text = shuffleDocuments(readFileSync(file, 'utf8'), salt);
        expect(summaryOfScenario(loaded(loadScenario(text, file, shuffled)))).toBe(expected);
      }),
      { numRuns: 3 },
    );
  });
});

/** The same YAML documents with the keys of every map in another order. */
function shuffleDocuments(text: string, salt: number): string {
  return text
    .split(/^---$/m)
    .filter((document) => parse(document, { version: '1.1' }) !== null)
    .map((document) => stringify(shuffle(parse(document, { version: '1.1' }), salt)))
    .join('---\n');
}

function shuffle(value: unknown, salt: number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffle(item, salt));
  if (typeof value !== 'object' || value === null) return value;
  const rank = (key: string): number => {
    let hash = salt | 0;
    for (const character of key) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    return hash;
  };
  const entries = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, shuffle(item, salt)]));
}
