/**
 * Files of values for templates, as options name them.
 */

import type { Problem } from '../../api/problem.js';
import { loadYaml } from '../../api/yaml-dialect.js';
import type { TemplateValue } from '../../scenario/go-template/go-template.js';
import { problemAt } from '../../scenario/scenario-problems.js';
import { isTree } from '../../scenario/yaml-tree.js';
import { type ImportFile, type ImportOptions, importProblemCodes, textOf } from './importer.js';

/** The values of all files that `--option` names, in their order; later ones win. */
export function valuesOfFiles(
  option: string,
  { values, beside }: ImportOptions,
  problems: Problem[],
): readonly (readonly [name: string, value: TemplateValue])[] {
  return (values.get(option) ?? []).flatMap((path) => {
    const file = beside(path);
    const place = { file: file?.path ?? `--${option}`, line: 1, column: 1 };
    if (file === undefined) {
      const message = `${path} does not exist`;
      problems.push(problemAt(place, importProblemCodes.missingFile, message));
      return [];
    }
    const tree = treeOf(file);
    if (isTree(tree)) return Object.entries(tree as Readonly<Record<string, TemplateValue>>);
    const message = `--${option} names a mapping of names to values`;
    problems.push(problemAt(place, importProblemCodes.badValue, message));
    return [];
  });
}

function treeOf(file: ImportFile): unknown {
  try {
    return loadYaml(textOf(file), 'override')[0];
  } catch {
    return undefined;
  }
}
