import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderCsv, textColumn } from '../../src/report/csv/csv-file.js';
import { escapeHtml, scriptJson } from '../../src/report/html/markup.js';
import { peaks } from '../../src/report/html/series-groups.js';
import { formatNumber, formatSeconds } from '../../src/report/number-format.js';
import { compactJson, type JsonValue, stableJson } from '../../src/report/stable-json.js';
import { podStages, stageSpans } from '../../src/report/stages.js';
import { alignRows, wrapText } from '../../src/report/text-table.js';
import { podRow } from './fixtures.js';

const plainDecimal = /^(?:0|-?(?:0\.\d*[1-9]|[1-9]\d*(?:\.\d*[1-9])?))$/;
const milestone = fc.option(fc.integer({ min: 0, max: 1_000_000_000 }), { nil: undefined });

describe('for all inputs', () => {
  test('a number is a plain decimal, at most half a millionth off', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), (value) => {
        const text = formatNumber(value);
        expect(text).toMatch(plainDecimal);
        expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(
          0.500001e-6 + Math.abs(value) * 2e-16,
        );
      }),
    );
  });

  test('seconds read back as the same microseconds', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (us) => {
        const text = formatSeconds(us);
        expect(text).toMatch(plainDecimal);
        const [whole = '', rest = ''] = text.split('.');
        expect(BigInt(whole) * 1_000_000n + BigInt(rest.padEnd(6, '0'))).toBe(BigInt(us));
      }),
    );
  });

  test('any text survives a CSV file', () => {
    const row = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 2 });
    const columns = [0, 1].map((i) => textColumn<string[]>(`c${i}`, '', (cells) => cells[i] ?? ''));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
        // A line of two empty cells is one comma; the parser must not take it for an empty line.
        expect(parse(renderCsv(columns, rows), { record_delimiter: '\n' })).toEqual([
          ['c0', 'c1'],
          ...rows,
        ]);
      }),
    );
  });

  test('JSON reads back, and does not depend on the order of keys', () => {
    const integers = fc.jsonValue().map((value) => roundNumbers(value));
    fc.assert(
      fc.property(integers, (value) => {
        expect(JSON.parse(stableJson(value))).toEqual(value);
        expect(compactJson(reverseKeys(value))).toBe(compactJson(value));
      }),
    );
  });

  test('no text can leave the place it is put into', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
        expect(scriptJson(text).text).not.toContain('<');
      }),
    );
  });

  test('wrapped lines fit and keep every letter', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 5, max: 40 }), (text, width) => {
        const lines = wrapText(text, width, '  ');
        for (const line of lines) expect([...line].length).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });

  test('aligned rows fit when the first column can give way', () => {
    const rows = fc.array(fc.tuple(fc.string(), fc.string({ maxLength: 10 })), { minLength: 1 });
    fc.assert(
      fc.property(rows, (cells) => {
        const lines = alignRows(cells, { align: 'lr', width: 20 });
        expect(lines).toHaveLength(cells.length);
        for (const line of lines) expect([...line].length).toBeLessThanOrEqual(20);
      }),
    );
  });

  test('stages never overlap, never run backwards, and add up to the last end', () => {
    fc.assert(
      fc.property(fc.tuple(milestone, milestone, milestone, milestone), (times) => {
        const [boundUs, sandboxUs, startedUs, readyUs] = times;
        const pod = podRow({
          createdUs: 0,
          boundUs,
          sandboxUs,
          imagePulledUs: undefined,
          startedUs,
          readyUs,
          endpointProgrammedUs: undefined,
        });
        const spans = stageSpans(podStages, 0, pod).filter((span) => span !== undefined);
        let untilUs = 0;
        for (const { fromUs, toUs } of spans) {
          expect(fromUs).toBe(untilUs);
          expect(toUs).toBeGreaterThanOrEqual(fromUs);
          untilUs = toUs;
        }
        expect(untilUs).toBe(Math.max(0, ...times.filter((us) => us !== undefined)));
      }),
    );
  });

  test('thinning keeps the highest value and shortens by the size of a group', () => {
    const values = fc.array(fc.integer(), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 50 }), (series, size) => {
        const thinned = peaks(series, size);
        expect(thinned).toHaveLength(Math.ceil(series.length / size));
        expect(Math.max(...thinned)).toBe(Math.max(...series));
      }),
    );
  });
});

/** JSON as our files hold it: whole numbers, and no minus zero. */
function roundNumbers(value: unknown): JsonValue {
  if (typeof value === 'number') return Math.abs(value) < 1e15 ? Math.round(value) + 0 : 0;
  if (Array.isArray(value)) return value.map(roundNumbers);
  if (typeof value !== 'object' || value === null) return value as JsonValue;
  const fields = Object.entries(value).filter(([key]) => key !== '__proto__');
  return Object.fromEntries(fields.map(([key, field]) => [key, roundNumbers(field)]));
}

function reverseKeys(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).reverse();
  return Object.fromEntries(fields.map(([key, field]) => [key, reverseKeys(field as JsonValue)]));
}
