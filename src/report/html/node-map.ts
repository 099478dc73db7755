// The heat map of nodes: a cell a node, coloured by what is asked of it, at a time that a slider
// sets. A script draws it from packed frames; the table says the same by classes of nodes.
import type { RunResult } from '../../metrics/run-result.js';
import { type NodeFrame, nodeFrames } from '../node-frames.js';
import { formatCount, formatDuration, formatPercent } from '../number-format.js';
import { spreadIndices } from '../spread-indices.js';
import { type Html, html, nothing, scriptJson } from './markup.js';
import { type PackedFrames, packFrames } from './node-map-data.js';
import { countColumn, shortText, table } from './table.js';

/** Steps of the slider; fewer when their changes take too many bytes. */
const mostFrames = 120;
/** Longest text of all changes together. */
const mostBytes = 480_000;
/** Nodes with a cell. */
const mostNodes = 15_000;
/** Longest name of a node in the map. */
const longestName = 63;
/** Rows of the table. */
const tableRows = 12;

/** Nodes by the share of their CPU that is asked for, whole percents below `below`. */
const classes: readonly { readonly title: string; readonly below: number }[] = [
  { title: 'CPU < 25 %', below: 25 },
  { title: '25–50 %', below: 50 },
  { title: '50–75 %', below: 75 },
  { title: '75–95 %', below: 95 },
  { title: '≥ 95 %', below: Number.POSITIVE_INFINITY },
];

/** The figure, or `nothing` when no sample was taken. */
export function nodeMap(result: RunResult): Html {
  const frames = nodeFrames(result, mostFrames);
  if (frames.length === 0) return nothing;
  const { names, zones } = result.nodeHistory;
  const shown = Math.min(names.length, mostNodes);
  const zoneNames = [...new Set(zones)];
  const data = {
    ...packed(result, frames),
    mostPods: mostOf(frames),
    names: shortNames(names.slice(0, shown)),
    zones: zoneNames.map(shortText),
    zoneOf: zones.slice(0, shown).map((zone) => zoneNames.indexOf(zone)),
  };
  return html`<figure class="node-map">
<figcaption>Nodes over time</figcaption>
<p class="note">A cell a node, in order of registration${shownPart(shown, names.length)}. The
slider sets the time; point at a cell, or move through the cells with the arrow keys, to read
it.</p>
<div class="controls" hidden>
<label>Show <select>
<option value="cpu">CPU requested</option>
<option value="memory">Memory requested</option>
<option value="pods">Pods</option>
</select></label>
<button type="button">Play</button>
<label class="wide">Time <input type="range" min="0" max="${frames.length - 1}" step="1"></label>
<output></output>
</div>
<canvas hidden tabindex="0" role="application" aria-roledescription="heat map"
aria-label="Nodes by what is requested of them; arrow keys read one node after the other."></canvas>
<ul class="key" hidden>
<li>nothing <span class="ramp"></span> <span class="full">100 %</span></li>
<li><svg aria-hidden="true"><rect width="13" height="13" class="down"/><path class="down"
d="M0 13L13 0"/></svg>not ready</li>
<li><svg aria-hidden="true"><rect width="13" height="13" class="absent"/></svg>not registered</li>
</ul>
<p class="readout" role="status"></p>
<noscript><p class="note">The map is drawn by a script; the table holds its figures.</p></noscript>
<script type="application/json">${scriptJson(data)}</script>
<details><summary>Nodes over time as a table</summary>
${classTable(frames)}</details>
</figure>
`;
}

function shownPart(shown: number, all: number): string {
  return shown === all ? '' : ` (the first ${formatCount(shown)} of ${formatCount(all)})`;
}

/** As many frames as fit. */
function packed(result: RunResult, frames: readonly NodeFrame[]): PackedFrames {
  let packing = packFrames(firstNodes(frames));
  for (let count = frames.length; packing.changes.length > mostBytes && count > 1; ) {
    count = Math.ceil(count / 2);
    packing = packFrames(firstNodes(nodeFrames(result, count)));
  }
  return packing;
}

function firstNodes(frames: readonly NodeFrame[]): readonly NodeFrame[] {
  if ((frames[0]?.state.length ?? 0) <= mostNodes) return frames;
  return frames.map(({ timeUs, state, pods, cpuPercent, memoryPercent }) => ({
    timeUs,
    state: state.subarray(0, mostNodes),
    pods: pods.subarray(0, mostNodes),
    cpuPercent: cpuPercent.subarray(0, mostNodes),
    memoryPercent: memoryPercent.subarray(0, mostNodes),
  }));
}

/** Each name as what it shares with the one before, and its rest. */
function shortNames(names: readonly string[]): (readonly [number, string])[] {
  let before = '';
  return names.map((name) => {
    const text = name.length <= longestName ? name : `${name.slice(0, longestName - 1)}…`;
    let shared = 0;
    while (shared < text.length && text[shared] === before[shared]) shared++;
    before = text;
    return [shared, text.slice(shared)] as const;
  });
}

function mostOf(frames: readonly NodeFrame[]): number {
  return frames.reduce((most, { pods }) => pods.reduce((a, b) => Math.max(a, b), most), 1);
}

interface ClassRow {
  readonly timeUs: number;
  readonly nodes: number;
  readonly notReady: number;
  readonly empty: number;
  readonly counts: readonly number[];
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
}

function classTable(frames: readonly NodeFrame[]): Html {
  const rows = spreadIndices(frames.length, tableRows).flatMap((index) => {
    const frame = frames[index];
    return frame === undefined ? [] : [classRow(frame)];
  });
  return table<ClassRow>(
    'Nodes by what is requested of them, over time',
    [
      { title: 'At', isNumeric: true, cell: ({ timeUs }) => formatDuration(timeUs) },
      countColumn('Nodes', ({ nodes }) => nodes),
      countColumn('Not ready', ({ notReady }) => notReady),
      countColumn('Without pods', ({ empty }) => empty),
      ...classes.map(({ title }, index) =>
        countColumn<ClassRow>(title, ({ counts }) => counts[index] ?? 0),
      ),
      { title: 'Mean CPU', isNumeric: true, cell: ({ cpu }) => formatPercent(cpu / 100) },
      { title: 'Mean memory', isNumeric: true, cell: ({ memory }) => formatPercent(memory / 100) },
      countColumn('Pods', ({ pods }) => pods),
    ],
    rows,
  );
}

function classRow({ timeUs, state, pods, cpuPercent, memoryPercent }: NodeFrame): ClassRow {
  const counts = classes.map(() => 0);
  const sums = { nodes: 0, notReady: 0, empty: 0, cpu: 0, memory: 0, pods: 0 };
  for (let node = 0; node < state.length; node++) {
    if (state[node] === 0) continue;
    sums.nodes++;
    if (state[node] === 1) sums.notReady++;
    if (pods[node] === 0) sums.empty++;
    sums.cpu += cpuPercent[node] as number;
    sums.memory += memoryPercent[node] as number;
    sums.pods += pods[node] as number;
    const found = classes.findIndex(({ below }) => (cpuPercent[node] as number) < below);
    counts[found] = (counts[found] ?? 0) + 1;
  }
  const nodes = Math.max(1, sums.nodes);
  return { timeUs, ...sums, counts, cpu: sums.cpu / nodes, memory: sums.memory / nodes };
}
