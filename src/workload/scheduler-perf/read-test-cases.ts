// From the text of a `performance-config.yaml` to its test cases as written: fields checked,
// unknown operations set apart. Field names may differ from scheduler_perf's in case, as Go reads
// them.
// Source: Kubernetes v1.36 test/integration/scheduler_perf; reference: scheduler 5.2.

import { didYouMean } from '../../api/did-you-mean.js';
import type { FieldPath } from '../../api/field-path.js';
import { type Problem, problemCodes } from '../../api/problem.js';
import { type Place, problemAt, scenarioProblemCodes } from '../../scenario/scenario-problems.js';
import { schemaProblems } from '../../scenario/schema-problems.js';
import { isTree, readTree, type Tree } from '../../scenario/yaml-tree.js';
import { caseless } from './object-template.js';
import { perfProblemCodes } from './perf-problems.js';
import {
  type Opcode,
  type OperationText,
  operationSchemas,
  type TestCaseText,
  testCaseSchema,
} from './schema.js';

/** An operation that can be simulated, or the opcode of one that cannot. */
export type WrittenOperation =
  | { readonly text: OperationText; readonly path: FieldPath }
  | { readonly unsupported: string; readonly path: FieldPath };

/** One test case as written. */
export interface WrittenTestCase {
  readonly text: TestCaseText;
  readonly path: FieldPath;
  readonly operations: readonly WrittenOperation[];
}

/** What a file holds. */
export interface WrittenTestCases {
  readonly testCases: readonly WrittenTestCase[];
  readonly problems: readonly Problem[];
  readonly placeOf: (path: FieldPath, wants?: 'key' | 'value') => Place;
}

/** Opcodes that scheduler_perf has and the simulator has not. */
const unsupportedOpcodes: readonly string[] = [
  'allocResourceClaims',
  'createResourceClaims',
  'createResourceDriver',
];

const opcodes = Object.keys(operationSchemas) as readonly Opcode[];

/** Whether a text is meant to be a file of scheduler_perf: a list of test cases. */
export function isSchedulerPerfText(text: string): boolean {
  return (
    /^- /m.test(text) &&
    /^(?:- |\s+)workloadTemplate:/m.test(text) &&
    !/^(?:apiVersion|kind):/m.test(text)
  );
}

/** Reads all test cases that are sound. Never throws for what the text holds. */
export function readTestCases(text: string, file: string): WrittenTestCases {
  const { tree, positionOf, problems: syntax } = readTree(text, file);
  const placeOf = (path: FieldPath, wants: 'key' | 'value' = 'value'): Place => ({
    file,
    ...positionOf(path, wants),
  });
  const problems: Problem[] = [...syntax];
  const testCases: WrittenTestCase[] = [];
  if (Array.isArray(tree)) {
    for (const [index, item] of tree.entries()) {
      const found = readTestCase(item, [index], placeOf, problems);
      if (found !== undefined) testCases.push(found);
    }
  } else if (syntax.length === 0) {
    const message = 'a file of scheduler_perf is a list of test cases';
    problems.push(problemAt(placeOf([]), scenarioProblemCodes.notAnInput, message));
  }
  problems.push(...repeatedNames(testCases, placeOf));
  return { testCases, problems, placeOf };
}

type PlaceOf = WrittenTestCases['placeOf'];

function readTestCase(
  item: unknown,
  path: FieldPath,
  placeOf: PlaceOf,
  problems: Problem[],
): WrittenTestCase | undefined {
  const tree = canonical(item);
  const parsed = testCaseSchema.safeParse(tree);
  const written = isTree(tree) && Array.isArray(tree['workloadTemplate']);
  const before = problems.length;
  if (!parsed.success) problems.push(...faultsAt(path, tree, parsed.error.issues, placeOf));
  const name = isTree(tree) ? String(tree['name']) : '';
  const items = written ? ((tree as Tree)['workloadTemplate'] as readonly unknown[]) : [];
  const operations = items.flatMap((each, index) => {
    const at = [...path, 'workloadTemplate', index];
    const found = readOperation(each, at, name, placeOf, problems);
    return found === undefined ? [] : [found];
  });
  const isSound = problems.slice(before).every(({ severity }) => severity === 'warning');
  return parsed.success && isSound ? { text: parsed.data, path, operations } : undefined;
}

function readOperation(
  item: unknown,
  path: FieldPath,
  testCase: string,
  placeOf: PlaceOf,
  problems: Problem[],
): WrittenOperation | undefined {
  const opcode = isTree(item) ? item['opcode'] : undefined;
  if (typeof opcode !== 'string') return undefined; // the test case's schema has said so
  const schema = opcodes.includes(opcode as Opcode)
    ? operationSchemas[opcode as Opcode]
    : undefined;
  if (schema === undefined) {
    const known = [...opcodes, ...unsupportedOpcodes];
    const isKnown = known.includes(opcode);
    const near = isKnown ? undefined : didYouMean(opcode, known);
    problems.push(
      problemAt(
        placeOf([...path, 'opcode']),
        perfProblemCodes.unsupportedOp,
        `unsupported op ${opcode} in test case "${testCase}"`,
        {
          path: [...path, 'opcode'],
          severity: 'warning',
          expected: isKnown ? undefined : `one of ${opcodes.join(', ')}`,
          suggestion: near === undefined ? undefined : `opcode: ${near}`,
        },
      ),
    );
    return { unsupported: opcode, path };
  }
  const tree = renamedKeys(item as Tree, Object.keys(schema.shape));
  const parsed = schema.safeParse(tree);
  if (parsed.success) return { text: parsed.data, path };
  problems.push(...faultsAt(path, tree, parsed.error.issues, placeOf));
  return undefined;
}

/** What the schema has to say about `tree`, which stands at `path` of the file. */
function faultsAt(
  path: FieldPath,
  tree: unknown,
  issues: Parameters<typeof schemaProblems>[0],
  placeOf: PlaceOf,
): readonly Problem[] {
  const root = path.reduceRight((inner: unknown, step) => ({ [step]: inner }), tree);
  const moved = issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
  return schemaProblems(moved, root, placeOf);
}

/** A test case whose fields, and those of its workloads, are written as the schema writes them. */
function canonical(item: unknown): unknown {
  if (!isTree(item)) return item;
  const { workloads } = testCaseSchema.shape;
  const tree = renamedKeys(item, Object.keys(testCaseSchema.shape));
  const list = tree['workloads'];
  if (!Array.isArray(list)) return tree;
  const keys = Object.keys(workloads.element.shape);
  const renamed = list.map((each) => (isTree(each) ? renamedKeys(each, keys) : each));
  return { ...tree, workloads: renamed };
}

function renamedKeys(tree: Tree, names: readonly string[]): Tree {
  const entries = Object.keys(tree).map((key) => {
    const name = names.includes(key) ? key : (caseless(key, names) ?? key);
    return [name, tree[key]] as const;
  });
  return Object.fromEntries(entries);
}

/** Test cases of one file, and workloads of one test case, are known by their names. */
function repeatedNames(testCases: readonly WrittenTestCase[], placeOf: PlaceOf): Problem[] {
  const problems: Problem[] = [];
  const check = (what: string, named: readonly { name: string; path: FieldPath }[]): void => {
    const seen = new Set<string>();
    for (const { name, path } of named) {
      if (seen.has(name)) {
        const message = `${what} "${name}" is there twice`;
        problems.push(problemAt(placeOf(path), problemCodes.duplicate, message, { path }));
      }
      seen.add(name);
    }
  };
  check(
    'test case',
    testCases.map(({ text: { name }, path }) => ({ name, path: [...path, 'name'] })),
  );
  for (const { text, path } of testCases) {
    const named = text.workloads.map(({ name }, index) => ({
      name,
      path: [...path, 'workloads', index, 'name'],
    }));
    check('workload', named);
  }
  return problems;
}
