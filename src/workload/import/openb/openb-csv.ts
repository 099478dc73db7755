/**
 * The two files of the OpenB trace as rows: what a node has, and what a pod asks for and when.
 * Every value that is not what its column says is a problem with its line.
 *
 * Source: hkust-adsl/kubernetes-scheduler-simulator data/README.md.
 */

import { CsvError, parse } from 'csv-parse/sync';
import { wholeGpuMilli } from '../../../api/gpu-share.js';
import type { Problem } from '../../../api/problem.js';
import { problemAt } from '../../../scenario/scenario-problems.js';
import { type ImportFile, importProblemCodes, textOf } from '../importer.js';

export interface OpenbNode {
  readonly cpuMilli: number;
  readonly memoryMib: number;
  readonly gpus: number;
  /** Empty for a node without GPUs. */
  readonly model: string;
}

export interface OpenbPod {
  readonly cpuMilli: number;
  readonly memoryMib: number;
  readonly gpus: number;
  /** Of each of them. */
  readonly gpuMilli: number;
  /** Empty: any. */
  readonly models: readonly string[];
  /** Never placed in the trace. */
  readonly isPending: boolean;
}

const nodeColumns = ['sn', 'cpu_milli', 'memory_mib', 'gpu', 'model'];
const podColumns = [
  'name',
  'cpu_milli',
  'memory_mib',
  'num_gpu',
  'gpu_milli',
  'gpu_spec',
  'qos',
  'pod_phase',
  'creation_time',
  'deletion_time',
  'scheduled_time',
];

/** Which of the two files it is, by its header; undefined: neither. */
export function kindOfFile(file: ImportFile): 'nodes' | 'pods' | undefined {
  const head = new TextDecoder().decode(file.bytes.subarray(0, 300)).replace(/^\uFEFF/, '');
  const [first = ''] = head.split(/\r?\n/, 1);
  if (first === nodeColumns.join(',')) return 'nodes';
  return first === podColumns.join(',') ? 'pods' : undefined;
}

/** One line of a file, whose values are read by column. */
class Row {
  readonly #values: Readonly<Record<string, string>>;
  readonly #report: (column: string, message: string, expected: string) => void;

  constructor(
    values: Readonly<Record<string, string>>,
    report: (column: string, message: string, expected: string) => void,
  ) {
    this.#values = values;
    this.#report = report;
  }

  text(column: string): string {
    return this.#values[column] ?? '';
  }

  /** A whole number from `min` to `max`; NaN for anything else, which is reported. */
  whole(column: string, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
    const text = this.text(column);
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `from ${min} to ${max}`;
    this.refuse(column, `${column} is "${text}"`, `a whole number ${range}`);
    return Number.NaN;
  }

  refuse(column: string, message: string, expected: string): void {
    this.#report(column, message, expected);
  }
}

function readRows<T>(file: ImportFile, problems: Problem[], read: (row: Row) => T): readonly T[] {
  const rows: T[] = [];
  try {
    const records = parse(textOf(file), {
      columns: true,
      info: true,
      skip_empty_lines: true,
    }) as unknown as readonly {
      readonly record: Readonly<Record<string, string>>;
      readonly info: { readonly lines: number };
    }[];
    for (const { record, info } of records) {
      const report = (column: string, message: string, expected: string): void => {
        const place = { file: file.path, line: info.lines, column: 1 };
        const { badValue } = importProblemCodes;
        problems.push(problemAt(place, badValue, message, { path: [column], expected }));
      };
      rows.push(read(new Row(record, report)));
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    const place = { file: file.path, line, column: 1 };
    problems.push(problemAt(place, importProblemCodes.badValue, error.message));
  }
  return rows;
}

/** The nodes of a file. */
export function readNodes(file: ImportFile, problems: Problem[]): readonly OpenbNode[] {
  return readRows(file, problems, (row) => ({
    cpuMilli: row.whole('cpu_milli', 1),
    memoryMib: row.whole('memory_mib', 1),
    gpus: row.whole('gpu', 0, 64),
    model: row.text('model'),
  }));
}

/** The pods of a file. */
export function readPods(file: ImportFile, problems: Problem[]): readonly OpenbPod[] {
  return readRows(file, problems, (row) => {
    const gpus = row.whole('num_gpu', 0, 64);
    const gpuMilli = row.whole('gpu_milli', 0, wholeGpuMilli);
    if (gpus > 1 && gpuMilli < wholeGpuMilli) {
      const message = `the pod asks for ${gpuMilli} milli of each of ${gpus} GPUs`;
      row.refuse('gpu_milli', message, 'a part of one GPU, or whole ones');
    }
    if (gpus === 1 && gpuMilli === 0) {
      row.refuse('gpu_milli', 'the pod asks for a GPU and for nothing of it', 'from 1 to 1000');
    }
    const createdS = row.whole('creation_time', 0);
    const deletedS = row.whole('deletion_time', 0);
    if (deletedS < createdS) {
      const message = `deletion_time ${deletedS} is before creation_time ${createdS}`;
      row.refuse('deletion_time', message, 'a time after the creation');
    }
    const spec = row.text('gpu_spec');
    return {
      cpuMilli: row.whole('cpu_milli', 0),
      memoryMib: row.whole('memory_mib', 0),
      gpus,
      gpuMilli: gpus === 0 ? 0 : gpuMilli,
      models: spec === '' ? [] : spec.split('|'),
      isPending: row.text('scheduled_time') === '',
    };
  });
}
