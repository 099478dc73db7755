/**
 * Paths to a field of an object, in the API server's notation: `spec.containers[0].image`, and
 * `metadata.labels[app.kubernetes.io/name]` for keys that are not plain words.
 *
 * Source: Kubernetes v1.36 apimachinery `util/validation/field`.
 */

/** Keys and indexes from the object down to the field. */
export type FieldPath = readonly (string | number)[];

const plainKey = /^[A-Za-z_$][A-Za-z0-9_$-]*$/;

/** The text of a path; empty for the object itself. */
export function formatPath(path: FieldPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number' || !plainKey.test(step)) text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** Reads the text of a path. A bracket with digits only is an index, any other bracket a key. */
export function parsePath(text: string): FieldPath {
  const path: (string | number)[] = [];
  for (const match of text.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)) {
    const [, bracket, word] = match;
    if (word !== undefined) path.push(word);
    else if (bracket !== undefined) path.push(/^[0-9]+$/.test(bracket) ? Number(bracket) : bracket);
  }
  return path;
}
