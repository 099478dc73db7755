// The names of the formats for other programs, apart from what writes them: help needs no more.

/** In the order of help and documentation. */
export const formatNames = [
  'openmetrics',
  'perfetto',
  'perfdata',
  'benchstat',
  'bmf',
  'github-action-benchmark',
  'parquet',
] as const;

/** As `--format` has it. */
export type FormatName = (typeof formatNames)[number];
