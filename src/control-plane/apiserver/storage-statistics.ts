// What an apiserver counts of one resource's storage: its watch cache, its watches, its lists.
// Source: Kubernetes v1.36 apiserver storage/cacher/metrics, storage/etcd3/metrics,
// endpoints/metrics (reference: controlplane B13).
import { WholeHistogram } from '../../stats/whole-histogram.js';

const MS = 1000;
const READ_WAIT_MS = [5, 25, 50, 100, 200, 400, 600, 800, 1000, 1250, 1500, 2000, 3000];
const WATCH_LIST_S = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 15, 20, 30, 45, 60];
const EVENT_BYTES = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072];

/** Lists by what they were served from. */
class ListStatistics {
  lists = 0;
  fetchedObjects = 0;
  /** Looked at by the selector. */
  evaluatedObjects = 0;
  returnedObjects = 0;

  count(fetched: number, evaluated: number, returned: number): void {
    this.lists++;
    this.fetchedObjects += fetched;
    this.evaluatedObjects += evaluated;
    this.returnedObjects += returned;
  }
}

export class StorageStatistics {
  /** Changes that came from etcd's watch. */
  storageEventsReceived = 0;
  eventsReceived = 0;
  /** Two for each of those (as recorded), one for each progress notification. */
  eventsDispatched = 0;
  initializations = 0;
  initEvents = 0;
  terminatedWatchers = 0;
  consistentReads = 0;
  /** Lists that were served by etcd as the cache did not catch up in time. */
  consistentReadFallbacks = 0;
  /** Progress notifications of etcd. */
  etcdBookmarks = 0;
  readonly readWaitUs: WholeHistogram = new WholeHistogram(READ_WAIT_MS.map((ms) => ms * MS));
  readonly cacheLists: ListStatistics = new ListStatistics();
  readonly storageLists: ListStatistics = new ListStatistics();
  /** Bytes of events that were sent to watchers. */
  readonly eventBytes: WholeHistogram = new WholeHistogram(EVENT_BYTES);
  /** Time until watches had sent everything there was, by scope. */
  readonly watchListUs: Map<string, WholeHistogram> = new Map();
  /** Watches that are open, by scope. */
  readonly longRunning: Map<string, number> = new Map();

  /** A watch of a scope begins, or ends (negative), for so many clients. */
  watchOpened(scope: string, change: number): void {
    this.longRunning.set(scope, (this.longRunning.get(scope) ?? 0) + change);
  }

  /** A watch of a scope has sent everything there was. */
  watchListEnded(scope: string, durationUs: number): void {
    let durations = this.watchListUs.get(scope);
    if (durations === undefined) {
      durations = new WholeHistogram(WATCH_LIST_S.map((seconds) => Math.round(seconds * MS * MS)));
      this.watchListUs.set(scope, durations);
    }
    durations.observe(durationUs);
  }
}
