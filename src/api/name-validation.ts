/**
 * The forms that names, labels and keys must have, with the API server's explanations.
 *
 * Source: Kubernetes v1.36 apimachinery `util/validation`, `api/validation`.
 */

import { sortedKeys } from './field-check.js';
import type { FieldPath } from './field-path.js';
import { invalidValue, type ProblemList } from './field-problem.js';

const labelForm = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomainForm = `${labelForm}(\\.${labelForm})*`;
const qualifiedForm = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const valueForm = '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?';

const qualifiedPattern = new RegExp(`^${qualifiedForm}$`);

/** Checks one form of name; returns the explanations of what is wrong, none when nothing is. */
export type NameCheck = (name: string) => readonly string[];

const NONE: readonly string[] = [];

/** The two spaces are Kubernetes' own. */
function mustMatch(explanation: string, form: string, example: string): string {
  const examples = example
    .split(' ')
    .map((each) => `'${each}'`)
    .join(',  or ');
  return `${explanation} (e.g. ${examples}, regex used for validation is '${form}')`;
}

/** A form of names, and what is said of a name that is not of it. */
interface NameForm {
  /** Characters at most. */
  readonly length: number;
  /** A regular expression. */
  readonly form: string;
  readonly explanation: string;
  /** Names that are right, with a blank between them. */
  readonly examples: string;
}

function nameCheck({ length, form, explanation, examples }: NameForm): NameCheck {
  const pattern = new RegExp(`^${form}$`);
  const tooLong = `must be no more than ${length} characters`;
  const mismatch = mustMatch(explanation, form, examples);
  return (name) => {
    const isLong = name.length > length;
    const isOfForm = pattern.test(name);
    // Most names are as they must be: that is found out without a list.
    if (!isLong && isOfForm) return NONE;
    return [...(isLong ? [tooLong] : []), ...(isOfForm ? [] : [mismatch])];
  };
}

/** A DNS-1123 label: the form of namespace and container names, at most 63 characters. */
export const dnsLabelProblems: NameCheck = nameCheck({
  length: 63,
  form: labelForm,
  explanation:
    'a lowercase RFC 1123 label must consist of lower case alphanumeric characters or ' +
    "'-', and must start and end with an alphanumeric character",
  examples: 'my-name 123-abc',
});

/** A DNS-1123 subdomain: the form of most object names, at most 253 characters. */
export const dnsSubdomainProblems: NameCheck = nameCheck({
  length: 253,
  form: subdomainForm,
  explanation:
    'a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, ' +
    "'-' or '.', and must start and end with an alphanumeric character",
  examples: 'example.com',
});

/** A qualified name: the form of label keys, taint keys and resource names. */
export const qualifiedNameProblems: NameCheck = (name) => {
  const parts = name.split('/');
  if (parts.length > 2) {
    return [
      mustMatch(
        "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must " +
          "start and end with an alphanumeric character with an optional DNS subdomain prefix and '/'",
        qualifiedForm,
        'MyName my.name 123-abc',
      ),
    ];
  }
  const prefix = parts.length === 2 ? (parts[0] ?? '') : undefined;
  const local = parts.at(-1) ?? '';
  const problems: string[] = [];
  if (prefix === '') problems.push('prefix part must be non-empty');
  else if (prefix !== undefined) {
    problems.push(...dnsSubdomainProblems(prefix).map((problem) => `prefix part ${problem}`));
  }
  if (local === '') problems.push('name part must be non-empty');
  else if (local.length > 63) problems.push('name part must be no more than 63 characters');
  if (!qualifiedPattern.test(local)) {
    problems.push(
      mustMatch(
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and " +
          'end with an alphanumeric character',
        qualifiedForm,
        'MyName my.name 123-abc',
      ),
    );
  }
  return problems;
};

/** A label value: empty, or at most 63 characters of the qualified form. */
export const labelValueProblems: NameCheck = nameCheck({
  length: 63,
  form: valueForm,
  explanation:
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' " +
    "or '.', and must start and end with an alphanumeric character",
  examples: 'MyValue my_value 12345',
});

/** Adds a problem for every explanation of `check`. */
export function checkName(
  name: string,
  check: NameCheck,
  path: FieldPath,
  problems: ProblemList,
): void {
  for (const explanation of check(name)) problems.push(invalidValue(path, name, explanation));
}

/** Checks the keys and values of a label map. */
export function checkLabels(
  labels: Readonly<Record<string, string>> | undefined,
  path: FieldPath,
  problems: ProblemList,
): void {
  if (labels === undefined) return;
  for (const key of sortedKeys(labels)) {
    checkName(key, qualifiedNameProblems, path, problems);
    const value = labels[key] ?? '';
    for (const explanation of labelValueProblems(value)) {
      problems.push(invalidValue([...path, key], value, explanation));
    }
  }
}
