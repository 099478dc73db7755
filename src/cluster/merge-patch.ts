// A JSON merge patch: maps merge, everything else is replaced, null removes. Lists of containers
// merge by name, as kubectl's strategic patch does, so that `containers: [{name, image}]` changes
// an image. Source: RFC 7396; Kubernetes v1.36 strategic merge patch, patchMergeKey name.

/** A new value that shares what did not change; the same value when nothing changes. */
export function mergePatch(value: unknown, patch: unknown): unknown {
  if (isNamedList(patch)) return mergeByName(isNamedList(value) ? value : [], patch);
  if (!isMap(patch)) return isEqual(value, patch) ? value : patch;
  const base: Readonly<Record<string, unknown>> = isMap(value) ? value : {};
  const merged: Record<string, unknown> = { ...base };
  let isChanged = !isMap(value);
  for (const key of Object.keys(patch).sort((a, b) => (a < b ? -1 : 1))) {
    const next = patch[key];
    if (next === null) {
      isChanged ||= Object.hasOwn(merged, key);
      delete merged[key];
      continue;
    }
    const before = Object.hasOwn(base, key) ? base[key] : undefined;
    const field = mergePatch(before, next);
    isChanged ||= field !== before;
    merged[key] = field;
  }
  return isChanged ? merged : value;
}

interface NamedItem {
  readonly name: string;
}

type NamedList = readonly NamedItem[];

function mergeByName(value: NamedList, patch: NamedList): NamedList {
  const patches = new Map(patch.map((item) => [item.name, item]));
  const merge = (item: unknown, change: NamedItem): NamedItem =>
    mergePatch(item, change) as NamedItem;
  const merged = value.map((item) => {
    const change = patches.get(item.name);
    patches.delete(item.name);
    return change === undefined ? item : merge(item, change);
  });
  const isChanged = patches.size > 0 || merged.some((item, index) => item !== value[index]);
  const added = [...patches.values()].map((item) => merge(undefined, item));
  return isChanged ? [...merged, ...added] : value;
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
export function isEqual(a: unknown, b: unknown): boolean {
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
