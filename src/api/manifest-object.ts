/**
 * An object as it stands in a file, with the way back to its position.
 */

import type { FieldPath } from './field-path.js';
import type { Position } from './field-problem.js';
import type { ApiObject } from './object-meta.js';

/** One object of a known kind, as read. */
export interface ManifestObject {
  /**
   * The JSON as it stands in the file: no defaults, timestamps as text, amounts maybe as numbers.
   */
  readonly object: ApiObject;
  readonly file: string;
  /** Where the object starts, from 1. */
  readonly line: number;
  readonly column: number;
  /**
   * Where a field stands, or its nearest present parent. The first call parses the document again.
   *
   * @param wants `key` to point at the field's name instead of its value.
   */
  readonly positionOf: (path: FieldPath, wants?: 'key' | 'value') => Position;
}
