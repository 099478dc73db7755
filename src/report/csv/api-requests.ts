// api-requests.csv: the load on the apiserver, by what was asked for.
import type { RequestRow } from '../../metrics/run-result.js';
import { type CsvFile, csvFile, numberColumn, secondsColumn, textColumn } from './csv-file.js';

/** One row for every verb, resource, subresource and code that occurred. */
export const apiRequestsCsv: CsvFile = csvFile<RequestRow>(
  'api-requests.csv',
  'One row for every verb, resource, subresource and code that occurred.',
  [
    textColumn('verb', 'Verb as the apiserver labels it: `LIST`, `PATCH`.', (row) => row.verb),
    textColumn('resource', 'Resource: `pods`.', (row) => row.resource),
    textColumn('subresource', 'Subresource: `status`; empty for none.', (row) => row.subresource),
    numberColumn('code', 'HTTP status code.', (row) => row.code),
    numberColumn('count', 'Requests answered.', (row) => row.count),
    secondsColumn('mean_seconds', 'Mean latency in the apiserver.', (row) => row.meanUs),
    secondsColumn('p50_seconds', 'Median latency.', (row) => row.p50Us),
    secondsColumn('p90_seconds', '90th percentile of the latency.', (row) => row.p90Us),
    secondsColumn('p99_seconds', '99th percentile of the latency.', (row) => row.p99Us),
    secondsColumn('max_seconds', 'Largest latency.', (row) => row.maxUs),
  ],
  (result) => result.requests,
);
