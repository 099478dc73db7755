/**
 * What an import has left out or assumed: every kind of thing once, with how often it was met.
 */

/** Collects notes in the order in which their kinds are met first. */
export class ImportNotes {
  readonly #counts = new Map<string, number>();

  /** `what`: a sentence in which `{count}` stands for how often. */
  add(what: string, count = 1): void {
    if (count > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  get sentences(): readonly string[] {
    return [...this.#counts].map(([what, count]) => what.replaceAll('{count}', String(count)));
  }
}
