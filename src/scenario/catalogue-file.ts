/**
 * A catalogue of instance types in a file of its own: `instanceTypes: [...]`, as a scenario would
 * have it in place.
 */

import type { FieldPath } from '../api/field-path.js';
import type { Problem } from '../api/problem.js';
import type { ObjectReader } from './objects.js';
import type { Place } from './scenario-problems.js';
import { catalogueFile, type InstanceTypeText } from './schema-cloud.js';
import { schemaProblems } from './schema-problems.js';
import { readTree } from './yaml-tree.js';

/** The rows of the file `name`, undefined when they cannot be used; `place`: where it is named. */
export function readCatalogue(
  reader: ObjectReader,
  name: string,
  place: Place,
  path: FieldPath,
): {
  readonly instanceTypes: readonly InstanceTypeText[] | undefined;
  readonly problems: readonly Problem[];
} {
  const found = reader.textOf(name, place, path);
  if (found === undefined) return { instanceTypes: undefined, problems: [] };
  const { file, text } = found;
  const tree = readTree(text, file);
  const parsed = catalogueFile.safeParse(tree.tree);
  if (parsed.success) return { instanceTypes: parsed.data.instanceTypes, problems: tree.problems };
  const locate = (at: FieldPath, wants: 'key' | 'value'): Place => ({
    file,
    ...tree.positionOf(at, wants),
  });
  const problems = schemaProblems(parsed.error.issues, tree.tree, locate);
  return { instanceTypes: undefined, problems: [...tree.problems, ...problems] };
}
