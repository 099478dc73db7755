// What one member counts: etcd's metrics, in its units, before they get their names.
// Source: etcd v3.6 metrics (reference: controlplane A12).
import { exponentialBuckets, Histogram } from '../../stats/histogram.js';
import type { Request, RequestType } from './request.js';
import type { Compaction } from './revision-sizes.js';

const US_PER_SECOND = 1_000_000;

/** Bytes and failures to or from one peer. */
export interface PeerTraffic {
  sentBytes: number;
  receivedBytes: number;
  sendFailures: number;
}

export class MemberMetrics {
  readonly walFsync: Histogram = new Histogram(exponentialBuckets(0.001, 2, 14));
  readonly backendCommit: Histogram = new Histogram(exponentialBuckets(0.001, 2, 14));
  readonly defragment: Histogram = new Histogram(exponentialBuckets(0.1, 2, 13));
  readonly compactionPause: Histogram = new Histogram(exponentialBuckets(1, 2, 13));
  readonly compactionTotal: Histogram = new Histogram(exponentialBuckets(100, 2, 14));
  readonly rangeDuration: Histogram = new Histogram(exponentialBuckets(0.0001, 2, 20));
  readonly leaseTtl: Histogram = new Histogram(exponentialBuckets(1, 2, 24));
  /** By what entries ask for, under etcd's names. */
  readonly applyDuration: Map<string, Histogram> = new Map();
  readonly snapshotSend: Histogram = new Histogram(exponentialBuckets(0.1, 2, 10));
  readonly peers: Map<number, PeerTraffic> = new Map();
  walBytes = 0;
  requestsReceived = 0;
  proposalsPending = 0;
  proposalsFailed = 0;
  leaderChanges = 1;
  slowReadIndexes = 0;
  readIndexesFailed = 0;
  leasesRenewed = 0;
  leasesRevoked = 0;
  slowWatchers = 0;
  eventsSent = 0;
  compactedKeys = 0;
  watchesOpened = 0;
  puts = 0;
  putBytes = 0;
  deletes = 0;
  ranges = 0;
  requestBytes = 0;
  slowApplies = 0;
  heartbeatSendFailures = 0;
  leasesGranted = 0;

  walSynced(durationUs: number): void {
    this.walFsync.observe(durationUs / US_PER_SECOND);
  }

  backendCommitted(durationUs: number): void {
    this.backendCommit.observe(durationUs / US_PER_SECOND);
  }

  defragmented(durationUs: number): void {
    this.defragment.observe(durationUs / US_PER_SECOND);
  }

  compactionPaused(durationUs: number): void {
    this.compactionPause.observe(durationUs / 1000);
  }

  compacted({ deleted }: Compaction, durationUs: number): void {
    this.compactedKeys += deleted;
    this.compactionTotal.observe(durationUs / 1000);
  }

  /** An entry was applied in `cpuUs`. A comparison reads, and so does a put of a key that is there. */
  applied(request: Request, cpuUs: number): void {
    const { type, transaction } = request;
    this.#applyDurationOf(operationOf(type)).observe(cpuUs / US_PER_SECOND);
    if (type === 'grant') {
      this.leasesGranted++;
      this.leaseTtl.observe(request.detail);
    }
    const isPut = type === 'putBytes' || transaction?.value !== undefined;
    if (!isPut && transaction === undefined) return;
    const isNew = (transaction?.expectedRevision ?? request.detail) === 0;
    this.ranges += isNew ? 1 : 2;
    if (request.outcome?.succeeded !== true) return;
    if (isPut) {
      this.puts++;
      this.putBytes += request.bytes;
    } else this.deletes++;
  }

  /** A range was read in `cpuUs`. */
  rangeRead(cpuUs: number): void {
    this.ranges++;
    this.rangeDuration.observe(cpuUs / US_PER_SECOND);
  }

  peerSent(to: number, bytes: number): void {
    this.#peer(to).sentBytes += bytes;
  }

  peerReceived(from: number, bytes: number): void {
    this.#peer(from).receivedBytes += bytes;
  }

  peerSendFailed(to: number): void {
    this.#peer(to).sendFailures++;
  }

  snapshotSent(to: number, bytes: number, seconds: number): void {
    this.peerSent(to, bytes);
    this.snapshotSend.observe(seconds);
  }

  #applyDurationOf(operation: string): Histogram {
    let histogram = this.applyDuration.get(operation);
    if (histogram === undefined) {
      histogram = new Histogram(exponentialBuckets(0.0001, 2, 20));
      this.applyDuration.set(operation, histogram);
    }
    return histogram;
  }

  #peer(id: number): PeerTraffic {
    let peer = this.peers.get(id);
    if (peer === undefined) {
      peer = { sentBytes: 0, receivedBytes: 0, sendFailures: 0 };
      this.peers.set(id, peer);
    }
    return peer;
  }
}

/** The name of an entry's operation in etcd's metrics. */
function operationOf(type: RequestType): string {
  switch (type) {
    case 'grant':
      return 'LeaseGrant';
    case 'revoke':
      return 'LeaseRevoke';
    case 'checkpoint':
      return 'LeaseCheckpoint';
    case 'compact':
      return 'Compaction';
    case 'alarm':
      return 'Alarm';
    default:
      return 'Txn';
  }
}
