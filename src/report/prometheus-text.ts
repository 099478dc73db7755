// metrics.prom: the metrics of a run as a scrape at its end would see them.
// Source: Prometheus text exposition format 0.0.4,
// https://prometheus.io/docs/instrumenting/exposition_formats/. Leaves out timestamps: simulated
// time is no wall time, and a scrape without them is valid.
import { assert } from '../kernel/assert.js';
import type { MetricSample } from '../metrics/run-result.js';
import { ascending } from '../stats/ascending.js';
import { formatNumber } from './number-format.js';

/**
 * The text of metrics.prom: families in ascending order of name, samples in the order given.
 * @throws AssertionError when a name is not valid, a family has two types or help texts, or a
 * sample lacks its value.
 */
export function renderPrometheusText(samples: readonly MetricSample[]): string {
  const families = new Map<string, MetricSample[]>();
  for (const sample of samples) {
    const family = families.get(sample.name);
    if (family === undefined) families.set(sample.name, [sample]);
    else family.push(sample);
  }
  return [...families]
    .sort(([a], [b]) => ascending(a, b))
    .map(([, family]) => renderFamily(family))
    .join('');
}

function renderFamily(family: readonly MetricSample[]): string {
  const { name, help, type } = family[0] as MetricSample;
  assert(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name), `"${name}" is no name of a metric.`);
  assert(
    family.every((sample) => sample.type === type && sample.help === help),
    `The metric ${name} has two types or help texts.`,
  );
  const lines = family.flatMap(type === 'histogram' ? histogramLines : valueLines);
  const head = [`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`];
  return `${[...head, ...lines].join('\n')}\n`;
}

function valueLines({ name, labels, value }: MetricSample): string[] {
  assert(value !== undefined, `The metric ${name} has a sample without a value.`);
  return [sampleText(name, labels, value)];
}

function histogramLines({ name, labels, buckets, sum, count }: MetricSample): string[] {
  assert(
    buckets !== undefined && sum !== undefined && count !== undefined,
    `The histogram ${name} needs buckets, sum and count.`,
  );
  const finite = buckets.filter(([bound]) => bound !== Number.POSITIVE_INFINITY);
  return [
    ...finite.map(([bound, below]) =>
      sampleText(`${name}_bucket`, [...labels, ['le', formatNumber(bound)]], below),
    ),
    sampleText(`${name}_bucket`, [...labels, ['le', '+Inf']], count),
    sampleText(`${name}_sum`, labels, sum),
    sampleText(`${name}_count`, labels, count),
  ];
}

/**
 * A sample without a time: `name{label="text"} 1`.
 * @throws AssertionError when the name of a label is not valid.
 */
export function sampleText(name: string, labels: MetricSample['labels'], value: number): string {
  const pairs = labels.map(([label, text]) => {
    assert(/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label), `"${label}" of ${name} is no name of a label.`);
    return `${label}="${escapeLabel(text)}"`;
  });
  const braces = pairs.length > 0 ? `{${pairs.join(',')}}` : '';
  return `${name}${braces} ${Number.isNaN(value) ? 'NaN' : formatNumber(value)}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** The text of a label between its quotes. */
export function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
