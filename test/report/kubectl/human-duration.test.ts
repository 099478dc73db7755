// Ages as kubectl prints them, at the places where the form changes.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { humanDuration } from '../../../src/report/kubectl/human-duration.js';

const S = 1_000_000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;
const Y = 365 * D;

test.each([
  [-2 * S, '<invalid>'],
  [-1.5 * S, '0s'],
  [0, '0s'],
  [999_999, '0s'],
  [119 * S, '119s'],
  [2 * M, '2m'],
  [2 * M + 1 * S, '2m1s'],
  [10 * M - 1, '9m59s'],
  [10 * M + 30 * S, '10m'],
  [3 * H - 1, '179m'],
  [3 * H, '3h'],
  [3 * H + 5 * M + 59 * S, '3h5m'],
  [8 * H + 59 * M, '8h'],
  [2 * D - 1, '47h'],
  [2 * D, '2d'],
  [2 * D + 3 * H, '2d3h'],
  [8 * D + 23 * H, '8d'],
  [2 * Y - 1, '729d'],
  [2 * Y, '2y'],
  [2 * Y + 40 * D, '2y40d'],
  [8 * Y + 40 * D, '8y'],
])('%d µs is %s', (us, text) => expect(humanDuration(us)).toBe(text));

test('a longer time never reads as a shorter one', () => {
  const unitUs: Record<string, number> = { s: S, m: M, h: H, d: D, y: Y };
  const back = (text: string): number =>
    [...text.matchAll(/(\d+)([smhdy])/g)].reduce(
      (sum, [, count, unit]) => sum + Number(count) * (unitUs[unit ?? ''] ?? 0),
      0,
    );
  const times = fc.integer({ min: 0, max: 20 * Y });
  fc.assert(
    fc.property(times, times, (a, b) => {
      const [less, more] = a < b ? [a, b] : [b, a];
      expect(back(humanDuration(less))).toBeLessThanOrEqual(back(humanDuration(more)));
      expect(back(humanDuration(more))).toBeLessThanOrEqual(more);
    }),
  );
});
