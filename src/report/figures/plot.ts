// A plot as data: the page and the SVG files draw the same one.

/** Lines over a common, ascending x axis. */
export interface Plot {
  readonly title: string;
  /** What the reader should know: units, how points were chosen. */
  readonly note: string;
  readonly xTitle: string;
  /** Base-10 logarithmic x axis; all x are positive then. */
  readonly isLogX: boolean;
  readonly yTitle: string;
  /** Values hold until the next x, instead of changing evenly. */
  readonly isStepped: boolean;
  readonly x: readonly number[];
  /** Each as long as `x`. */
  readonly series: readonly PlotSeries[];
  /** Every value has a mark: there are few of them. */
  readonly hasPoints?: boolean;
}

/** One line. */
export interface PlotSeries {
  readonly title: string;
  /** Null: there is none at that x. */
  readonly values: readonly (number | null)[];
}
