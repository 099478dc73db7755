import type { CsvFile } from '../src/report/csv/csv-file.js';

export function renderCsvDocs(
  files: readonly Pick<CsvFile, 'name' | 'description' | 'csvColumns'>[],
): string;
