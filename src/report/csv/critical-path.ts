// critical-path.csv: what every change has waited for, one thing at a time.
import type { ConvergenceRow, CriticalPathRow, RunResult } from '../../metrics/run-result.js';
import { type CsvFile, csvFile, numberColumn, secondsColumn, textColumn } from './csv-file.js';

/** A part of the way of a change. */
interface PartRow extends CriticalPathRow {
  readonly change: ConvergenceRow;
}

const rowsOf = ({ convergence }: RunResult): readonly PartRow[] =>
  convergence.flatMap((change) => change.criticalPath.map((part) => ({ ...part, change })));

function shareOf({ change, us }: PartRow): number {
  return us / change.criticalPath.reduce((sum, part) => sum + part.us, 0);
}

/** One row a part. */
export const criticalPathCsv: CsvFile = csvFile<PartRow>(
  'critical-path.csv',
  'One row for every change and every thing that it waited for, in the order of its way.',
  [
    textColumn('change', 'As in `convergence.csv`.', (row) => row.change.change),
    secondsColumn('started_seconds', 'The client sent its request.', (row) => row.change.startedUs),
    textColumn('activity', 'What it waited for: `image_pull`.', (row) => row.activity),
    secondsColumn(
      'seconds',
      'How long; the parts of a change add up to its convergence, or to the end of the run.',
      (row) => row.us,
    ),
    numberColumn('share', 'The same as a part of the whole, from 0 to 1.', shareOf),
    textColumn('cause', 'Who was at work, or waited for its limit.', (row) => row.cause),
  ],
  rowsOf,
);
