/**
 * What every reader of a foreign format is: it tells its files from others by their content, and
 * makes of them a scenario document as a scenario file holds it, with the files that this names.
 * A run of the document is the same whether it is written to disk first or not.
 */

import { basename } from 'node:path';
import type { Problem, ProblemCode } from '../../api/problem.js';
import { dnsLabel } from '../../scenario/portable-names.js';

/** A file as the user named it. */
export interface ImportFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What the user says about the import. */
export interface ImportOptions {
  /** Of `formatOptions`, by name, in order of the command line; names that were not given are absent. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Another file by its path, relative to the working directory; undefined: there is none. */
  readonly beside: (path: string) => ImportFile | undefined;
}

/** What the files have become. */
export interface ImportedScenario {
  /** A document as a scenario file holds it, of plain values. */
  readonly scenario: Readonly<Record<string, unknown>>;
  /** Text by name of further files that the scenario names, relative to it. */
  readonly files: ReadonlyMap<string, string>;
  /** What was left out or assumed and why, each kind once with a count; sentences. */
  readonly notes: readonly string[];
}

/** A format that can be read. */
export interface Importer {
  /** The word for it on the command line, lower case. */
  readonly format: string;
  /** What it is, for help and messages. */
  readonly title: string;
  /** Whether a file is of this format; quick, and never wrong about manifests and scenarios. */
  recognises(file: ImportFile): boolean;
  /**
   * The scenario of the files, or undefined with an error among `problems`. Throws nothing for what
   * the files hold.
   */
  read(
    files: readonly ImportFile[],
    options: ImportOptions,
    problems: Problem[],
  ): ImportedScenario | undefined;
}

/** The codes of problems with files of foreign formats. Never renumbered. */
export const importProblemCodes: Readonly<
  Record<'notThisFormat' | 'badValue' | 'unsupported' | 'missingFile' | 'badOption', ProblemCode>
> = {
  notThisFormat: 'KUBECLOCK4001',
  badValue: 'KUBECLOCK4002',
  unsupported: 'KUBECLOCK4003',
  missingFile: 'KUBECLOCK4004',
  badOption: 'KUBECLOCK4005',
};

const decoded = new WeakMap<ImportFile, string>();

/** The text of a file, without a byte order mark; decoded once. */
export function textOf(file: ImportFile): string {
  let text = decoded.get(file);
  if (text === undefined) {
    text = new TextDecoder().decode(file.bytes);
    decoded.set(file, text);
  }
  return text;
}

/** A name for what a file holds, as a DNS label: `Dsb Scaling.sktrace` becomes `dsb-scaling`. */
export function nameOfFile(path: string, fallback: string): string {
  if (path === '-') return 'stdin';
  return dnsLabel(basename(path).replace(/(?<=.)\.[A-Za-z0-9]+$/, ''), fallback);
}
