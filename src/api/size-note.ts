// What has been found out about an object, its size above all, noted on the object itself where
// nothing else sees it: a private field that is given to an object made elsewhere. A copy by spread
// does not take it along, so a changed copy is measured anew. Setting one takes 0.2 µs where a
// WeakMap takes 2 µs, and does not burden the garbage collector.

/** A constructor that gives back the object it is called with, so that fields are added to that. */
class Given {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: this is how a field is added from outside
    return object;
  }
}

/** Nothing has been measured yet. */
const UNKNOWN = -1;

/** An API object, as far as its size is noted: the metadata of a stored one is its alone. */
interface Measured {
  readonly metadata?: object;
}

/**
 * Notes of the metadata of one version of a stored object, and of that object as a whole. Those are
 * all of one layout, and a class of their own keeps it so for the compiler: 30 ns instead of 175.
 */
class MetadataNote extends Given {
  #message = UNKNOWN;
  #managed = UNKNOWN;
  #total = UNKNOWN;
  #parts = UNKNOWN;
  /** Whose size `#total` is: a changed copy of an object may share its metadata. */
  #object: object | undefined;
  #key = '';

  static key(note: MetadataNote): string {
    return note.#key;
  }

  static noteKey(note: MetadataNote, key: string): void {
    note.#key = key;
  }

  static has(metadata: object): metadata is MetadataNote {
    return #message in metadata;
  }

  static message(note: MetadataNote): number {
    return note.#message;
  }

  static noteMessage(note: MetadataNote, bytes: number): void {
    note.#message = bytes;
  }

  static managed(note: MetadataNote): number {
    return note.#managed;
  }

  static noteManaged(note: MetadataNote, bytes: number): void {
    note.#managed = bytes;
  }

  static total(note: MetadataNote, object: object): number {
    return note.#object === object ? note.#total : UNKNOWN;
  }

  static parts(note: MetadataNote, object: object): number {
    return note.#object === object ? note.#parts : UNKNOWN;
  }

  /** False when the metadata is that of another object. */
  static noteTotal(note: MetadataNote, object: object, bytes: number, parts: number): boolean {
    note.#object ??= object;
    if (note.#object !== object) return false;
    note.#total = bytes;
    note.#parts = parts;
    return true;
  }
}

/** The size of an object whose metadata has no notes. */
class TotalNote extends Given {
  #total = UNKNOWN;
  #parts = UNKNOWN;

  static of(object: object): number {
    return #total in object ? (object as TotalNote).#total : UNKNOWN;
  }

  static partsOf(object: object): number {
    return #total in object ? (object as TotalNote).#parts : UNKNOWN;
  }

  static note(object: object, bytes: number, parts: number): void {
    const note = #total in object ? (object as TotalNote) : new TotalNote(object);
    note.#total = bytes;
    note.#parts = parts;
  }
}

/** Notes of one object: bytes of its message, of its managed fields, of all of it. */
export class SizeNote extends Given {
  #message = UNKNOWN;
  #managed = UNKNOWN;

  /**
   * Lets metadata that was made for one version of a stored object keep notes of that version.
   * `same`: other metadata of the same size and of the same object, if there is any.
   */
  static ofStored(metadata: object, same: object | undefined): void {
    const note = new MetadataNote(metadata);
    if (same === undefined) return;
    MetadataNote.noteMessage(note, SizeNote.message(same));
    MetadataNote.noteManaged(note, SizeNote.managed(same));
    MetadataNote.noteKey(note, SizeNote.key(same));
  }

  /** Key of the object whose metadata this is; '': not noted. */
  static key(metadata: object): string {
    return MetadataNote.has(metadata) ? MetadataNote.key(metadata) : '';
  }

  /** Of metadata that `ofStored` has been called for; otherwise nothing happens. */
  static noteKey(metadata: object, key: string): void {
    if (MetadataNote.has(metadata)) MetadataNote.noteKey(metadata, key);
  }

  /** Bytes of the object's message without its own tag; negative: not measured. */
  static message(object: object): number {
    if (MetadataNote.has(object)) return MetadataNote.message(object);
    return #message in object ? (object as SizeNote).#message : UNKNOWN;
  }

  static noteMessage(object: object, bytes: number): void {
    if (MetadataNote.has(object)) MetadataNote.noteMessage(object, bytes);
    else SizeNote.#of(object).#message = bytes;
  }

  /** Bytes of the object's own managed fields; negative: not measured. */
  static managed(object: object): number {
    if (MetadataNote.has(object)) return MetadataNote.managed(object);
    return #managed in object ? (object as SizeNote).#managed : UNKNOWN;
  }

  static noteManaged(object: object, bytes: number): void {
    if (MetadataNote.has(object)) MetadataNote.noteManaged(object, bytes);
    else SizeNote.#of(object).#managed = bytes;
  }

  /** Bytes of an API object as it is stored; negative: not measured. */
  static total(object: object): number {
    const { metadata } = object as Measured;
    if (metadata !== undefined && MetadataNote.has(metadata)) {
      const known = MetadataNote.total(metadata, object);
      if (known >= 0) return known;
    }
    return TotalNote.of(object);
  }

  /** Bytes of all of the object but envelope and metadata; negative: not measured. */
  static parts(object: object): number {
    const { metadata } = object as Measured;
    if (metadata !== undefined && MetadataNote.has(metadata)) {
      const known = MetadataNote.parts(metadata, object);
      if (known >= 0) return known;
    }
    return TotalNote.partsOf(object);
  }

  /** Of either a negative number says that it is not measured. */
  static noteTotal(object: object, bytes: number, parts: number = UNKNOWN): void {
    const { metadata } = object as Measured;
    if (metadata !== undefined && MetadataNote.has(metadata)) {
      if (MetadataNote.noteTotal(metadata, object, bytes, parts)) return;
    }
    TotalNote.note(object, bytes, parts);
  }

  static #of(object: object): SizeNote {
    return #message in object ? (object as SizeNote) : new SizeNote(object);
  }
}
