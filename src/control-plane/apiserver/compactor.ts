// The loop that has etcd forget old revisions. Every apiserver runs one; whoever is first to write
// the key of a period compacts, up to where the store was a period ago.
// Source: Kubernetes v1.36 apiserver storage/etcd3/compact.go (reference: controlplane A11).
import type { EtcdPort } from '../../client/etcd-client.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';

const KEY = 'compact_rev_key';
/** Of the value: a revision in decimal digits. */
const VALUE_BYTES = 10;

export class Compactor {
  /** States before this one are gone. */
  compactedRevision = 0;
  /** How often this server has compacted. */
  compactions = 0;
  readonly #etcd: EtcdPort;
  readonly #written: EventKind;
  readonly #compacted: EventKind;
  readonly #newestRevision: () => number;
  /** Revision of the key, as this server knows it. */
  #keyRevision = 0;
  /** Where the store was a period ago; 0: nobody has looked. */
  #previousRevision = 0;

  /** `newestRevision`: of the store, as far as this server knows. */
  constructor(
    simulation: Simulation,
    name: string,
    etcd: EtcdPort,
    periodUs: SimTime,
    newestRevision: () => number,
  ) {
    this.#etcd = etcd;
    this.#newestRevision = newestRevision;
    this.#written = simulation.defineEvent(`${name}.CompactionKeyWritten`, (_, ticket) =>
      this.#afterWrite(ticket),
    );
    this.#compacted = simulation.defineEvent(`${name}.StoreCompacted`, (revision, ticket) => {
      if (etcd.result(ticket).error === undefined) this.compactedRevision = revision;
    });
    const due = simulation.defineEvent(`${name}.CompactionDue`, () => {
      etcd.putBytes(KEY, this.#keyRevision, VALUE_BYTES, this.#written, 0);
      simulation.after(periodUs, due);
    });
    simulation.after(periodUs, due);
  }

  #afterWrite(ticket: number): void {
    const { succeeded, revision, error } = this.#etcd.result(ticket);
    if (error !== undefined) return;
    const upTo = this.#previousRevision;
    this.#keyRevision = revision;
    this.#previousRevision = succeeded ? revision : this.#newestRevision();
    if (upTo === 0) return;
    if (!succeeded) {
      this.compactedRevision = upTo;
      return;
    }
    this.compactions++;
    this.#etcd.compact(upTo, this.#compacted, upTo);
  }
}
