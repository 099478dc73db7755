// summary.csv: the distribution of every measure of the run.
import type { SummaryRow } from '../../metrics/run-result.js';
import { type CsvFile, csvFile, numberColumn, textColumn } from './csv-file.js';

/** One row a measure. */
export const summaryCsv: CsvFile = csvFile<SummaryRow>(
  'summary.csv',
  'One row a measure; its figures have the unit that ends its name.',
  [
    textColumn('metric', 'Name of the measure, unit last.', (row) => row.metric),
    numberColumn(
      'count',
      'Number of samples; without any, the cells after it are empty.',
      (row) => row.count,
    ),
    numberColumn('mean', 'Arithmetic mean.', (row) => row.mean),
    numberColumn('min', 'Smallest sample.', (row) => row.min),
    numberColumn('p50', 'Median; quantiles are exact, by definition R-7.', (row) => row.p50),
    numberColumn('p90', '90th percentile.', (row) => row.p90),
    numberColumn('p99', '99th percentile.', (row) => row.p99),
    numberColumn('max', 'Largest sample.', (row) => row.max),
  ],
  (result) => result.summary,
);
