// A JSON patch: operations on places of an object, one after the other; one that does not apply
// refuses the whole. Source: RFC 6902, and RFC 6901 for the places.
import { isEqual } from './merge-patch.js';

/** One operation, as it is written. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value?: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

/** The value after all operations, sharing what did not change; undefined: one does not apply. */
export function applyJsonPatch(value: unknown, patch: readonly JsonPatchOperation[]): unknown {
  let found: unknown = value;
  for (const operation of patch) {
    found = applied(found, operation);
    if (found === undefined) return undefined;
  }
  return isEqual(found, value) ? value : found;
}

function applied(value: unknown, operation: JsonPatchOperation): unknown {
  const steps = stepsOf(operation.path);
  switch (operation.op) {
    case 'test':
      return isEqual(at(value, steps), operation.value ?? null) ? value : undefined;
    case 'add':
      return added(value, steps, operation.value ?? null);
    case 'remove':
      return removed(value, steps);
    case 'replace': {
      if (at(value, steps) === undefined) return undefined;
      const by = operation.value ?? null;
      return changed(value, steps, (inside, step) => withItem(inside, step, by), by);
    }
    default: {
      const from = stepsOf(operation.from);
      const moved = at(value, from);
      const base = operation.op === 'move' ? removed(value, from) : value;
      return moved === undefined || base === undefined ? undefined : added(base, steps, moved);
    }
  }
}

/** `/a~1b/0` names item 0 of the member `a/b`; '' is the whole. */
function stepsOf(path: string): readonly string[] {
  const steps = path.split('/').slice(1);
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

type Container = readonly unknown[] | Readonly<Record<string, unknown>>;

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

/** Where an item stands in a list, up to `last`; undefined: nowhere. */
function indexOf(step: string, last: number): number | undefined {
  const index = /^(?:0|[1-9]\d*)$/.test(step) ? Number(step) : Number.NaN;
  return index <= last ? index : undefined;
}

function itemOf(inside: Container, step: string): unknown {
  if (!Array.isArray(inside)) {
    return Object.hasOwn(inside, step) ? (inside as Record<string, unknown>)[step] : undefined;
  }
  const index = indexOf(step, inside.length - 1);
  return index === undefined ? undefined : (inside as readonly unknown[])[index];
}

function withItem(inside: Container, step: string, item: unknown): Container {
  return Array.isArray(inside) ? inside.with(Number(step), item) : { ...inside, [step]: item };
}

function at(value: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>(
    (inside, step) => (isContainer(inside) ? itemOf(inside, step) : undefined),
    value,
  );
}

/** The value with what lies around its last step changed; `whole` where there is no step. */
function changed(
  value: unknown,
  steps: readonly string[],
  change: (inside: Container, step: string) => Container | undefined,
  whole: unknown,
): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return whole;
  if (!isContainer(value)) return undefined;
  if (rest.length === 0) return change(value, step);
  const inner = changed(itemOf(value, step), rest, change, whole);
  return inner === undefined ? undefined : withItem(value, step, inner);
}

function added(value: unknown, steps: readonly string[], item: unknown): unknown {
  const insert = (inside: Container, step: string): Container | undefined => {
    if (!Array.isArray(inside)) return { ...inside, [step]: item };
    const index = step === '-' ? inside.length : indexOf(step, inside.length);
    return index === undefined ? undefined : inside.toSpliced(index, 0, item);
  };
  return changed(value, steps, insert, item);
}

function removed(value: unknown, steps: readonly string[]): unknown {
  const take = (inside: Container, step: string): Container | undefined => {
    if (itemOf(inside, step) === undefined) return undefined;
    if (Array.isArray(inside)) return inside.toSpliced(Number(step), 1);
    const { [step]: _gone, ...rest } = inside as Readonly<Record<string, unknown>>;
    return rest;
  };
  return changed(value, steps, take, undefined);
}
