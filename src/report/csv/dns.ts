// dns.csv: what became of the lookups of pods.
import type { DnsRow } from '../../metrics/run-result.js';
import { type CsvFile, csvFile, numberColumn, secondsColumn, textColumn } from './csv-file.js';

/** One row an interval of each kind of lookups. */
export const dnsCsv: CsvFile = csvFile<DnsRow>(
  'dns.csv',
  'One row an interval of each kind of lookups, as long as those of timeseries.csv; intervals in ' +
    'which none ended are left out.',
  [
    secondsColumn('time_seconds', 'End of the interval.', (row) => row.timeUs),
    textColumn('traffic', 'Name of the kind of lookups.', (row) => row.traffic),
    numberColumn('lookups', 'Lookups that ended, with all their candidates.', (row) => row.lookups),
    numberColumn('noerror', 'Of these, answered with an address.', (row) => row.outcomes.NOERROR),
    numberColumn('nxdomain', 'There is no such name.', (row) => row.outcomes.NXDOMAIN),
    numberColumn('servfail', 'The server could not answer.', (row) => row.outcomes.SERVFAIL),
    numberColumn('timed_out', 'Nobody answered; the pod gave up.', (row) => row.outcomes.timeout),
    numberColumn(
      'stale',
      'Answered from a cache with what was not true any more.',
      (row) => row.stale,
    ),
    secondsColumn('mean_seconds', 'Mean time until the pod had its answer.', (row) => row.meanUs),
    secondsColumn('p50_seconds', 'Half of them took at most so long.', (row) => row.p50Us),
    secondsColumn('p99_seconds', '99 of 100 took at most so long.', (row) => row.p99Us),
    secondsColumn('max_seconds', 'The longest time.', (row) => row.maxUs),
  ],
  (result) => result.dns,
);
