// events.csv: the Kubernetes Events of the run.
import type { EventRow } from '../../metrics/run-result.js';
import { type CsvFile, csvFile, numberColumn, secondsColumn, textColumn } from './csv-file.js';

/** One row an Event object. */
export const eventsCsv: CsvFile = csvFile<EventRow>(
  'events.csv',
  'One row an Event object, as `kubectl get events` lists it.',
  [
    secondsColumn('time_seconds', 'Last time it occurred.', (event) => event.timeUs),
    textColumn('namespace', 'Namespace of the object it is about.', (event) => event.namespace),
    textColumn('involved', 'Object it is about: `pod/web-1`.', (event) => event.involved),
    textColumn('type', '`Normal` or `Warning`.', (event) => event.type),
    textColumn('reason', 'Reason in one word: `FailedScheduling`.', (event) => event.reason),
    textColumn('message', 'Message for people.', (event) => event.message),
    textColumn('source', 'Component that reported it.', (event) => event.source),
    numberColumn('count', 'Times it occurred.', (event) => event.count),
  ],
  (result) => result.kubernetesEvents,
);
