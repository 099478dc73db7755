// The measures of a run for services that keep benchmarks: Bencher Metric Format, and the custom
// JSON of github-action-benchmark, which has a list for either end that may be better.
// Source: https://bencher.dev/docs/reference/bencher-metric-format/;
// https://github.com/benchmark-action/github-action-benchmark.
import { measured, measures } from '../../experiment/compare/measures.js';
import type { RunResult } from '../../metrics/run-result.js';
import { type JsonValue, stableJson } from '../stable-json.js';
import type { OutputFormat } from './output-format.js';

export const bencherFormat: OutputFormat = {
  name: 'bmf',
  title: 'Bencher: the measures in Bencher Metric Format',
  needs: [],
  files: ({ result }) => {
    const values = samples(result).map(({ name, value }) => [name, { value }] as const);
    const text = stableJson({ [result.scenario]: Object.fromEntries(values) });
    return new Map([['benchmark.bmf.json', text]]);
  },
};

export const githubBenchmarkFormat: OutputFormat = {
  name: 'github-action-benchmark',
  title: 'github-action-benchmark: customSmallerIsBetter and customBiggerIsBetter',
  needs: [],
  files: ({ result }) =>
    new Map([
      ['benchmark-smaller-is-better.json', benchmarkList(result, 'lower')],
      ['benchmark-bigger-is-better.json', benchmarkList(result, 'higher')],
    ]),
};

interface Sample {
  readonly name: string;
  readonly value: number;
  readonly better: 'lower' | 'higher' | undefined;
}

/** What the run has samples of. */
function samples(result: RunResult): readonly Sample[] {
  return measured(result).flatMap((value, index) => {
    const { name = '', better } = measures[index] ?? {};
    return Number.isNaN(value) ? [] : [{ name, better, value }];
  });
}

function benchmarkList(result: RunResult, wanted: 'lower' | 'higher'): string {
  const rows = samples(result)
    .filter(({ better }) => better === wanted)
    .map(
      ({ name, value }): JsonValue => ({
        name: `${result.scenario}: ${name}`,
        unit: unitOf(name),
        value,
      }),
    );
  return stableJson(rows);
}

/** The last word of a measure that has a unit; a count of pods is a count. */
function unitOf(name: string): string {
  const last = name.slice(name.lastIndexOf('_') + 1);
  if (name.endsWith('_per_second')) return '1/s';
  return last === 'seconds' || last === 'ratio' || last === 'bytes' ? last : 'count';
}
