// All metrics over simulated time as OpenMetrics text, which `promtool tsdb create-blocks-from
// openmetrics` turns into blocks of a Prometheus server. The clock begins at 0, the Unix epoch.
// Source: OpenMetrics 1.0, https://prometheus.io/docs/specs/om/open_metrics_spec/. A counter whose
// name lacks `_total`, as some of Kubernetes do, is of type `unknown`, which the format asks for.
import { assert } from '../../kernel/assert.js';
import type { MetricSample } from '../../metrics/run-result.js';
import type { ScrapedSeries } from '../../metrics/scrapes.js';
import { ascending } from '../../stats/ascending.js';
import { formatNumber, formatSeconds } from '../number-format.js';
import { escapeLabel, sampleText } from '../prometheus-text.js';
import type { OutputFormat } from './output-format.js';

export const openMetricsFormat: OutputFormat = {
  name: 'openmetrics',
  title: 'Prometheus: all metrics every 15 s (promtool tsdb create-blocks-from openmetrics)',
  needs: ['scrapes'],
  files: ({ scrapes }) => new Map([['metrics.openmetrics', openMetricsText(scrapes)]]),
};

/**
 * Families in ascending order of name; series as they were found, each with its points in time.
 * @throws AssertionError when a family has two types.
 */
export function openMetricsText(series: readonly ScrapedSeries[]): string {
  const families = new Map<string, ScrapedSeries[]>();
  for (const each of series) {
    const family = families.get(each.head.name);
    if (family === undefined) families.set(each.head.name, [each]);
    else family.push(each);
  }
  const texts = [...families]
    .sort(([a], [b]) => ascending(a, b))
    .map(([name, family]) => familyText(name, family));
  return `${texts.join('')}# EOF\n`;
}

function familyText(name: string, family: readonly ScrapedSeries[]): string {
  const { help, type } = (family[0] as ScrapedSeries).head;
  assert(
    family.every(({ head }) => head.type === type),
    `The metric ${name} has two types.`,
  );
  const isTotal = type === 'counter' && name.endsWith('_total');
  const title = isTotal ? name.slice(0, -'_total'.length) : name;
  const openType = type === 'counter' && !isTotal ? 'unknown' : type;
  const lines = family.flatMap(({ timesUs, samples }) => seriesLines(timesUs, samples));
  return `# HELP ${title} ${escapeLabel(help)}\n# TYPE ${title} ${openType}\n${lines.join('')}`;
}

/** The points of a series; of a histogram bucket by bucket, as the format wants it. */
function seriesLines(
  timesUs: readonly number[],
  samples: readonly MetricSample[],
): readonly string[] {
  return samples.flatMap((sample, index) => {
    const { name, labels, value, buckets, sum, count } = sample;
    const at = formatSeconds(timesUs[index] as number);
    const point = (suffix: string, number: number, more: MetricSample['labels'] = []): string =>
      `${sampleText(`${name}${suffix}`, [...labels, ...more], number)} ${at}\n`;
    if (buckets === undefined) return [point('', value ?? Number.NaN)];
    const finite = buckets.filter(([bound]) => bound !== Number.POSITIVE_INFINITY);
    return [
      ...finite.map(([bound, below]) => point('_bucket', below, [['le', boundText(bound)]])),
      point('_bucket', count ?? 0, [['le', '+Inf']]),
      point('_sum', sum ?? 0),
      point('_count', count ?? 0),
    ];
  });
}

/** A bound is a float in its canonical form: `1.0`. */
function boundText(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : formatNumber(bound, 9);
}
