// Proxies that hear of nothing for a while: what would reach one meanwhile does so at the end of
// it.
import { assert } from '../../kernel/assert.js';
import type { SimTime } from '../../kernel/time.js';

interface Silence {
  readonly fromUs: SimTime;
  /** Infinity: not yet. */
  untilUs: SimTime;
}

const NOT_YET = Number.POSITIVE_INFINITY;

export class Silences {
  /** The latest of each proxy that has had one. */
  readonly #latest = new Map<number, Silence>();

  get isEmpty(): boolean {
    return this.#latest.size === 0;
  }

  /** By its end a proxy has heard of all that was before, so that only the latest counts. */
  begin(member: number, now: SimTime): void {
    assert(this.#latest.get(member)?.untilUs !== NOT_YET, `proxy ${member} is cut off already`);
    this.#latest.set(member, { fromUs: now, untilUs: NOT_YET });
  }

  end(member: number, now: SimTime): void {
    const silence = this.#latest.get(member);
    assert(silence?.untilUs === NOT_YET, `proxy ${member} is not cut off`);
    silence.untilUs = now;
  }

  /** When a proxy hears of what would reach it at a time; Infinity: nobody knows yet. */
  heardUs(member: number, arrivesUs: SimTime): SimTime {
    const silence = this.#latest.get(member);
    if (silence === undefined || arrivesUs <= silence.fromUs) return arrivesUs;
    return Math.max(arrivesUs, silence.untilUs);
  }
}
