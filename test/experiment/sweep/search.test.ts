import { describe, expect, test } from 'vitest';
import { seedOf } from '../../../src/experiment/compare/replicate.js';
import type { CellValues } from '../../../src/experiment/sweep/parameter.js';
import type { RunRecord } from '../../../src/experiment/sweep/run-record.js';
import { runKey } from '../../../src/experiment/sweep/run-record.js';
import {
  inOrder,
  nextCells,
  parseGoal,
  type Search,
  searchAnswers,
} from '../../../src/experiment/sweep/search.js';
import { sweepResult } from '../../../src/experiment/sweep/sweep-result.js';

const seeds = 2;

function search(direction: 'max' | 'min', bases: readonly CellValues[] = [[]]): Search {
  const goal = parseGoal(`${direction}:rate=1:20`);
  if (typeof goal === 'string') throw new Error(goal);
  const condition = { measure: 'wait', comparison: '<' as const, bound: 5 };
  return { goal, conditions: [condition], bases, measures: ['wait'] };
}

/** Searches to the end where a run waits as `wait` says; `rounds` fewer when given. */
function searched(of: Search, wait: (values: CellValues, k: number) => number, rounds = 99) {
  let values: readonly { readonly values: CellValues }[] = [];
  for (let round = 0; ; round++) {
    const cells = inOrder(of, values).map((each) => ({
      ...each,
      digest: each.values.join(),
      seed: '1',
    }));
    const plan = {
      scenario: '',
      modelVersion: '',
      measures: of.measures,
      seeds,
      parameters: [],
      cells,
    };
    const records = cells.flatMap((cell): RunRecord[] =>
      [0, 1].map((k) => ({
        cell: cell.digest,
        seed: seedOf('1', k),
        traceHash: '',
        values: [wait(cell.values, k)],
      })),
    );
    const result = sweepResult(plan, new Map(records.map((each) => [runKey(each), each])));
    const next = nextCells(of, result.cells);
    if (next.length === 0 || round === rounds) return searchAnswers(of, result.cells);
    values = [...values, ...next.map((each) => ({ values: each }))];
  }
}

const rateOf = (values: CellValues): number => Number(values.at(-1));

describe('a search', () => {
  test('of the largest value finds it for every combination of the others', () => {
    const limit = (values: CellValues): number => (values[0] === 'hdd' ? 3 : 17);
    const of = search('max', [['hdd'], ['nvme']]);
    const answers = searched(of, (values) => (rateOf(values) > limit(values) ? 9 : 1));
    expect(answers).toMatchObject([
      { values: ['hdd'], value: '3', failing: '4', exceptions: [], isPartial: false },
      { values: ['nvme'], value: '17', failing: '18', exceptions: [], isPartial: false },
    ]);
    expect(answers[0]?.probes.map(({ value }) => Number(value))).toEqual(
      (answers[0]?.probes.map(({ value }) => Number(value)) ?? []).toSorted((a, b) => a - b),
    );
  });

  test('of the smallest value takes large values for the easy ones', () => {
    const [answer] = searched(search('min'), (values) => (rateOf(values) < 8 ? 9 : 1));
    expect(answer).toMatchObject({ value: '8', failing: '7', exceptions: [] });
  });

  test('wants the condition kept by every run', () => {
    const [answer] = searched(search('max'), (values, k) =>
      rateOf(values) > 4 && k === 1 ? 9 : 1,
    );
    expect(answer).toMatchObject({ value: '4', failing: '5' });
    expect(answer?.probes).toContainEqual({ value: '5', holding: 1, runs: 2 });
  });

  test('says that all values hold, or none', () => {
    expect(searched(search('max'), () => 1)).toMatchObject([{ value: '20', failing: undefined }]);
    expect(searched(search('max'), () => 9)).toMatchObject([{ value: undefined, failing: '1' }]);
    expect(searched(search('min'), () => 1)).toMatchObject([{ value: '1', failing: undefined }]);
  });

  test('names values that hold although easier ones do not', () => {
    const odd = (values: CellValues): number => (rateOf(values) > 4 && rateOf(values) < 14 ? 9 : 1);
    const [answer] = searched(search('max'), odd);
    expect(answer).toMatchObject({ value: '4', failing: '5', exceptions: ['15', '20'] });
  });

  test('that was broken off says so', () => {
    const [answer] = searched(search('max'), (values) => (rateOf(values) > 8 ? 9 : 1), 1);
    expect(answer?.isPartial).toBe(true);
  });
});

test.each([
  ['rate=1:5', 'write max:path=from:to:step'],
  ['most:rate=1:5', 'write max:path=from:to:step'],
  ['max:rate=5:1', 'descends'],
  ['max:rate', 'write path=from:to:step'],
])('the goal %j is refused: %s', (text, why) => {
  expect(parseGoal(text)).toContain(why);
});
