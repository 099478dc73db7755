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
  readonly snapshotSend: Histogram = new Histogram(exponentialBuckets(0.1, 2, 10));
  readonly peers: Map<number, PeerTraffic> = new Map();
  /** Entries applied, by what they ask for. */
  readonly appliedByType: Map<RequestType, number> = new Map();
  walWrites = 0;
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

  compacted({ deleted }: Compaction): void {
    this.compactedKeys += deleted;
  }

  applied({ type }: Request): void {
    this.appliedByType.set(type, (this.appliedByType.get(type) ?? 0) + 1);
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

  #peer(id: number): PeerTraffic {
    let peer = this.peers.get(id);
    if (peer === undefined) {
      peer = { sentBytes: 0, receivedBytes: 0, sendFailures: 0 };
      this.peers.set(id, peer);
    }
    return peer;
  }
}
