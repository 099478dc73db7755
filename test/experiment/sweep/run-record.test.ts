import { expect, test } from 'vitest';
import {
  parseRecords,
  type RunRecord,
  recordLine,
  runKey,
} from '../../../src/experiment/sweep/run-record.js';

const good: RunRecord = { cell: 'aa', seed: '7 #2', traceHash: 'h', values: [0.1 + 0.2, 1e-9] };
const bad: RunRecord = { cell: 'bb', seed: '7', failure: { name: 'E', message: 'a\nb' } };

test('records come back from their lines with every bit', () => {
  const found = parseRecords(recordLine(good) + recordLine(bad));
  expect([...found.values()]).toEqual([good, bad]);
  expect(found.get(runKey(good))).toEqual(good);
});

test('a value without a sample stays one', () => {
  const line = recordLine({ ...good, values: [Number.NaN, 1] });
  expect(parseRecords(line).get(runKey(good))).toMatchObject({ values: [Number.NaN, 1] });
});

test('of two records of a run the last one counts', () => {
  const later = { ...good, traceHash: 'later' };
  const found = parseRecords(recordLine(good) + recordLine(later));
  expect([...found.values()]).toEqual([later]);
});

test('lines that were cut short or are none of ours count as runs that were not made', () => {
  const cut = recordLine(good).slice(0, -5);
  const others = ['', 'null', '3', '{}', '{"cell":"a","seed":"1"}', '[]'].join('\n');
  expect(parseRecords(`${cut}\n${others}\n${recordLine(bad)}`).size).toBe(1);
});
