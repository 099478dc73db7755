/**
 * The machine-readable shape of every kind: which fields an object may have and what type each is.
 * Reading uses it to find unknown fields and wrong types, decoding to turn timestamps into numbers,
 * and the size estimate to know what a number stands for on the wire.
 *
 * The tables (`pod-shapes.ts` and its neighbours) are text, one line a message: groups separated by
 * `;`, each a type, a colon and the names of the fields of that type. Types: `s` string, `b`
 * boolean, `i` int32, `l` int64, `q` quantity, `x` integer or string, `t` timestamp, `v` resource
 * version, `any`; `[T]` a list of T; `{T}` a map from string to T; anything else names another
 * message.
 */

import { batchShapes } from './batch-shapes.js';
import { clusterShapes } from './cluster-shapes.js';
import { containerShapes } from './container-shapes.js';
import { flowControlShapes } from './flow-control-shapes.js';
import { podShapes } from './pod-shapes.js';
import { storageShapes } from './storage-shapes.js';
import { volumeShapes } from './volume-shapes.js';
import { workloadShapes } from './workload-shapes.js';

/** The type of one field. */
export type FieldType =
  | { readonly type: 'string' | 'boolean' | 'int32' | 'int64' | 'quantity' | 'intOrString' }
  | { readonly type: 'time' | 'resourceVersion' | 'any' }
  | { readonly type: 'list' | 'map'; readonly element: FieldType }
  | { readonly type: 'message'; readonly message: string };

/** The fields of a message, by name. */
export type MessageShape = ReadonlyMap<string, FieldType>;

/** A table as written: message name to its fields. */
export type ShapeTable = Readonly<Record<string, string>>;

const scalars: ReadonlyMap<string, FieldType> = new Map<string, FieldType>([
  ['s', { type: 'string' }],
  ['b', { type: 'boolean' }],
  ['i', { type: 'int32' }],
  ['l', { type: 'int64' }],
  ['q', { type: 'quantity' }],
  ['x', { type: 'intOrString' }],
  ['t', { type: 'time' }],
  ['v', { type: 'resourceVersion' }],
  ['any', { type: 'any' }],
]);

function parseType(text: string): FieldType {
  const scalar = scalars.get(text);
  if (scalar !== undefined) return scalar;
  if (text.startsWith('[')) return { type: 'list', element: parseType(text.slice(1, -1)) };
  if (text.startsWith('{')) return { type: 'map', element: parseType(text.slice(1, -1)) };
  return { type: 'message', message: text };
}

/**
 * A name as objects have it as a key, which is one and the same text in all of them: it is found in
 * a map by its reference, where a part of another text is compared letter by letter.
 */
function keyNamed(name: string): string {
  return Object.keys({ [name]: true })[0] as string;
}

function parseShape(text: string): MessageShape {
  const fields = new Map<string, FieldType>();
  for (const group of text.split(';')) {
    const colon = group.indexOf(':');
    const type = parseType(group.slice(0, colon).trim());
    for (const name of group
      .slice(colon + 1)
      .trim()
      .split(/\s+/))
      fields.set(keyNamed(name), type);
  }
  return fields;
}

const tables: readonly ShapeTable[] = [
  podShapes,
  containerShapes,
  volumeShapes,
  workloadShapes,
  batchShapes,
  clusterShapes,
  flowControlShapes,
  storageShapes,
];

const texts: ReadonlyMap<string, string> = new Map(
  tables.flatMap((table) =>
    // The order of messages cannot matter: the map is only ever looked into.
    Object.keys(table)
      .sort((a, b) => (a < b ? -1 : 1))
      .map((name): [string, string] => [name, table[name] ?? '']),
  ),
);
const parsed = new Map<string, MessageShape>();

/**
 * The shape of a message, such as `PodSpec`; undefined when there is none of that name. A kind's
 * own shape has the kind's name. Parsed at the first look.
 */
export function messageShape(message: string): MessageShape | undefined {
  const known = parsed.get(message);
  if (known !== undefined) return known;
  const text = texts.get(message);
  if (text === undefined) return undefined;
  const shape = parseShape(text);
  parsed.set(message, shape);
  return shape;
}
