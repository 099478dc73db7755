// api-requests.csv: the load on the apiserver, by what was asked for.
import type { RequestRow } from '../../metrics/run-result.js';
import { type CsvFile, csvFile, numberColumn, secondsColumn, textColumn } from './csv-file.js';

/** One row for every verb, resource, subresource, scope and client that occurred. */
export const apiRequestsCsv: CsvFile = csvFile<RequestRow>(
  'api-requests.csv',
  'One row for every verb, resource, subresource, scope and client that occurred.',
  [
    textColumn('verb', 'Verb as the apiserver labels it: `LIST`, `PATCH`.', (row) => row.verb),
    textColumn('resource', 'Resource: `pods`.', (row) => row.resource),
    textColumn('subresource', 'Subresource: `status`; empty for none.', (row) => row.subresource),
    textColumn('scope', '`resource`, `namespace` or `cluster`.', (row) => row.scope),
    textColumn(
      'client',
      'User that sent the requests; `system:nodes` for all nodes together.',
      (row) => row.client,
    ),
    numberColumn('count', 'Requests answered.', (row) => row.count),
    numberColumn('errors', 'Answers with a code of 400 or more.', (row) => row.errors),
    secondsColumn('mean_seconds', 'Mean latency in the apiserver.', (row) => row.meanUs),
    secondsColumn('p50_seconds', 'Median latency.', (row) => row.p50Us),
    secondsColumn('p90_seconds', '90th percentile of the latency.', (row) => row.p90Us),
    secondsColumn('p99_seconds', '99th percentile of the latency.', (row) => row.p99Us),
    secondsColumn('max_seconds', 'Largest latency.', (row) => row.maxUs),
    secondsColumn(
      'mean_queue_wait_seconds',
      'Mean time in the queues of API Priority and Fairness.',
      (row) => row.meanQueueWaitUs,
    ),
    secondsColumn('max_queue_wait_seconds', 'Longest such time.', (row) => row.maxQueueWaitUs),
  ],
  (result) => result.requests,
);
