/**
 * Images that kube-burner has on every node before a job begins: those of its templates, unless the
 * job says `preLoadImages: false`.
 */

import { isTree } from '../../../scenario/yaml-tree.js';
import { ascending } from '../../../stats/ascending.js';
import { templateName } from '../template-name.js';
import type { JobText } from './kube-burner-schema.js';

/** The images, sorted. `files`: texts of templates by name. */
export function imagesOf(
  jobs: readonly JobText[],
  files: ReadonlyMap<string, string>,
): readonly string[] {
  const found = new Set<string>();
  for (const { jobType = 'create', preLoadImages = true, objects } of jobs) {
    if (jobType !== 'create' || !preLoadImages) continue;
    for (const { objectTemplate = '', inputVars } of objects ?? []) {
      const text = files.get(templateName(objectTemplate)) ?? '';
      for (const image of imagesIn(text, inputVars ?? {})) found.add(image);
    }
  }
  return [...found].sort(ascending);
}

/** Images that a template states, or takes from a variable. */
function imagesIn(text: string, variables: unknown): readonly string[] {
  return [...text.matchAll(/\bimage:\s*["']?([^\s"'{]+|\{\{\s*\.(\w+)\s*\}\})/g)].flatMap(
    ([, image = '', variable]) => {
      if (variable === undefined) return [image];
      const value = isTree(variables) ? variables[variable] : undefined;
      return typeof value === 'string' ? [value] : [];
    },
  );
}
