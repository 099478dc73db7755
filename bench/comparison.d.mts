/** What a case has measured. */
export interface Figure {
  readonly name: string;
  /** null after a failure. */
  readonly value: number | null;
  readonly unit: string;
  /** Median distance from the median, as a part of it. */
  readonly spread: number | null;
  /** Million steps a second of the calibration loop in the same process. */
  readonly calibration: number;
}

export function timesAsGood(now: Figure, then: Figure): number;
export function isWorse(now: Figure, then: Figure | undefined): boolean;
export function comparedLine(now: Figure, then: Figure | undefined): string;
