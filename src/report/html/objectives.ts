// What SIG Scalability's objectives say of the run: API calls and pod startup.
import type { ApiCallSli, RunResult } from '../../metrics/run-result.js';
import { ascending } from '../../stats/ascending.js';
import { formatCount, formatDuration } from '../number-format.js';
import { startupVerdict } from '../startup-objective.js';
import { type Html, html, nothing } from './markup.js';
import { shownRows, table } from './table.js';

const mostCalls = 30;

interface Objective {
  readonly title: string;
  readonly scope: string;
  readonly count: number;
  readonly p99Us: number;
  readonly limitUs: number;
  readonly ok: boolean;
}

/** The section, or `nothing` when no pod started and no call was judged. */
export function objectiveSection({ pods, apiCallSlis }: RunResult): Html {
  const startup = startupVerdict(pods);
  const startups =
    startup === undefined
      ? []
      : [{ title: 'Pod startup without image pulls', scope: '', ...startup }];
  const share = ({ p99Us, limitUs }: ApiCallSli): number => p99Us / limitUs;
  const name = (row: ApiCallSli): string => `${callName(row)} ${row.scope}`;
  const calls = [...apiCallSlis]
    .sort((a, b) => ascending(share(b), share(a)) || ascending(name(a), name(b)))
    .map((row) => ({ ...row, title: callName(row) }));
  const all = [...startups, ...calls];
  if (all.length === 0) return nothing;
  const missed = all.filter(({ ok }) => !ok).length;
  return html`${verdict(all.length, missed)}
<p class="note">99th percentile of the worst 5 minutes. Pods: at most 5 s from creation to started
containers. Calls: at most 1 s, reads of a namespace or the cluster 30 s, without waits in flow
control.</p>
${shownRows(Math.min(calls.length, mostCalls), calls.length, 'those nearest to their limit', 'summary.json')}
${objectiveTable([...startups, ...calls.slice(0, mostCalls)])}`;
}

function verdict(all: number, missed: number): Html {
  const text =
    missed === 0
      ? html`<span class="pass">✓ ${formatCount(all)} of ${formatCount(all)} objectives hold</span>`
      : html`<span class="warn">! ${formatCount(missed)} of ${formatCount(all)} objectives are
missed</span>`;
  return html`<p class="verdict">${text}</p>`;
}

function callName({ verb, resource, subresource }: ApiCallSli): string {
  return `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}`;
}

function objectiveTable(rows: readonly Objective[]): Html {
  const duration = (title: string, readUs: (row: Objective) => number) => ({
    title,
    isNumeric: true,
    cell: (row: Objective) => formatDuration(readUs(row)),
  });
  return table<Objective>(
    'Objectives of SIG Scalability, nearest to the limit first',
    [
      { title: 'Objective', cell: ({ title }) => title },
      { title: 'Scope', cell: ({ scope }) => scope },
      { title: 'Samples', isNumeric: true, cell: ({ count }) => formatCount(count) },
      duration('p99', ({ p99Us }) => p99Us),
      duration('Limit', ({ limitUs }) => limitUs),
      {
        title: 'Verdict',
        cell: ({ ok }) =>
          ok ? html`<span class="pass">✓ holds</span>` : html`<span class="warn">! missed</span>`,
      },
    ],
    rows,
  );
}
