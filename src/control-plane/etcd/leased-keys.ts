// Which keys hang on which lease; on which a key hangs is noted with what is stored under it. When
// leases end is the leader's business (lessor.ts).
// Source: etcd v3.6 server/lease (reference: controlplane A9).

interface Lease {
  readonly ttlSeconds: number;
  readonly keys: Set<string>;
}

const NO_KEYS: ReadonlySet<string> = new Set();

export class LeasedKeys {
  readonly #leases = new Map<number, Lease>();

  grant(id: number, ttlSeconds: number): void {
    this.#leases.set(id, { ttlSeconds, keys: new Set() });
  }

  has(id: number): boolean {
    return this.#leases.has(id);
  }

  /** Ids in order of their grants. */
  get ids(): Iterable<number> {
    return this.#leases.keys();
  }

  ttlSeconds(id: number): number {
    return this.#leases.get(id)?.ttlSeconds ?? 0;
  }

  /** Keys that go with the lease, in the order in which they were attached. */
  keysOf(id: number): ReadonlySet<string> {
    return this.#leases.get(id)?.keys ?? NO_KEYS;
  }

  /** Hangs a key on a lease, off the one it hung on before; 0: on none. */
  attach(key: string, before: number, id: number): void {
    if (before !== 0) this.#leases.get(before)?.keys.delete(key);
    if (id !== 0) this.#leases.get(id)?.keys.add(key);
  }

  /** Forgets a lease and says what hung on it. */
  end(id: number): readonly string[] {
    const keys = [...this.keysOf(id)];
    this.#leases.delete(id);
    return keys;
  }
}
