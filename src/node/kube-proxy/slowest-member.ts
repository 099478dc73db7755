// The least of many counters that only grow: how far the slowest proxy is. O(1) amortised: members
// are counted by place, and the least place only moves forward.

export class SlowestMember {
  /** No counted member is before this place. */
  least = 0;
  /** Members at each place from `least` on; the front is dropped as it is passed. */
  #counts: number[] = [];
  #first = 0;
  #members = 0;

  /** Counts a new member, which must not be behind the slowest. */
  add(place: number): void {
    if (this.#members === 0) this.least = place;
    this.#members++;
    this.#bump(place, 1);
  }

  /** Takes a member out; without any, the least place is `end`. */
  remove(place: number, end: number): void {
    this.#members--;
    this.#bump(place, -1);
    if (this.#members === 0) this.least = end;
    else this.#advance();
  }

  /** Moves a member forward; true when the least place has moved. */
  move(from: number, to: number): boolean {
    this.#bump(from, -1);
    this.#bump(to, 1);
    const before = this.least;
    this.#advance();
    return this.least > before;
  }

  #advance(): void {
    while (this.#count(this.least) === 0) this.least++;
    if (this.least - this.#first > 1024) {
      this.#counts = this.#counts.slice(this.least - this.#first);
      this.#first = this.least;
    }
  }

  #count(place: number): number {
    return this.#counts[place - this.#first] ?? 0;
  }

  #bump(place: number, by: 1 | -1): void {
    const index = place - this.#first;
    while (this.#counts.length <= index) this.#counts.push(0);
    this.#counts[index]! += by;
  }
}
