// timeseries.csv: what was sampled at equal intervals. Its columns depend on the scenario.
import { assert } from '../../kernel/assert.js';
import type { RunResult } from '../../metrics/run-result.js';
import {
  type CsvFile,
  type CsvTable,
  numberColumn,
  renderTable,
  secondsColumn,
  tableOf,
} from './csv-file.js';

const timeDoc = { name: 'time_seconds', description: 'Time of the sample.' };

function table({ timeSeries }: RunResult): CsvTable {
  const { timeUs, columns } = timeSeries;
  for (const { name, values } of columns) {
    assert(values.length === timeUs.length, `The series ${name} has no value for every time.`);
  }
  return tableOf<number>(
    [
      secondsColumn(timeDoc.name, timeDoc.description, (index) => timeUs[index]),
      ...columns.map(({ name, values }) =>
        numberColumn<number>(name, '', (index) => values[index] as number),
      ),
    ],
    timeUs.map((_, index) => index),
  );
}

/** One row a sample; a column for every series, in the order of the run. */
export const timeSeriesCsv: CsvFile = {
  name: 'timeseries.csv',
  description: 'One row a sample, at equal intervals.',
  csvColumns: [
    timeDoc,
    {
      name: '…',
      description: 'One column for every sampled series, named with its unit: `pods_ready`.',
    },
  ],
  table,
  render: (result: RunResult) => renderTable(table(result)),
};
