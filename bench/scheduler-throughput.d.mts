interface TestCase {
  /** Number and kind of pods. */
  readonly before: readonly [number, string];
  readonly measured: readonly [number, string];
  readonly zones: number;
  /** Published, pods a second. */
  readonly floor: number;
}

export const recordedKinds: readonly string[];
export function recordedRatios(kind: string): number[];
export const testCases: Readonly<Record<string, TestCase>>;
export function throughputOf(name: string, cores: number): number;
