// A JSON merge patch: maps merge, everything else is replaced, null removes. Lists of containers
// merge by name and those of volume mounts by path, as kubectl's strategic patch does, so that
// `containers: [{name, image}]` changes an image. Source: RFC 7396; Kubernetes v1.36 strategic merge
// patch, patchMergeKey name and mountPath.
import { sortedKeys } from '../api/field-check.js';

/** A new value that shares what did not change; the same value when nothing changes. */
export function mergePatch(value: unknown, patch: unknown): unknown {
  const key = mergeKeyOf(patch);
  if (key !== undefined) {
    return mergeByKey(mergeKeyOf(value) === key ? (value as Items) : [], patch as Items, key);
  }
  if (!isMap(patch)) return isEqual(value, patch) ? value : patch;
  const base: Readonly<Record<string, unknown>> = isMap(value) ? value : {};
  const merged: Record<string, unknown> = { ...base };
  let isChanged = !isMap(value);
  for (const field of sortedKeys(patch)) {
    const next = patch[field];
    if (next === null) {
      isChanged ||= Object.hasOwn(merged, field);
      delete merged[field];
      continue;
    }
    const before = Object.hasOwn(base, field) ? base[field] : undefined;
    const after = mergePatch(before, next);
    isChanged ||= after !== before;
    merged[field] = after;
  }
  return isChanged ? merged : value;
}

type Item = Readonly<Record<string, unknown>>;

type Items = readonly Item[];

function mergeByKey(value: Items, patch: Items, key: string): Items {
  const patches = new Map(patch.map((item) => [item[key], item]));
  const merge = (item: unknown, change: Item): Item => mergePatch(item, change) as Item;
  const merged = value.map((item) => {
    const change = patches.get(item[key]);
    patches.delete(item[key]);
    return change === undefined ? item : merge(item, change);
  });
  const isChanged = patches.size > 0 || merged.some((item, index) => item !== value[index]);
  const added = [...patches.values()].map((item) => merge(undefined, item));
  return isChanged ? [...merged, ...added] : value;
}

/** By what the items of a list are known; undefined for a list that is replaced, or no list. */
function mergeKeyOf(list: unknown): string | undefined {
  if (!Array.isArray(list) || list.length === 0 || !list.every(isMap)) return undefined;
  return ['mountPath', 'name'].find((key) => list.every((item) => typeof item[key] === 'string'));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equal as JSON. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const keys = sortedKeys(a);
  const others = sortedKeys(b);
  return (
    keys.length === others.length &&
    keys.every((key, i) => key === others[i] && isEqual(a[key], b[key]))
  );
}
