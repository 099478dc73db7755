/** The pages of docs/ that are written from the code: texts by path, such as `docs/cli.md`. */
export function referencePages(
  /** Imports a module of src by its path without extension, such as `report/csv-files`. */
  load: (module: string) => Promise<Record<string, unknown>>,
  /** Names of the modules of src/metrics, without extension. */
  metricModules: readonly string[],
): Promise<ReadonlyMap<string, string>>;
