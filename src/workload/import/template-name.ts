/**
 * Where the templates of a test stand beside the scenario that is made of it.
 */

import { normalize } from 'node:path';

/** `templates/deployment.yaml` for `../deployment.yaml`: always below the folder of templates. */
export function templateName(path: string): string {
  const inside = normalize(path).replace(/^(?:\/|\.\.\/)+/, '');
  return inside.startsWith('templates/') ? inside : `templates/${inside}`;
}
