import { describe, expect, test } from 'vitest';
import type { CellValues } from '../../../src/experiment/sweep/parameter.js';
import type { RunRecord } from '../../../src/experiment/sweep/run-record.js';
import { runKey } from '../../../src/experiment/sweep/run-record.js';
import { type SweepResult, sweepResult } from '../../../src/experiment/sweep/sweep-result.js';
import { axisOf, measurePlot, mostLines } from '../../../src/report/sweep/sweep-plots.js';

/** A sweep of those cells, each with the value that `medianOf` gives. */
function swept(
  names: readonly string[],
  cells: readonly CellValues[],
  medianOf: (values: CellValues) => number = () => 1,
): SweepResult {
  const parameters = names.map((name, index) => ({
    name,
    values: [...new Set(cells.map((values) => values[index] ?? ''))],
  }));
  const planned = cells.map((values) => ({ values, digest: values.join(), seed: '1' }));
  const records = planned.map(({ values, digest: cell }): RunRecord => {
    return { cell, seed: '1', traceHash: '', values: [medianOf(values)] };
  });
  const measures = ['wait_seconds'];
  const plan = { scenario: 's', modelVersion: '1', measures, seeds: 1, parameters, cells: planned };
  return sweepResult(plan, new Map(records.map((each) => [runKey(each), each])));
}

const axisName = (result: SweepResult): string | undefined => axisOf(result)?.parameter.name;

function plotOf(result: SweepResult) {
  const axis = axisOf(result);
  if (axis === undefined) throw new Error('nothing to draw along');
  return measurePlot(result, 'wait_seconds', axis);
}

describe('the axis', () => {
  test('is the parameter that is a number with one unit and takes most values', () => {
    const cells = [...['a,1,1Gi', 'b,2,2Gi', 'a,3,1Gi']].map((text) => text.split(','));
    expect(axisName(swept(['policy', 'count', 'memory'], cells))).toBe('count');
    expect(
      axisName(
        swept(
          ['policy', 'memory'],
          [
            ['a', '1Gi'],
            ['b', '2Gi'],
          ],
        ),
      ),
    ).toBe('memory');
  });

  test('is none when no parameter is a number, or takes two values', () => {
    expect(axisName(swept(['disk'], [['nvme'], ['hdd']]))).toBeUndefined();
    expect(axisName(swept(['mixed'], [['1Gi'], ['512Mi']]))).toBeUndefined();
    expect(axisName(swept(['count'], [['1']]))).toBeUndefined();
  });
});

describe('a plot', () => {
  test('has a line for every combination of the others, over ascending values', () => {
    const cells = [
      ['a', '10'],
      ['a', '2'],
      ['b', '2'],
    ];
    const plot = plotOf(swept(['policy', 'count'], cells, ([, count]) => Number(count) / 2));
    expect(plot).toMatchObject({ x: [2, 10], xTitle: 'count', yTitle: 'seconds', hasPoints: true });
    expect(plot.series).toEqual([
      { title: 'policy=a', values: [1, 5] },
      { title: 'policy=b', values: [1, null] },
    ]);
  });

  test('of one parameter has one line, and names its unit', () => {
    const plot = plotOf(swept(['memory'], [['1Gi'], ['2Gi']]));
    expect(plot).toMatchObject({ xTitle: 'memory (Gi)', x: [1, 2] });
    expect(plot.series).toEqual([{ title: 'median', values: [1, 1] }]);
  });

  test('draws no more lines than can be told apart, and says how many are left', () => {
    const cells = Array.from({ length: 22 }, (_, i) => [`p${i % 11}`, String(i < 11 ? 1 : 2)]);
    const { series, note } = plotOf(swept(['policy', 'count'], cells));
    expect(series).toHaveLength(mostLines);
    expect(note).toContain('3 more combinations are in cells.csv');
  });
});
