// The measures of a run as Go's benchmarks print them, so that benchstat compares runs: one line a
// run; files of several seeds are put one after another. `Unit` lines say which end is better.
// Source: Go benchmark data format, https://go.dev/design/14313-benchmark-format, and benchstat's
// unit metadata, https://pkg.go.dev/golang.org/x/perf/benchfmt.
import { measured, measures } from '../../experiment/compare/measures.js';
import type { RunResult } from '../../metrics/run-result.js';
import { formatNumber } from '../number-format.js';
import type { OutputFormat } from './output-format.js';

export const benchmarkTextFormat: OutputFormat = {
  name: 'benchstat',
  title: 'benchstat: the measures as Go benchmark text',
  needs: [],
  files: ({ result }) => new Map([['benchmark.txt', benchmarkText(result)]]),
};

function benchmarkText(result: RunResult): string {
  const { scenario, seed, kubernetesVersion, modelVersion } = result;
  const units = measures.flatMap(({ name, better }) =>
    better === undefined ? [] : [`Unit ${name} better=${better}`],
  );
  const values = measured(result).flatMap((value, index) =>
    Number.isNaN(value) ? [] : [`${formatNumber(value)} ${measures[index]?.name}`],
  );
  const head = [`kubernetes: ${kubernetesVersion}`, `model: ${modelVersion}`, `seed: ${seed}`];
  const line = [`BenchmarkRun/scenario=${scenario}`, '1', ...values].join(' ');
  return `${[...head, ...units, line].join('\n')}\n`;
}
