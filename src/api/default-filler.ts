/**
 * Filling in absent fields, remembering which: `kubeclock plan` prints where each value came from.
 */

import { type FieldPath, formatPath } from './field-path.js';

/** A value that the API server would have filled in. */
export interface AppliedDefault {
  /** Such as `spec.template.spec.containers[0].imagePullPolicy`. */
  readonly path: string;
  readonly value: unknown;
}

/** Fills absent fields of objects without changing them. */
export class DefaultFiller {
  readonly #record: AppliedDefault[] | undefined;

  /** @param record where to note every value filled in; absent when nobody asks. */
  constructor(record?: AppliedDefault[]) {
    this.#record = record;
  }

  /** Notes a value that was filled in by other means than `fill`. */
  note(path: FieldPath, value: unknown): void {
    this.#record?.push({ path: formatPath(path), value });
  }

  /**
   * The object with every absent or null field of `defaults` filled in; the object itself when none
   * is. Linear in the number of defaults.
   */
  fill<T extends object>(object: T, path: FieldPath, defaults: Partial<T>): T {
    let filled: Record<string, unknown> | undefined;
    const present = object as Readonly<Record<string, unknown>>;
    // The order of the defaults is the order in which this file's callers wrote them.
    for (const [key, value] of Object.entries(defaults)) {
      if ((present[key] ?? undefined) !== undefined || value === undefined) continue;
      filled ??= { ...present };
      filled[key] = value;
      this.note([...path, key], value);
    }
    return (filled ?? object) as T;
  }

  /** The object with one field replaced by what `change` makes of it; absent fields stay absent. */
  within<T extends object, K extends keyof T & string>(
    object: T,
    path: FieldPath,
    key: K,
    change: (value: NonNullable<T[K]>, path: FieldPath) => T[K],
  ): T {
    const value = object[key];
    if (value === undefined || value === null) return object;
    const changed = change(value, [...path, key]);
    return changed === value ? object : { ...object, [key]: changed };
  }

  /**
   * The object with the defaults of one of its fields filled in, whether it has the field or not.
   */
  fillAt<T extends object, K extends keyof T & string>(
    object: T,
    path: FieldPath,
    key: K,
    defaults: Partial<NonNullable<T[K]>>,
  ): T {
    const value: unknown = object[key] ?? undefined;
    const present = (value ?? {}) as object;
    const filled = this.fill<object>(present, [...path, key], defaults);
    return filled === present ? object : { ...object, [key]: filled };
  }

  /** The list with every item changed; the list itself when no item is. */
  each<T>(
    items: readonly T[],
    path: FieldPath,
    change: (item: T, path: FieldPath) => T,
  ): readonly T[] {
    const changed = items.map((item, index) => change(item, [...path, index]));
    return changed.some((item, index) => item !== items[index]) ? changed : items;
  }
}
