// convergence.csv: how long every change took to take effect, and in which stage the time went.
import type { ConvergenceRow } from '../../metrics/run-result.js';
import { bottleneckOf } from '../bottleneck.js';
import { convergenceStages, stageSpans } from '../stages.js';
import {
  type CsvColumn,
  type CsvFile,
  csvFile,
  numberColumn,
  secondsColumn,
  textColumn,
} from './csv-file.js';

const stageEnds: ReadonlyMap<string, string> = new Map([
  ['accepted', 'The API call was answered.'],
  ['created', 'All wanted pods exist.'],
  ['scheduled', 'All wanted pods are bound.'],
  ['ready', 'All wanted pods are ready, and no others are left.'],
  ['endpoints_published', 'All of them are in EndpointSlices.'],
  ['endpoints_programmed', 'Every kube-proxy has programmed them.'],
  ['dns_resolvable', 'The cluster DNS answers with them.'],
]);

const ends: readonly CsvColumn<ConvergenceRow>[] = convergenceStages.map(({ name, endUs }) =>
  secondsColumn(`${name}_seconds`, stageEnds.get(name) ?? '', endUs),
);

const durations: readonly CsvColumn<ConvergenceRow>[] = convergenceStages.map(
  ({ name, title }, index) =>
    secondsColumn(
      `${name}_duration_seconds`,
      `What the stage "${title}" added after all stages before it.`,
      (row) => {
        const span = stageSpans(convergenceStages, row.startedUs, row)[index];
        return span === undefined ? undefined : span.toUs - span.fromUs;
      },
    ),
);

/** One row a change. */
export const convergenceCsv: CsvFile = csvFile<ConvergenceRow>(
  'convergence.csv',
  'One row for every change that a client asked for.',
  [
    textColumn(
      'change',
      'What was asked for: `apply Deployment/default/web`.',
      (row) => row.change,
    ),
    textColumn('namespace', 'Namespace of the workload.', (row) => row.namespace),
    textColumn('kind', 'Kind of the workload.', (row) => row.kind),
    textColumn('name', 'Name of the workload.', (row) => row.name),
    numberColumn('replicas', 'Pods wanted.', (row) => row.replicas),
    secondsColumn('started_seconds', 'The client sent its request.', (row) => row.startedUs),
    ...ends,
    secondsColumn(
      'converged_seconds',
      'All stages that apply have ended; empty when it never converged.',
      (row) => row.convergedUs,
    ),
    ...durations,
    secondsColumn('convergence_duration_seconds', 'From started to converged.', (row) =>
      row.convergedUs === undefined ? undefined : row.convergedUs - row.startedUs,
    ),
    textColumn('longest_stage', 'Stage that took longest.', (row) => row.longestStage),
    textColumn('reason', 'Why it did not converge; empty when it did.', (row) => row.reason),
    textColumn(
      'bottleneck',
      'What it waited for most: `image_pull`; `critical-path.csv` has all of it.',
      (row) => bottleneckOf(row)?.activity ?? '',
    ),
    secondsColumn('bottleneck_seconds', 'Time that this took.', (row) => bottleneckOf(row)?.us),
    textColumn('bottleneck_cause', 'The same in words.', (row) => bottleneckOf(row)?.cause ?? ''),
  ],
  (result) => result.convergence,
);
