// What an entry carries: the application's own, which Raft passes on unread.

/** Anything that knows how much room it takes. */
export interface EntryData {
  readonly bytes: number;
}
