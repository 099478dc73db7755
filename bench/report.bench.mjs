// The page of a run of 5,000 nodes and 150,000 pods. A small run is made and its rows are copied
// under other names, so that only the report is measured: first in its process, as the command
// line has it, so that nothing is compiled yet.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runScenario } from '../dist/experiment/run-scenario.js';
import { NodeHistoryRecorder } from '../dist/metrics/node-history.js';
import { renderPage } from '../dist/report/html/page.js';
import { cpuSeconds, scenarioNamed } from './whole-run.mjs';

const NODES = 5_000;
const PODS_PER_NODE = 30;
const SAMPLES = 300;
const BYTES_MAX = 2_000_000;

/** So many rows, copies of those given, each changed by its number. */
const copies = (rows, count, change) =>
  Array.from({ length: count }, (_, i) => ({ ...rows[i % rows.length], ...change(i) }));

/** Every node fills at a speed of its own. */
function nodeHistory() {
  const recorder = new NodeHistoryRecorder();
  for (let sample = 0; sample < SAMPLES; sample++) {
    for (let node = 0; node < NODES; node++) {
      const share = Math.min(1, (sample * (1 + (node % 5))) / SAMPLES);
      const pods = Math.floor(share * PODS_PER_NODE);
      const use = { ready: true, pods, cpuShare: pods / 40, memoryShare: pods / 80 };
      recorder.note(sample, `workers-${node}`, `zone-${node % 3}`, use);
    }
  }
  return recorder.history;
}

function largeResult() {
  const result = runScenario(scenarioNamed('quickstart.yaml'));
  const pods = NODES * PODS_PER_NODE;
  const timeUs = Array.from({ length: SAMPLES }, (_, i) => (i + 1) * 1_000_000);
  const long = (values) => timeUs.map((_, i) => values[i % values.length] ?? 0);
  const { columns } = result.timeSeries;
  return {
    ...result,
    pods: copies(result.pods, pods, (i) => ({
      name: `web-6f9c7d5b8d-${i}`,
      uid: `uid-${i}`,
      node: `workers-${i % NODES}`,
    })),
    nodes: copies(result.nodes, NODES, (i) => ({ name: `workers-${i}` })),
    nodeHistory: nodeHistory(),
    kubernetesEvents: copies(result.kubernetesEvents, 3 * pods, (i) => ({ timeUs: i })),
    timeSeries: {
      timeUs,
      columns: columns.map(({ name, values }) => ({ name, values: long(values) })),
    },
    stationSeries: result.stationSeries.map((series) => ({
      ...series,
      busy: long(series.busy),
      waiting: long(series.waiting),
    })),
  };
}

function pageSeconds() {
  const require = createRequire(import.meta.url);
  const asset = (file) => readFileSync(require.resolve(`uplot/dist/${file}`), 'utf8');
  const assets = { uPlotJs: asset('uPlot.iife.min.js'), uPlotCss: asset('uPlot.min.css') };
  const result = largeResult();
  const start = cpuSeconds();
  const page = renderPage(result, assets);
  const seconds = cpuSeconds() - start;
  if (page.length > BYTES_MAX) throw new Error(`the page has ${page.length} bytes`);
  return seconds;
}

export const cases = [{ name: 'report-5000', unit: 's', atMost: 3, measure: pageSeconds }];
