// What a template renders to, piece by piece, with where in the template each piece stands.

/** A text that grows; O(1) a piece. */
export class Output {
  readonly #pieces: string[] = [];
  /** Where each piece begins, here and in the template. */
  readonly #marks: { readonly at: number; readonly from: number }[] = [];
  #length = 0;

  /** `from`: where the piece stands in the template. */
  add(piece: string, from: number): void {
    if (piece === '') return;
    this.#marks.push({ at: this.#length, from });
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  get text(): string {
    return this.#pieces.join('');
  }

  /** Where in the template the character at `offset` comes from. Linear in the pieces. */
  origin(offset: number): number {
    const mark = this.#marks.findLast(({ at }) => at <= offset);
    return mark === undefined ? 0 : mark.from + offset - mark.at;
  }
}
