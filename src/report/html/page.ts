// report.html: one file that works from a disk without a network (see `page-frame.ts`).
import type { RunResult } from '../../metrics/run-result.js';
import { convergenceSection } from './convergence.js';
import { headlineSection } from './headline.js';
import { latencySection } from './latency.js';
import { type Html, html } from './markup.js';
import { nodeMapScript } from './node-map-script.js';
import { nodeSection } from './nodes.js';
import { objectiveSection } from './objectives.js';
import { eventSection, noticeSection, requestSection } from './objects.js';
import { type ReportAssets, renderFrame } from './page-frame.js';
import { podProgressSection } from './pod-progress.js';
import { schedulingSection } from './scheduling.js';
import { stationSection } from './stations.js';
import { trafficSection } from './traffic.js';
import { waterfallSection } from './waterfall.js';

interface Section {
  readonly id: string;
  readonly title: string;
  /** What follows the heading; when it is empty, the section is left out. */
  readonly render: (result: RunResult) => Html;
}

const sections: readonly Section[] = [
  { id: 'result', title: 'Result', render: headlineSection },
  { id: 'notices', title: 'Notices', render: noticeSection },
  { id: 'objectives', title: 'Service level objectives', render: objectiveSection },
  { id: 'pods', title: 'Pod startup', render: waterfallSection },
  { id: 'progress', title: 'Pods over time', render: podProgressSection },
  { id: 'latency', title: 'Latency', render: latencySection },
  { id: 'convergence', title: 'Convergence', render: convergenceSection },
  { id: 'scheduling', title: 'Scheduler decisions', render: schedulingSection },
  { id: 'load', title: 'Utilisation and queues', render: stationSection },
  { id: 'nodes', title: 'Nodes', render: nodeSection },
  { id: 'api', title: 'API requests', render: requestSection },
  { id: 'traffic', title: 'Client traffic', render: trafficSection },
  { id: 'events', title: 'Kubernetes Events', render: eventSection },
];

/**
 * The text of report.html. Its size is bounded whatever the size of the run: long tables and plots
 * show a part, chosen by a rule that the page states. O(pods log pods).
 * @throws AssertionError when an asset could end the element it is put into.
 */
export function renderPage(result: RunResult, assets: ReportAssets): string {
  const lead = html`A run of the Kubernetes simulator kubeclock, seed ${result.seed}. All times are
simulated.`;
  const footer = html`The same scenario and seed give this same page. Every figure is in the CSV
and JSON files beside it.`;
  const content = {
    title: result.scenario,
    lead,
    sections: sections.map(({ id, title, render }) => ({ id, title, body: render(result) })),
    footer,
    script: nodeMapScript,
    nonce: `kubeclock-${result.traceHash}`,
  };
  return renderFrame(content, assets);
}
