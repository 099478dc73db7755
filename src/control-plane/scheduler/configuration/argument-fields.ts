// One object of plugin arguments: its fields, and the place of each for messages.
// Source: kube-scheduler v1.36 kube-scheduler/config/v1/types_pluginargs.go.

import type { FieldPath } from '../../../api/field-path.js';
import { invalidValue } from '../../../api/field-problem.js';
import { problemCodes } from '../../../api/problem.js';
import type { FieldReader, Fields } from './field-reader.js';

/** The arguments of one plugin as written. */
export class ArgumentFields {
  readonly reader: FieldReader;
  readonly #value: unknown;
  readonly #path: FieldPath;
  readonly #plugin: string;

  constructor(reader: FieldReader, value: unknown, path: FieldPath, plugin: string) {
    this.reader = reader;
    this.#value = value;
    this.#path = path;
    this.#plugin = plugin;
  }

  at(...steps: FieldPath): FieldPath {
    return [...this.#path, ...steps];
  }

  /** The object's fields; any but those of `known` are problems. */
  known(...known: readonly string[]): Fields {
    const names = ['apiVersion', 'kind', ...known];
    const fields = this.reader.object(this.#value, this.#path, names);
    const kind = this.reader.text(fields['kind'], this.at('kind'));
    const expected = `${this.#plugin}Args`;
    if (kind !== undefined && kind !== expected) {
      const [type, got] = [expected, kind].map((each) => `${each}.kubescheduler.config.k8s.io`);
      this.reader.report({
        path: this.at('kind'),
        code: problemCodes.invalid,
        severity: 'error',
        message: `args for plugin ${this.#plugin} were not of type ${type}, got ${got}`,
        suggestion: `kind: ${expected}`,
      });
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
