// One object of plugin arguments: its fields, and the place of each for messages.
// Source: kube-scheduler v1.36 kube-scheduler/config/v1/types_pluginargs.go.

import type { FieldPath } from '../../../api/field-path.js';
import { invalidValue } from '../../../api/field-problem.js';
import type { FieldReader, Fields } from './field-reader.js';

/** The arguments of one plugin as written. */
export class ArgumentFields {
  readonly reader: FieldReader;
  readonly #value: unknown;
  readonly #path: FieldPath;
  readonly #kind: string;

  /** `kind` is what the object may call itself. */
  constructor(reader: FieldReader, value: unknown, path: FieldPath, kind: string) {
    this.reader = reader;
    this.#value = value;
    this.#path = path;
    this.#kind = kind;
  }

  at(...steps: FieldPath): FieldPath {
    return [...this.#path, ...steps];
  }

  /** The object's fields; any but those of `known` are problems. */
  known(...known: readonly string[]): Fields {
    const names = ['apiVersion', 'kind', ...known];
    const fields = this.reader.object(this.#value, this.#path, names);
    const kind = this.reader.text(fields['kind'], this.at('kind'));
    if (kind !== undefined && kind !== this.#kind) {
      this.reader.report(invalidValue(this.at('kind'), kind, 'has to match plugin args'));
    }
    return fields;
  }

  /** An integer in a range, or its default. `range` is how the component states it. */
  integer(fields: Fields, name: string, absent: number, most: number, range: string): number {
    const value = this.reader.integer(fields[name], this.at(name)) ?? absent;
    if (value < 0 || value > most) {
      this.reader.report(invalidValue(this.at(name), value, `not in valid range ${range}`));
    }
    return value;
  }
}
