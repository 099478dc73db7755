/**
 * Problems with input: where, what, and what to write instead. Shared by every reader of files.
 *
 * Source: reference style.md §3.4; the message forms are those of the API server.
 */

/** A stable identifier that documentation and scripts can refer to. */
export type ProblemCode = `KUBECLOCK${number}`;

/** What can be wrong with a manifest. */
export type ProblemName =
  | 'malformedDocument'
  | 'duplicateKey'
  | 'template'
  | 'notAManifest'
  | 'removedApiVersion'
  | 'unknownKind'
  | 'duplicateObject'
  | 'unknownField'
  | 'wrongType'
  | 'required'
  | 'invalid'
  | 'unsupported'
  | 'forbidden'
  | 'duplicate'
  | 'tooMany';

/** The codes of everything that manifests can have wrong with them. Never renumbered. */
export const problemCodes: Readonly<Record<ProblemName, ProblemCode>> = {
  malformedDocument: 'KUBECLOCK1001',
  duplicateKey: 'KUBECLOCK1002',
  template: 'KUBECLOCK1003',
  notAManifest: 'KUBECLOCK1004',
  removedApiVersion: 'KUBECLOCK1005',
  unknownKind: 'KUBECLOCK1006',
  duplicateObject: 'KUBECLOCK1007',
  unknownField: 'KUBECLOCK1101',
  wrongType: 'KUBECLOCK1102',
  required: 'KUBECLOCK1201',
  invalid: 'KUBECLOCK1202',
  unsupported: 'KUBECLOCK1203',
  forbidden: 'KUBECLOCK1204',
  duplicate: 'KUBECLOCK1205',
  tooMany: 'KUBECLOCK1206',
};

/** One thing that is wrong with a file. */
export interface Problem {
  readonly code: ProblemCode;
  readonly severity: 'error' | 'warning';
  /** As the user named it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, counted in UTF-16 code units. */
  readonly column: number;
  /** The field, such as `spec.containers[0].image`; empty when the problem is not with a field. */
  readonly path: string;
  /** A sentence without full stop. */
  readonly message: string;
  /** What would have been right, in words. */
  readonly expected?: string;
  /** What to write instead, ready to paste. */
  readonly suggestion?: string;
}

/** The widest excerpt that is shown; longer lines are cut around the column. */
const excerptWidth = 100;

function excerpt(problem: Problem, sourceText: string): readonly string[] {
  const source = sourceText.split(/\r\n|\r|\n/)[problem.line - 1];
  if (source === undefined || source.trim() === '') return [];
  const column = Math.min(problem.column, source.length + 1);
  const start = Math.max(0, Math.min(column - 1 - excerptWidth / 2, source.length - excerptWidth));
  // What a binary file holds must not reach the terminal as commands to it.
  const shown = source.slice(start, start + excerptWidth).replaceAll(/\p{Cc}/gu, ' ');
  const number = String(problem.line);
  return [
    `  ${number} | ${shown}`,
    `  ${' '.repeat(number.length)} | ${' '.repeat(column - 1 - start)}^`,
  ];
}

/**
 * The problem for people: `file:line:column: error CODE: path: message`, then, when the text of the
 * file is at hand, the line with a caret, then what was expected and what to write.
 */
export function formatProblem(problem: Problem, sourceText?: string): string {
  const { file, line, column, severity, code, path, message, expected, suggestion } = problem;
  // A message that names the field itself needs no second mention of it.
  const isNamed = path === '' || message.includes(`"${path}"`);
  const subject = isNamed ? message : `${path}: ${message}`;
  return [
    `${file}:${line}:${column}: ${severity} ${code}: ${subject}`,
    ...(sourceText === undefined ? [] : excerpt(problem, sourceText)),
    ...(expected === undefined ? [] : [`  expected: ${expected}`]),
    ...(suggestion === undefined ? [] : [`  write: ${suggestion}`]),
  ].join('\n');
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Order of problems for printing: by file, then line, then column, then code and message. */
export function compareProblems(left: Problem, right: Problem): number {
  return (
    compareText(left.file, right.file) ||
    left.line - right.line ||
    left.column - right.column ||
    compareText(left.code, right.code) ||
    compareText(left.path, right.path) ||
    compareText(left.message, right.message)
  );
}
