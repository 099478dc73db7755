// A form in which other programs read a run, beside our own files. Each format is a
// module with one function, from what a run has shown to the files it writes.
import type { RequestSpan } from '../../metrics/request-spans.js';
import type { RunResult } from '../../metrics/run-result.js';
import type { ScrapedSeries } from '../../metrics/scrapes.js';
import type { FormatName } from './format-names.js';

/** A run with what is only recorded when a format asks for it. */
export interface RunExport {
  readonly result: RunResult;
  /** Values of every metric at equal intervals; empty unless the format `needs` them. */
  readonly scrapes: readonly ScrapedSeries[];
  /** Requests in the order of their answers; empty unless the format `needs` them. */
  readonly requests: readonly RequestSpan[];
}

/** What a format is made of beside the result. */
export type ExportNeed = 'scrapes' | 'requests';

export interface OutputFormat {
  readonly name: FormatName;
  /** Who reads it, for help and documentation. */
  readonly title: string;
  readonly needs: readonly ExportNeed[];
  /** Files by name, in a fixed order. Equal runs give equal bytes. */
  readonly files: (run: RunExport) => ReadonlyMap<string, string | Uint8Array>;
}
