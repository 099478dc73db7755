// Formats for other programs, from a real run: figures agree with the run's rows, and readers that
// others wrote take the files.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../../src/experiment/run-scenario.js';
import type { RunResult } from '../../../src/metrics/run-result.js';
import { podsCsv } from '../../../src/report/csv/pods.js';
import { csvFiles } from '../../../src/report/csv-files.js';
import { exportRun } from '../../../src/report/export-run.js';
import { formatNames } from '../../../src/report/formats/format-names.js';
import { openMetricsText } from '../../../src/report/formats/openmetrics.js';
import { formatsNamed, outputFormats } from '../../../src/report/formats/output-formats.js';
import { filesOfAllFormats, scenarioOfFormats, textIn } from './run-in-formats.js';

const files = filesOfAllFormats();
const result: RunResult = runScenario(scenarioOfFormats());

describe('an export', () => {
  test('is the run itself: looking on changes nothing', () => {
    const { traceHash, isSame, notices } = exportRun(scenarioOfFormats(), outputFormats, {
      traceHash: result.traceHash,
      modelVersion: '',
      stoppedAtEvents: undefined,
    });
    expect({ traceHash, isSame, notices }).toEqual({
      traceHash: result.traceHash,
      isSame: true,
      notices: [],
    });
  });

  test('says when the run came out another', () => {
    const other = { traceHash: '0', modelVersion: '', stoppedAtEvents: undefined };
    expect(exportRun(scenarioOfFormats(), formatsNamed(['bmf']), other).isSame).toBe(false);
  });

  test('gives the same bytes twice', () => {
    expect(filesOfAllFormats()).toEqual(files);
  });

  test('has one format for every name', () => {
    expect(outputFormats.map(({ name }) => name)).toEqual(formatNames);
  });
});

describe('openmetrics', () => {
  const text = textIn(files, 'metrics.openmetrics');
  const points = (name: string): readonly string[] =>
    text.split('\n').filter((line) => line.startsWith(name));

  test('has a point of every series at each scrape from 15 s on, and at the end', () => {
    expect(points('etcd_server_has_leader').map((line) => line.split(' ').slice(1))).toEqual([
      ['1', '15'],
      ['1', '30'],
      ['1', '35'],
    ]);
  });

  test('ends with what the run ended with', () => {
    const wanted = result.metrics.find(({ name }) => name === 'scheduler_schedule_attempts_total');
    const last = points('scheduler_schedule_attempts_total').at(-1);
    expect(wanted?.value).toBeGreaterThan(0);
    expect(last?.split(' ').slice(-2)).toEqual([String(wanted?.value), '35']);
  });

  test('names families of counters without _total, and others unknown, as the format asks', () => {
    expect(text).toMatch(/^# TYPE scheduler_schedule_attempts counter$/m);
    const types = [...text.matchAll(/^# TYPE (\S+) counter$/gm)].map(([, name]) => name ?? '');
    expect(types.length).toBeGreaterThan(20);
    for (const name of types) expect(text).toMatch(new RegExp(`^${name}_total[{ ]`, 'm'));
  });

  test('writes a gauge that has no number as NaN', () => {
    const head = { name: 'g', help: 'A "gauge".', type: 'gauge', labels: [] } as const;
    const sample = { ...head, value: Number.NaN };
    expect(openMetricsText([{ head, timesUs: [1_500_000], samples: [sample] }])).toBe(
      '# HELP g A \\"gauge\\".\n# TYPE g gauge\ng NaN 1.5\n# EOF\n',
    );
  });

  test('counts buckets upwards in bound and in time', () => {
    const buckets = points('scheduler_pod_scheduling_sli_duration_seconds_bucket');
    expect(buckets.length).toBeGreaterThan(3);
    const at35 = buckets.filter((line) => line.endsWith(' 35'));
    const counts = at35.map((line) => Number(line.split(' ').at(-2)));
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
  });

  test('is taken by promtool, which finds every sample', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubeclock openmetrics '));
    try {
      writeFileSync(join(folder, 'metrics'), text);
      const args = ['tsdb', 'create-blocks-from', 'openmetrics', join(folder, 'metrics')];
      const made = spawnSync('promtool', [...args, join(folder, 'blocks')], { encoding: 'utf8' });
      if (made.error !== undefined) {
        process.stderr.write('skipped: promtool (Debian: prometheus) is not installed\n');
        return;
      }
      expect(made.status, made.stderr).toBe(0);
      const samples = made.stdout
        .split('\n')[1]
        ?.trim()
        .split(/ {2,}|(?<=s) /)
        .filter(Boolean);
      const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      expect(samples).toContain(String(lines.length));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('perfetto', () => {
  interface TraceEvent {
    readonly ph: string;
    readonly name: string;
    readonly pid: number;
    readonly tid: number;
    readonly ts: number;
    readonly dur?: number;
    readonly id?: number;
    readonly args?: Readonly<Record<string, unknown>>;
  }
  const { traceEvents } = JSON.parse(textIn(files, 'trace.json')) as {
    readonly traceEvents: readonly TraceEvent[];
  };
  const slices = traceEvents.filter(({ ph }) => ph === 'X');

  test('has a track for every pod on the process of its node, with its stages one after another', () => {
    const [pod] = result.pods;
    const whole = slices.find(({ name }) => name === `${pod?.namespace}/${pod?.name}`);
    expect(whole?.ts).toBe(pod?.createdUs);
    const process = traceEvents.find(
      ({ name, pid }) => name === 'process_name' && pid === whole?.pid,
    );
    expect(process?.args).toEqual({ name: `Node ${pod?.node}` });
    const stages = slices.filter(
      (each) => each.pid === whole?.pid && each.tid === whole.tid && each !== whole,
    );
    expect(stages.map(({ name }) => name).slice(0, 2)).toEqual(['Scheduling', 'Sandbox']);
    for (const [index, stage] of stages.entries()) {
      const before = stages[index - 1];
      expect(stage.ts).toBeGreaterThanOrEqual((before?.ts ?? 0) + (before?.dur ?? 0));
    }
  });

  test('cuts a change into its critical path', () => {
    const row = result.convergence[0];
    const whole = slices.find(({ name, pid }) => pid === 1 && name === row?.change);
    const parts = slices.filter(({ pid, tid }) => pid === 1 && tid === whole?.tid).slice(1);
    const sum = parts.reduce((total, { dur = 0 }) => total + dur, 0);
    expect(parts.map(({ name }) => name)).toEqual(
      row?.criticalPath.map(({ activity }) => activity),
    );
    expect(sum).toBe(whole?.dur);
  });

  test('has every request but watches once, begun and ended', () => {
    const begun = traceEvents.filter(({ ph }) => ph === 'b');
    const ended = traceEvents.filter(({ ph }) => ph === 'e');
    const asked = result.requests
      .filter(({ verb }) => verb !== 'watch')
      .reduce((sum, { count }) => sum + count, 0);
    expect(ended.map(({ id }) => id)).toEqual(begun.map(({ id }) => id));
    const members = begun.map(({ args }) => Number(args?.['members'] ?? 1));
    expect(members.reduce((sum, each) => sum + each, 0)).toBe(asked);
    expect(begun.map(({ name }) => name)).toContain('POST pods/binding');
    for (const [index, { ts }] of begun.entries()) {
      expect(ended[index]?.ts).toBeGreaterThanOrEqual(ts);
    }
  });

  test('draws a series with its changes alone', () => {
    const points = traceEvents.filter(({ ph, name }) => ph === 'C' && name === 'nodes');
    expect(points).toHaveLength(2);
    const ready = traceEvents.filter(({ ph, name }) => ph === 'C' && name === 'pods_ready');
    expect(ready.at(-1)?.args).toEqual({
      value: result.pods.filter(({ readyUs }) => readyUs !== undefined).length,
    });
  });
});

describe('perfdata', () => {
  const read = (name: string) => JSON.parse(textIn(files, name));

  test('has the phases of pods by nearest rank in milliseconds', () => {
    const { version, dataItems } = read('PodStartupLatency_PodStartupLatency_quickstart.json');
    expect(version).toBe('v1');
    const metrics = dataItems.map((item: { labels: { Metric: string } }) => item.labels.Metric);
    expect(metrics).toEqual([
      'create_to_schedule',
      'schedule_to_run',
      'run_to_watch',
      'schedule_to_watch',
      'pod_startup',
    ]);
    const startups = result.pods
      .flatMap(({ createdUs, readyUs }) => (readyUs === undefined ? [] : [readyUs - createdUs]))
      .sort((a, b) => a - b);
    const half = startups[Math.ceil(startups.length / 2) - 1] as number;
    expect(dataItems.at(-1)).toMatchObject({ unit: 'ms', data: { Perc50: half / 1_000 } });
  });

  test('counts every API call once, by what it is about', () => {
    const { dataItems } = read('APIResponsivenessPrometheus_simple_quickstart.json');
    const pods = dataItems.find(
      ({ labels }: { labels: Readonly<Record<string, string>> }) =>
        labels['Resource'] === 'pods' && labels['Subresource'] === 'binding',
    );
    const bound = result.pods.filter(({ boundUs }) => boundUs !== undefined).length;
    expect(pods.labels).toMatchObject({ Verb: 'POST', Scope: 'resource', Count: String(bound) });
    expect(pods.data.Perc99).toBeGreaterThanOrEqual(pods.data.Perc50);
  });

  test('has the throughput of intervals of five seconds', () => {
    const throughput = read('SchedulingThroughput_quickstart.json');
    // All 20 pods are bound within the first seconds.
    expect(throughput).toEqual({ max: 4, perc50: 0, perc90: 4, perc99: 4 });
  });
});

describe('benchmarks', () => {
  test('are one line of pairs that benchstat reads', () => {
    const lines = textIn(files, 'benchmark.txt').trimEnd().split('\n');
    const [name, iterations, ...pairs] = (lines.at(-1) ?? '').split(' ');
    expect([name, iterations]).toEqual(['BenchmarkRun/scenario=quickstart', '1']);
    expect(pairs.length % 2).toBe(0);
    const units = pairs.filter((_, index) => index % 2 === 1);
    expect(units).toContain('pod_startup_p99_seconds');
    expect(lines).toContain('Unit pods_bound_per_second better=higher');
    for (const value of pairs.filter((_, index) => index % 2 === 0)) {
      expect(Number.isFinite(Number(value))).toBe(true);
    }
  });

  test('are the same values for Bencher and for github-action-benchmark', () => {
    const bmf = JSON.parse(textIn(files, 'benchmark.bmf.json')).quickstart;
    const smaller = JSON.parse(textIn(files, 'benchmark-smaller-is-better.json'));
    const bigger = JSON.parse(textIn(files, 'benchmark-bigger-is-better.json'));
    expect(bigger.map(({ name, unit }: Record<string, string>) => [name, unit])).toEqual([
      ['quickstart: pods_bound_per_second', '1/s'],
    ]);
    for (const { name, value } of [...smaller, ...bigger]) {
      expect(bmf[name.replace('quickstart: ', '')]).toEqual({ value });
    }
    expect(bmf.nodes_in_use).toEqual({ value: 4 });
  });
});

describe('parquet', () => {
  test('has a file for every CSV file, with the same columns', () => {
    for (const { name, table } of csvFiles) {
      const bytes = files.get(name.replace('.csv', '.parquet')) as Uint8Array;
      const metadata = parquetMetadata(bytes.slice().buffer);
      const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
      expect(columns).toEqual(table(result).columns.map((column) => column.name));
      expect(Number(metadata.num_rows)).toBe(table(result).rowCount);
    }
  });

  test('has the values of the CSV file as numbers and texts, and nothing where it is empty', async () => {
    const bytes = files.get('pods.parquet') as Uint8Array;
    const rows = await parquetReadObjects({ file: bytes.slice().buffer });
    const wanted = parse(podsCsv.render(result), { columns: true }) as Record<string, string>[];
    expect(rows).toHaveLength(wanted.length);
    expect(rows.some((row) => row['deleted_seconds'] === null)).toBe(true);
    for (const [index, row] of rows.entries()) {
      const texts = Object.entries(row).map(([name, value]) => [name, String(value ?? '')]);
      expect(Object.fromEntries(texts)).toEqual(wanted[index]);
    }
    expect(typeof rows[0]?.['startup_seconds']).toBe('number');
  });
});
