// The sizes of frequent messages agree with the tables of their fields.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frequentMeasures, type MessageMeasure } from '../../src/api/frequent-sizes.js';
import { type FieldType, messageShape } from '../../src/api/shape.js';

const measureOf = (message: string): MessageMeasure =>
  frequentMeasures.get(message) as MessageMeasure;

/** Fields that no object has: the API dropped one, the simulator does not keep the other. */
const NOBODYS = new Set(['selfLink', 'managedFields']);

/** Fields that are written, by two bytes, when an object does not have them. */
const ALWAYS: Readonly<Record<string, readonly string[]>> = {
  ObjectMeta: [
    ...['name', 'generateName', 'namespace', 'selfLink', 'uid'],
    ...['resourceVersion', 'generation', 'creationTimestamp'],
  ],
  OwnerReference: ['kind', 'name', 'uid', 'apiVersion'],
  ObjectReference: [
    ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'],
  ],
  PodCondition: [
    ...['type', 'status', 'lastProbeTime', 'lastTransitionTime', 'reason', 'message'],
    'observedGeneration',
  ],
};

const tagged = (body: number): number => 1 + varint(body) + body;
const varint = (value: number): number => (value < 128 ? 1 : 1 + varint(Math.floor(value / 128)));
const utf8 = (text: string): number => new TextEncoder().encode(text).length;

/** A field as protobuf writes it. */
function encoded(type: FieldType, value: unknown): number {
  switch (type.type) {
    case 'string':
      return tagged(utf8(value as string));
    case 'boolean':
      return 2;
    case 'time':
      return tagged(8);
    case 'resourceVersion':
      return 2; // left empty: the store keeps it beside the object
    case 'list':
      return (value as unknown[]).reduce(
        (sum: number, item) => sum + encoded(type.element, item),
        0,
      );
    case 'map':
      return Object.entries(value as object).reduce(
        (sum, [key, item]) => sum + tagged(tagged(utf8(key)) + encoded(type.element, item)),
        0,
      );
    case 'message':
      return tagged(bodyOf(type.message, value as object));
    default:
      return 1 + varint(value as number);
  }
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

function bodyOf(message: string, value: object): number {
  const fields = value as Readonly<Record<string, unknown>>;
  const always = ALWAYS[message] ?? [];
  let total = always.filter((name) => isAbsent(fields[name])).length * 2;
  for (const [name, type] of messageShape(message) ?? []) {
    if (!isAbsent(fields[name])) total += encoded(type, fields[name]);
  }
  return total;
}

/** Values of a type, or none. */
function arbitrary(type: FieldType): fc.Arbitrary<unknown> {
  switch (type.type) {
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 200 });
    case 'boolean':
      return fc.boolean();
    case 'list':
      return fc.array(arbitrary(type.element), { maxLength: 3 });
    case 'map':
      return fc.dictionary(fc.string({ maxLength: 20 }), arbitrary(type.element), { maxKeys: 4 });
    case 'message':
      return arbitraryMessage(type.message);
    default:
      return fc.nat();
  }
}

/** A manifest may say of a field that it has no value. */
const orNull = (values: fc.Arbitrary<unknown>) => fc.option(values, { freq: 8 });

function arbitraryMessage(message: string): fc.Arbitrary<object> {
  const fields = [...(messageShape(message) ?? [])].filter(([name]) => !NOBODYS.has(name));
  const record = Object.fromEntries(fields.map(([name, type]) => [name, orNull(arbitrary(type))]));
  return fc.record(record, { requiredKeys: [] });
}

describe('the size of a frequent message', () => {
  it.each([...frequentMeasures.keys()])('is what the fields of a %s add up to', (message) => {
    fc.assert(
      fc.property(arbitraryMessage(message), (value) => {
        expect(measureOf(message)(value)).toBe(bodyOf(message, value));
      }),
      { numRuns: 60 },
    );
  });

  it('is that of a condition as it stands in a pod', () => {
    const ready = { type: 'Ready', status: 'True', lastTransitionTime: 1_000_000 };
    // Two texts of 5 and 4 letters, a time, and four fields that are written though empty.
    expect(measureOf('PodCondition')(ready)).toBe(7 + 6 + 10 + 4 * 2);
  });

  it('counts letters by what they take in UTF-8', () => {
    const plain = measureOf('ObjectReference')({ name: 'aaaa' });
    expect(measureOf('ObjectReference')({ name: 'äaaa' })).toBe(plain + 1);
    expect(measureOf('ObjectReference')({ name: '😀aa' })).toBe(plain + 2);
  });
});
