// The formats for other programs, in the order of help and documentation.
import { bencherFormat, githubBenchmarkFormat } from './benchmark-json.js';
import { benchmarkTextFormat } from './benchmark-text.js';
import type { FormatName } from './format-names.js';
import { openMetricsFormat } from './openmetrics.js';
import type { OutputFormat } from './output-format.js';
import { parquetFormat } from './parquet.js';
import { perfDataFormat } from './perf-data.js';
import { traceEventsFormat } from './trace-events.js';

/** One a name. */
export const outputFormats: readonly OutputFormat[] = [
  openMetricsFormat,
  traceEventsFormat,
  perfDataFormat,
  benchmarkTextFormat,
  bencherFormat,
  githubBenchmarkFormat,
  parquetFormat,
];

/** The formats of these names, in the order of the names. */
export function formatsNamed(names: readonly FormatName[]): readonly OutputFormat[] {
  return names.flatMap((name) => outputFormats.filter((format) => format.name === name));
}
