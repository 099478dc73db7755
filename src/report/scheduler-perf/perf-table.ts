// What `kubeclock run` prints for a file of scheduler_perf.
import type { PerfResult, PerfWorkloadResult } from '../../metrics/scheduler-perf/perf-result.js';
import { formatCount, formatNumber } from '../number-format.js';
import { alignRows } from '../text-table.js';
import { floorVerdict, perfRow } from './perf-rows.js';

/** Names are what the reader looks for: none is cut, however narrow the terminal is. */
const width = Number.MAX_SAFE_INTEGER;
const none = '–';

const rate = (value: number): string =>
  Number.isNaN(value) ? none : formatNumber(value, value < 100 ? 1 : 0);

const seconds = (value: number): string => (Number.isNaN(value) ? none : value.toFixed(3));

/** Paints a word; absent: no colours. */
export type Paint = (style: 'heading' | 'pass' | 'fail', text: string) => string;

/** A table of the workloads, and below it what has failed or was not run. */
export function perfTable(result: PerfResult, paint: Paint = (_, text) => text): string {
  const header = [
    'TEST CASE',
    'WORKLOAD',
    'NODES',
    'PODS',
    'SECONDS',
    'PODS/S',
    'AVERAGE',
    'P50',
    'P90',
    'P99',
    'FLOOR',
    '',
  ];
  const rows = result.workloads.map(cellsOf);
  const [head = '', ...lines] = alignRows([header, ...rows], { align: 'llrrrrrrrrrl', width });
  const painted = lines.map((line, index) => {
    const verdict = floorVerdict(result.workloads[index] as PerfWorkloadResult);
    if (verdict === 'none') return line;
    const cut = line.length - verdict.length;
    return line.slice(0, cut) + paint(verdict === 'above' ? 'pass' : 'fail', line.slice(cut));
  });
  return [paint('heading', head), ...painted, ...notes(result, paint), '']
    .filter((line, index, all) => line !== '' || index === all.length - 1)
    .join('\n');
}

function cellsOf(result: PerfWorkloadResult): string[] {
  const row = perfRow(result);
  const verdict = floorVerdict(result);
  return [
    result.testCase,
    result.workload,
    formatCount(result.nodes),
    formatCount(row.scheduled),
    seconds(row.seconds),
    rate(row.podsPerSecond),
    ...[row.average, row.p50, row.p90, row.p99].map(rate),
    result.verdict === undefined ? none : rate(result.verdict.threshold),
    verdict === 'none' ? '' : verdict,
  ];
}

function notes({ workloads, unsupported }: PerfResult, paint: Paint): string[] {
  const failed = workloads
    .filter(({ failure }) => failure !== '')
    .map((each) => `${paint('fail', 'failed')} ${each.testCase}/${each.workload}: ${each.failure}`);
  const notRun = unsupported.map(
    ({ testCase, reasons }) => `not run: ${testCase} (not supported: ${reasons.join(', ')})`,
  );
  return [...failed, ...notRun, ...notices(workloads)];
}

/** Each notice once, with the first workload that it is about. */
function notices(workloads: readonly PerfWorkloadResult[]): string[] {
  const named = new Map<string, string[]>();
  for (const { testCase, workload, notices: own } of workloads) {
    for (const notice of own) {
      named.set(notice, [...(named.get(notice) ?? []), `${testCase}/${workload}`]);
    }
  }
  return [...named].map(([notice, [first = '', ...others]]) => {
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    return `${first}${more}: ${notice}`;
  });
}
