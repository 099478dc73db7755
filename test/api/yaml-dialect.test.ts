import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readManifests } from '../../src/api/manifests.js';

/** A ConfigMap with the given value under `data.x`, read back. */
function readBack(written: string): unknown {
  const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: ${written}\n`;
  const { objects, problems } = readManifests(text, 'f.yaml');
  expect(problems).toEqual([]);
  const [entry] = objects;
  return (entry?.object as { readonly data?: { readonly x: unknown } } | undefined)?.data?.x;
}

describe('the YAML that kubectl reads', () => {
  it.each<[string, unknown]>([
    ['yes', true],
    ['Yes', true],
    ['YES', true],
    ['y', true],
    ['on', true],
    ['no', false],
    ['off', false],
    ['n', false],
    ['true', true],
    ['"yes"', 'yes'],
    ["'no'", 'no'],
    ['yEs', 'yEs'],
    ['0644', 420],
    ['0o644', 420],
    ['0x1A', 26],
    ['0b101', 5],
    ['1_000', 1_000],
    ['-7', -7],
    ['+7', 7],
    ['08', 8],
    ['0', 0],
    ['1e3', 1_000],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['1.', 1],
    ['1.2.3', '1.2.3'],
    ['22:22', '22:22'],
    ['8080:80', '8080:80'],
    ['2026-01-31', '2026-01-31'],
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00Z'],
    ['500m', '500m'],
    ['1Gi', '1Gi'],
    ['~', null],
    ['null', null],
    ['', null],
    ['nil', 'nil'],
    ['.', '.'],
    ['+', '+'],
    ['!!str 5', '5'],
    ['!!int "5"', 5],
  ])('%s is %j', (written, value) => {
    expect(readBack(written)).toEqual(value);
  });

  it('merges maps, the nearer key winning', () => {
    const text = [
      'apiVersion: v1',
      'kind: ConfigMap',
      'metadata: {name: a, labels: &base {x: one, z: two}}',
      'data:',
      '  <<: *base',
      '  z: three',
    ].join('\n');
    const { objects, problems } = readManifests(text, 'f.yaml');
    expect(problems).toEqual([]);
    expect(objects[0]?.object).toMatchObject({ data: { x: 'one', z: 'three' } });
    expect(objects[0]?.positionOf(['data', 'z'])).toEqual({ line: 6, column: 6 });
    expect(objects[0]?.positionOf(['data', 'x'])).toEqual({ line: 3, column: 39 });
  });

  it('takes an unquoted y for true even as a key, as kubectl does', () => {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {y: "1"}\n';
    expect(readManifests(text, 'f').objects[0]?.object).toMatchObject({ data: { true: '1' } });
  });

  it('reads words that mean nothing else as text, and digits as numbers', () => {
    const words = fc.stringMatching(/^[a-z]{2}[a-z0-9.]{0,6}[g-z]$/);
    const meaning = new Set(['yes', 'true', 'null', 'on', 'no', 'off']);
    fc.assert(
      fc.property(words, fc.nat(), (word, number) => {
        fc.pre(!meaning.has(word));
        expect(readBack(word)).toBe(word);
        expect(readBack(String(number))).toBe(number);
      }),
    );
  });

  it('keeps a key that would reach a prototype', () => {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {__proto__: x}\n';
    const [entry] = readManifests(text, 'f').objects;
    const { data } = { data: {}, ...entry?.object };
    expect(Object.hasOwn(data, '__proto__')).toBe(true);
  });
});
