/**
 * From a manifest's JSON to the simulator's form of an object: timestamps become numbers,
 * quantities become text, nulls vanish, and what only a server fills in is dropped or converted.
 *
 * Left out: `managedFields` and `selfLink`, which no component reads.
 *
 * Source: the two deviations described in `time.ts` and `object-meta.ts`.
 */

import { convertAutoscalerV1 } from './autoscaler-conversion.js';
import { isJsonObject, messageOfKind } from './field-check.js';
import type { ApiObject } from './object-meta.js';
import { type FieldType, messageShape } from './shape.js';
import { parseTimestamp } from './timestamp.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** How to read the objects of a file. */
export interface DecodeOptions {
  /**
   * The instant that becomes simulated time 0, in microseconds since 1970. Timestamps in the file
   * are counted from it. Default: timestamps are dropped, as when the objects are created anew.
   */
  readonly originUnixMicros?: number;
}

/** Fields of the metadata that the simulator does not keep. */
const droppedMetaFields: ReadonlySet<string> = new Set(['managedFields', 'selfLink']);

function decodeTime(value: unknown, options: DecodeOptions): number | undefined {
  if (typeof value === 'number') return value;
  if (options.originUnixMicros === undefined || typeof value !== 'string') return undefined;
  const micros = parseTimestamp(value);
  return micros === undefined ? undefined : micros - options.originUnixMicros;
}

function decodeResourceVersion(value: unknown): number | undefined {
  const version = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof version === 'number' && Number.isSafeInteger(version) ? version : undefined;
}

function decodeValue(value: unknown, type: FieldType, options: DecodeOptions): unknown {
  if (value === null || value === undefined) return undefined;
  switch (type.type) {
    case 'time':
      return decodeTime(value, options);
    case 'resourceVersion':
      return decodeResourceVersion(value);
    case 'quantity':
      return typeof value === 'number' || typeof value === 'string' ? String(value).trim() : value;
    case 'list':
      if (!Array.isArray(value)) return value;
      return value.map((item) => decodeValue(item, type.element, options));
    case 'map':
      return isJsonObject(value) ? decodeMap(value, type.element, options) : value;
    case 'message':
      return isJsonObject(value) ? decodeMessage(value, type.message, options) : value;
    default:
      return value;
  }
}

function decodeMap(value: JsonObject, element: FieldType, options: DecodeOptions): JsonObject {
  const result: Record<string, unknown> = {};
  // Written order is kept: it is what the user sees again, and nothing else depends on it.
  for (const key of Object.keys(value)) {
    const decoded = decodeValue(value[key], element, options);
    if (decoded !== undefined) setOwn(result, key, decoded);
  }
  return result;
}

/** Assignment that does not fall for a key named `__proto__`. */
function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true });
  } else target[key] = value;
}

function decodeMessage(value: JsonObject, message: string, options: DecodeOptions): JsonObject {
  const shape = messageShape(message);
  if (shape === undefined) return value;
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    if (message === 'ObjectMeta' && droppedMetaFields.has(key)) continue;
    const type = shape.get(key);
    const decoded = type === undefined ? value[key] : decodeValue(value[key], type, options);
    if (decoded !== undefined) setOwn(result, key, decoded);
  }
  return result;
}

/**
 * Decodes an object as read. Pure; fields that the shapes do not know are passed on as they are, so
 * `checkFields` should have been asked first. An `autoscaling/v1` autoscaler is converted to
 * `autoscaling/v2`. Linear in the size of the object.
 */
export function decodeObject(raw: ApiObject, options: DecodeOptions = {}): ApiObject {
  const object = raw as unknown as JsonObject;
  const message = messageOfKind(raw.apiVersion, raw.kind);
  const decoded = decodeMessage(object, message, options);
  const converted =
    message === 'HorizontalPodAutoscalerV1' ? convertAutoscalerV1(decoded) : decoded;
  return converted as unknown as ApiObject;
}
