// The tables of a run as Parquet files, with the columns and values of the CSV files: texts as
// strings, numbers as doubles, empty cells as nulls.
// Source: Apache Parquet format, https://parquet.apache.org/docs/file-format/.
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { CsvTable } from '../csv/csv-file.js';
import { csvFiles } from '../csv-files.js';
import type { OutputFormat } from './output-format.js';

export const parquetFormat: OutputFormat = {
  name: 'parquet',
  title: 'DuckDB, pandas, Spark: every CSV file as Parquet',
  needs: [],
  files: ({ result }) =>
    new Map(
      csvFiles.map(({ name, table }) => [
        name.replace(/\.csv$/, '.parquet'),
        parquetBytes(table(result)),
      ]),
    ),
};

function parquetBytes({ columns, rowCount, cells }: CsvTable): Uint8Array {
  const rows = Array.from({ length: rowCount }, (_, row) => cells(row));
  const buffer = parquetWriteBuffer({
    columnData: columns.map(({ name, kind }, column) => ({
      name,
      nullable: true,
      type: kind === 'number' ? 'DOUBLE' : 'STRING',
      data: rows.map((row) => {
        const cell = row[column];
        if (cell === undefined) return null;
        return kind === 'number' ? Number(cell) : cell;
      }),
    })),
  });
  return new Uint8Array(buffer);
}
