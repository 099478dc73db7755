// The cache of a DNS server: answers and denials, each for a time of its own, each up to a number
// of entries. When it is full the oldest entry goes (CoreDNS drops one at random of a shard).
// Source: CoreDNS plugin/cache (reference: nodes-controllers §6.2).
import type { SimTime } from '../../kernel/time.js';
import { clusterDnsConstants } from './constants.js';
import type { DnsAnswer } from './service-records.js';

/** How long what is cached; 0: not at all. */
export interface CacheTimes {
  readonly answerUs: number;
  readonly denialUs: number;
}

interface Entry {
  readonly answer: DnsAnswer | undefined;
  readonly endsUs: SimTime;
}

export class DnsCache {
  readonly #times: CacheTimes;
  readonly #answers = new Map<string, Entry>();
  readonly #denials = new Map<string, Entry>();

  constructor(times: CacheTimes) {
    this.#times = times;
  }

  get answerCount(): number {
    return this.#answers.size;
  }

  get denialCount(): number {
    return this.#denials.size;
  }

  /** What is known of a name; undefined: nothing, or not any more. */
  get(name: string, now: SimTime): { readonly answer: DnsAnswer | undefined } | undefined {
    for (const entries of [this.#answers, this.#denials]) {
      const entry = entries.get(name);
      if (entry === undefined) continue;
      if (now < entry.endsUs) return entry;
      entries.delete(name);
    }
    return undefined;
  }

  /** Keeps an answer, or that there is none. */
  put(name: string, answer: DnsAnswer | undefined, now: SimTime): void {
    const isDenial = answer === undefined;
    const lastsUs = isDenial ? this.#times.denialUs : this.#times.answerUs;
    if (lastsUs === 0) return;
    const entries = isDenial ? this.#denials : this.#answers;
    entries.delete(name);
    if (entries.size >= clusterDnsConstants.cacheEntries) {
      const [oldest = ''] = entries.keys();
      entries.delete(oldest);
    }
    entries.set(name, { answer, endsUs: now + lastsUs });
  }
}
