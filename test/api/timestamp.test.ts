// RFC 3339 text to and from microseconds.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatTimestamp, isTimestamp, parseTimestamp } from '../../src/api/timestamp.js';

const S = 1_000_000;

test.each<[number, 0 | 6, string]>([
  [0, 0, '1970-01-01T00:00:00Z'],
  [42 * S + 999_999, 0, '1970-01-01T00:00:42Z'],
  [42 * S + 7, 6, '1970-01-01T00:00:42.000007Z'],
  [-1, 0, '1969-12-31T23:59:59Z'],
  [-1, 6, '1969-12-31T23:59:59.999999Z'],
  [951_782_400 * S, 0, '2000-02-29T00:00:00Z'],
  [4_107_542_399 * S, 0, '2100-02-28T23:59:59Z'],
  [4_107_542_400 * S, 0, '2100-03-01T00:00:00Z'],
])('%d µs with %i digits is %s', (micros, digits, text) => {
  expect(formatTimestamp(micros, digits)).toBe(text);
});

test('text of any time in four centuries reads back as it was, and as the platform writes it', () => {
  const micros = fc.integer({ min: -5_000_000_000 * S, max: 8_000_000_000 * S });
  fc.assert(
    fc.property(micros, (time) => {
      const text = formatTimestamp(time, 6);
      expect(isTimestamp(text)).toBe(true);
      expect(parseTimestamp(text)).toBe(time);
      const millis = Math.floor(time / 1000);
      expect(text.slice(0, 23)).toBe(new Date(millis).toISOString().slice(0, 23));
    }),
  );
});
