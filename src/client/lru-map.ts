// A map of bounded size that forgets what has not been used for longest.

/** String keys; reading or writing an entry makes it the newest. All operations O(1). */
export class LruMap<V> {
  readonly #entries = new Map<string, V>();
  readonly #capacity: number;

  /** `capacity`: entries kept, at least 1. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#capacity) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}
