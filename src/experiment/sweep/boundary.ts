// A search for the boundary between values that hold and values that do not, when harder values
// hold no more than easier ones. Values are known by their place from the easiest on. It looks at
// five values of the whole range first and then at three between the two that enclose the boundary:
// rounds are runs side by side, and values that contradict the order come to light instead of being
// taken for granted. O(log values) rounds.

/** Whether values hold, by place. */
export type Verdicts = ReadonlyMap<number, boolean>;

/** What verdicts say about the boundary. */
export interface Boundary {
  /** The hardest value below which, as far as was looked, everything holds; undefined: none. */
  readonly lastHolding: number | undefined;
  /** The easiest value that fails; undefined: none. */
  readonly firstFailing: number | undefined;
  /** Values that hold although easier ones fail, ascending. */
  readonly exceptions: readonly number[];
}

/** The boundary as far as it is known. O(n log n). */
export function boundaryOf(verdicts: Verdicts): Boundary {
  const places = [...verdicts.keys()].sort((a, b) => a - b);
  const firstFailing = places.find((place) => verdicts.get(place) === false);
  const holding = places.filter((place) => verdicts.get(place) === true);
  const isBefore = (place: number): boolean => firstFailing === undefined || place < firstFailing;
  return {
    lastHolding: holding.findLast(isBefore),
    firstFailing,
    exceptions: holding.filter((place) => !isBefore(place)),
  };
}

/** Places to look at next, ascending, of `count` values; none when the boundary is known. */
export function nextProbes(count: number, verdicts: Verdicts): readonly number[] {
  if (verdicts.size === 0) return between(-1, count, [0, 0.25, 0.5, 0.75, 1]);
  const { lastHolding, firstFailing } = boundaryOf(verdicts);
  if (lastHolding === undefined || firstFailing === undefined) return [];
  return between(lastHolding, firstFailing, [0.25, 0.5, 0.75]);
}

/** Different places strictly between two, at those parts of the way. */
function between(low: number, high: number, parts: readonly number[]): readonly number[] {
  const [first, last] = [low + 1, high - 1];
  if (last < first) return [];
  return [...new Set(parts.map((part) => first + Math.round(part * (last - first))))];
}
