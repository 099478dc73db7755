/**
 * Files that are Go templates of YAML: rendered, then read, with what is wrong told at its line.
 */

import { basename } from 'node:path';
import type { z } from 'zod';
import type { FieldPath } from '../../api/field-path.js';
import type { Position } from '../../api/field-problem.js';
import type { Problem } from '../../api/problem.js';
import { RandomRoot } from '../../kernel/random-stream.js';
import {
  GoTemplate,
  offsetInText,
  positionInText,
  type TemplateData,
  TemplateError,
} from '../../scenario/go-template/go-template.js';
import { type Place, problemAt, scenarioProblemCodes } from '../../scenario/scenario-problems.js';
import { schemaProblems } from '../../scenario/schema-problems.js';
import { readTree, type YamlTree } from '../../scenario/yaml-tree.js';
import { type ImportFile, textOf } from './importer.js';

/**
 * The tree of a template with its holes filled, random values always the same; undefined after a
 * problem.
 */
export function renderedTree(
  file: ImportFile,
  data: TemplateData,
  problems: Problem[],
): YamlTree | undefined {
  const text = textOf(file);
  const random = new RandomRoot(1).stream(`import/${basename(file.path)}`);
  try {
    const output = new GoTemplate(text).renderWithOrigin(data, { printsMissing: true, random });
    const rendered = output.text;
    const moved = ({ line, column }: Position): Position =>
      positionInText(text, output.origin(offsetInText(rendered, line, column)));
    const tree = readTree(rendered, file.path);
    problems.push(...tree.problems.map((each) => ({ ...each, ...moved(each) })));
    const positionOf: YamlTree['positionOf'] = (path, wants) => moved(tree.positionOf(path, wants));
    return tree.problems.length === 0 ? { ...tree, positionOf } : undefined;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const place = { file: file.path, ...positionInText(text, error.offset) };
    problems.push(problemAt(place, scenarioProblemCodes.badTemplate, error.message));
    return undefined;
  }
}

/** What a rendered file holds, and where each part of it stands. */
export interface CheckedFile<T> {
  readonly data: T;
  readonly placeOf: (path: FieldPath) => Place;
}

/**
 * The tree of a rendered file, changed by `prepare`, if it is as the schema says; undefined after a
 * problem.
 */
export function checkedFile<S extends z.ZodType>(
  schema: S,
  rendered: YamlTree,
  problems: Problem[],
  prepare: (tree: unknown) => unknown = (tree) => tree,
): CheckedFile<z.infer<S>> | undefined {
  const placeOf = (path: FieldPath, wants: 'key' | 'value' = 'value'): Place => ({
    file: rendered.file,
    ...rendered.positionOf(path, wants),
  });
  const tree = prepare(rendered.tree ?? {});
  const parsed = schema.safeParse(tree);
  if (parsed.success) return { data: parsed.data, placeOf };
  problems.push(...schemaProblems(parsed.error.issues, tree, placeOf));
  return undefined;
}
