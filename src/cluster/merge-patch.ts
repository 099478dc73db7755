// A JSON merge patch: maps merge, everything else is replaced, null removes. Lists of containers merge
// by name, as kubectl's strategic patch does, so that `containers: [{name, image}]` changes an image.
// Source: RFC 7396; Kubernetes v1.36 strategic merge patch, patchMergeKey name.

/** A new value that shares what did not change; the same value when nothing changes. */
export function mergePatch(value: unknown, patch: unknown): unknown {
  if (isNamedList(value) && isNamedList(patch)) return mergeByName(value, patch);
  if (!isMap(patch)) return isEqual(value, patch) ? value : patch;
  const base: Readonly<Record<string, unknown>> = isMap(value) ? value : {};
  const merged: Record<string, unknown> = { ...base };
  let isChanged = !isMap(value);
  for (const key of Object.keys(patch).sort((a, b) => (a < b ? -1 : 1))) {
    const next = patch[key];
    if (next === null) {
      isChanged ||= key in merged;
      delete merged[key];
      continue;
    }
    const field = mergePatch(base[key], next);
    isChanged ||= field !== base[key];
    merged[key] = field;
  }
  return isChanged ? merged : value;
}

type NamedList = readonly { readonly name: string }[];

function mergeByName(value: NamedList, patch: NamedList): NamedList {
  const patches = new Map(patch.map((item) => [item.name, item]));
  const merged = value.map((item) => {
    const change = patches.get(item.name);
    patches.delete(item.name);
    return change === undefined ? item : (mergePatch(item, change) as { readonly name: string });
  });
  const isChanged = patches.size > 0 || merged.some((item, index) => item !== value[index]);
  return isChanged ? [...merged, ...patches.values()] : value;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNamedList(value: unknown): value is NamedList {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => isMap(item) && typeof item['name'] === 'string')
  );
}

/** Equal as JSON. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a).sort((x, y) => (x < y ? -1 : 1));
  const others = Object.keys(b).sort((x, y) => (x < y ? -1 : 1));
  return (
    keys.length === others.length &&
    keys.every((key, i) => key === others[i] && isEqual(a[key], b[key]))
  );
}
