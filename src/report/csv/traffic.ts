// traffic.csv: what became of the connections of clients.
import type { TrafficRow } from '../../metrics/run-result.js';
import { type CsvFile, csvFile, numberColumn, secondsColumn, textColumn } from './csv-file.js';

/** One row an interval of each kind of traffic. */
export const trafficCsv: CsvFile = csvFile<TrafficRow>(
  'traffic.csv',
  'One row an interval of each kind of traffic, as long as those of timeseries.csv; intervals ' +
    'without connections are left out.',
  [
    secondsColumn('time_seconds', 'End of the interval.', (row) => row.timeUs),
    textColumn('traffic', 'Name of the kind of traffic.', (row) => row.traffic),
    textColumn('namespace', 'Namespace of the Service.', (row) => row.namespace),
    textColumn('service', 'Name of the Service.', (row) => row.service),
    numberColumn('connections', 'Connections that were made.', (row) => row.connections),
    numberColumn('ok', 'Accepted by a pod.', (row) => row.ok),
    numberColumn(
      'refused',
      'Sent to an endpoint whose pod did not listen: gone, stopping, or not up yet.',
      (row) => row.refused,
    ),
    numberColumn(
      'timed_out',
      'Sent to an endpoint whose node did not answer; the client gave up.',
      (row) => row.timedOut,
    ),
    numberColumn(
      'no_endpoints',
      "Led nowhere by the rules of the client's node: rejected, or dropped.",
      (row) => row.noEndpoints,
    ),
    numberColumn(
      'broken',
      'Open connections, made earlier or now, that were cut off because their pod stopped.',
      (row) => row.broken,
    ),
    numberColumn(
      'dead_endpoint_share',
      'Refused and timed out among all that were made, 0 to 1.',
      (row) => (row.refused + row.timedOut) / row.connections,
    ),
    secondsColumn(
      'setup_mean_seconds',
      'Mean time until an accepted connection was set up.',
      (row) => row.setupMeanUs,
    ),
    secondsColumn('setup_max_seconds', 'The longest such time.', (row) => row.setupMaxUs),
    numberColumn('same_node', "Accepted on the client's own node.", (row) => row.sameNode),
    numberColumn('same_zone', "Accepted in the client's own zone.", (row) => row.sameZone),
    numberColumn(
      'same_endpoint',
      'Accepted by the pod that had accepted the last one of the client.',
      (row) => row.sameEndpoint,
    ),
  ],
  (result) => result.traffic,
);
