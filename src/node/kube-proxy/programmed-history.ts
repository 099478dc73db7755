// How many entries of the log each proxy has had in its rules at which time, as far back as
// somebody still asks: syncs are worked out together, after some of them have long ended.
import type { SimTime } from '../../kernel/time.js';

export class ProgrammedHistory {
  /** Ends of syncs and the entries in the rules from then on, by proxy; ascending. */
  readonly #endsUs: SimTime[][] = [];
  readonly #entries: number[][] = [];
  /** Proxies with more than one end. */
  #grown: number[] = [];

  addProxy(): void {
    this.#endsUs.push([]);
    this.#entries.push([]);
  }

  add(member: number, at: SimTime, entries: number): void {
    const ends = this.#endsUs[member]!;
    ends.push(at);
    this.#entries[member]!.push(entries);
    if (ends.length === 2) this.#grown.push(member);
  }

  /** Entries in the rules at a time that is not forgotten; 0 before the first sync has ended. */
  at(member: number, time: SimTime): number {
    const ends = this.#endsUs[member]!;
    let index = ends.length - 1;
    while (index >= 0 && ends[index]! > time) index--;
    return index < 0 ? 0 : this.#entries[member]![index]!;
  }

  /** Nobody asks for times before that any more. O(syncs since the last call). */
  forgetBefore(time: SimTime): void {
    const grown = this.#grown;
    this.#grown = [];
    for (const member of grown) {
      const ends = this.#endsUs[member]!;
      let first = ends.length - 1;
      while (first > 0 && ends[first]! > time) first--;
      ends.splice(0, first);
      this.#entries[member]!.splice(0, first);
      if (ends.length > 1) this.#grown.push(member);
    }
  }
}
