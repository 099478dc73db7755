// The tables of the lower half of the page: API requests, nodes, Kubernetes Events, notices.
import type { EventRow, NodeRow, RequestRow, RunResult } from '../../metrics/run-result.js';
import { ascending } from '../../stats/ascending.js';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
} from '../number-format.js';
import { type Html, html, nothing } from './markup.js';
import { shortText, shownRows, table } from './table.js';

const mostRequests = 100;
const mostNodes = 50;
const mostEvents = 100;
const mostNotices = 100;

/** API requests by verb and resource, most frequent first. */
export function requestSection({ requests }: RunResult): Html {
  if (requests.length === 0) return nothing;
  const key = (row: RequestRow): string =>
    [row.resource, row.subresource, row.verb, row.scope, row.client].join('/');
  const rows = [...requests]
    .sort((a, b) => ascending(b.count, a.count) || ascending(key(a), key(b)))
    .slice(0, mostRequests);
  const latency = (title: string, readUs: (row: RequestRow) => number) => ({
    title,
    isNumeric: true,
    cell: (row: RequestRow) => duration(readUs(row)),
  });
  return html`${shownRows(rows.length, requests.length, 'the most frequent', 'api-requests.csv')}
${table<RequestRow>(
  'Requests and their latency in the apiserver, most frequent first',
  [
    { title: 'Request', cell: requestName },
    { title: 'Client', cell: (row) => row.client },
    { title: 'Count', isNumeric: true, cell: (row) => formatCount(row.count) },
    { title: 'Errors', isNumeric: true, cell: (row) => formatCount(row.errors) },
    latency('Mean', (row) => row.meanUs),
    latency('p50', (row) => row.p50Us),
    latency('p90', (row) => row.p90Us),
    latency('p99', (row) => row.p99Us),
    latency('Max', (row) => row.maxUs),
    latency('Queue wait', (row) => row.meanQueueWaitUs),
  ],
  rows,
)}`;
}

function requestName({ verb, resource, subresource }: RequestRow): string {
  return `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}`;
}

function duration(us: number): string {
  return Number.isNaN(us) ? '–' : formatDuration(us);
}

/** Nodes at the end of the run, those that are not ready first, then the fullest. */
export function nodeTable({ nodes }: RunResult): Html {
  if (nodes.length === 0) return nothing;
  const rows = [...nodes]
    .sort(
      (a, b) =>
        ascending(Number(a.ready), Number(b.ready)) ||
        ascending(cpuShare(b), cpuShare(a)) ||
        ascending(b.pods, a.pods) ||
        ascending(a.name, b.name),
    )
    .slice(0, mostNodes);
  const rule = 'those not ready, then those with most CPU requested';
  return html`${shownRows(rows.length, nodes.length, rule, 'nodes.csv')}
${table<NodeRow>(
  'Nodes at the end of the run',
  [
    { title: 'Node', cell: (row) => row.name },
    { title: 'Zone', cell: (row) => row.zone },
    { title: 'Ready', cell: readiness },
    { title: 'Pods', isNumeric: true, cell: (row) => formatCount(row.pods) },
    { title: 'CPU requested', isNumeric: true, cell: (row) => formatPercent(cpuShare(row)) },
    { title: 'CPU cores', isNumeric: true, cell: (r) => formatNumber(r.cpuAllocatableMilli / 1e3) },
    { title: 'Memory requested', isNumeric: true, cell: (row) => formatPercent(memoryShare(row)) },
    { title: 'Memory', isNumeric: true, cell: (row) => formatBytes(row.memoryAllocatableBytes) },
    { title: 'Images pulled', isNumeric: true, cell: (row) => formatCount(row.imagesPulled) },
    { title: 'Image bytes', isNumeric: true, cell: (row) => formatBytes(row.imageBytesPulled) },
  ],
  rows,
)}`;
}

function readiness({ ready }: NodeRow): Html {
  return ready
    ? html`<span class="pass">✓ ready</span>`
    : html`<span class="fail">✗ not ready</span>`;
}

function cpuShare({ cpuRequestedMilli, cpuAllocatableMilli }: NodeRow): number {
  return cpuAllocatableMilli > 0 ? cpuRequestedMilli / cpuAllocatableMilli : 0;
}

function memoryShare({ memoryRequestedBytes, memoryAllocatableBytes }: NodeRow): number {
  return memoryAllocatableBytes > 0 ? memoryRequestedBytes / memoryAllocatableBytes : 0;
}

/** The last Kubernetes Events, in order of time. */
export function eventSection({ kubernetesEvents }: RunResult): Html {
  if (kubernetesEvents.length === 0) return nothing;
  const rows = kubernetesEvents.slice(-mostEvents);
  return html`${shownRows(rows.length, kubernetesEvents.length, 'the last ones', 'events.csv')}
${table<EventRow>(
  'Events in order of time',
  [
    { title: 'Object', cell: (row) => row.involved },
    { title: 'At', isNumeric: true, cell: (row) => formatDuration(row.timeUs) },
    { title: 'Type', cell: eventType },
    { title: 'Reason', cell: (row) => row.reason },
    { title: 'Count', isNumeric: true, cell: (row) => formatCount(row.count) },
    { title: 'From', cell: (row) => row.source },
    {
      title: 'Message',
      cell: ({ message }) => html`<span class="text">${shortText(message)}</span>`,
    },
  ],
  rows,
)}`;
}

function eventType({ type }: EventRow): Html {
  return type === 'Warning' ? html`<span class="warn">! Warning</span>` : html`${type}`;
}

/** What the reader must know. */
export function noticeSection({ notices }: RunResult): Html {
  if (notices.length === 0) return nothing;
  const shown = notices.slice(0, mostNotices);
  return html`${shownRows(shown.length, notices.length, 'the first ones', 'summary.json')}
<ul class="notices">
${shown.map(
  (notice) => html`<li>${shortText(notice)}</li>
`,
)}</ul>
`;
}
