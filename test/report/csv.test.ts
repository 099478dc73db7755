import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { describe, expect, test } from 'vitest';
import { type CsvColumn, renderCsv, textColumn } from '../../src/report/csv/csv-file.js';
import { csvFiles } from '../../src/report/csv-files.js';
import { convergenceRow, emptyResult, podRow, runResult } from './fixtures.js';
import { expectGolden } from './golden.js';

/** The records of a file of `result`, read back by an independent parser. */
function readBack(name: string, result = runResult()): Record<string, string>[] {
  return parse(render(name, result), { columns: true });
}

function render(name: string, result = runResult()): string {
  const file = csvFiles.find((candidate) => candidate.name === name);
  if (file === undefined) throw new Error(`There is no ${name}.`);
  return file.render(result);
}

describe('every CSV file', () => {
  for (const file of csvFiles) {
    test(`${file.name} is what it was`, () => {
      expectGolden(file.name, file.render(runResult()));
    });

    test(`${file.name} has the same columns without rows, and ends in one line end`, () => {
      const empty = file.render(emptyResult());
      expect(empty.split('\n')).toHaveLength(2);
      const header = file.render(runResult()).split('\n', 1)[0] ?? '';
      if (file.name !== 'timeseries.csv') expect(empty).toBe(`${header}\n`);
    });

    test(`${file.name} names its columns in snake_case and says what each is`, () => {
      for (const { name, description } of file.csvColumns) {
        expect(name).toMatch(/^(?:[a-z][a-z0-9]*(?:_[a-z0-9]+)*|…)$/);
        expect(description).toMatch(/\S.*\.$/);
      }
      const names = file.csvColumns.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    });

    test(`${file.name} holds no number with an exponent and no sign on zero`, () => {
      for (const record of parse(file.render(runResult()), { columns: true })) {
        for (const cell of Object.values(record as Record<string, string>)) {
          expect(cell).not.toMatch(/^-?\d[\d.]*e[+-]?\d+$|^-0$|NaN|Infinity|undefined/);
        }
      }
    });
  }
});

describe('pods.csv', () => {
  test('reads back as the life of each pod, in seconds', () => {
    const [pod] = readBack('pods.csv');
    expect(pod).toMatchObject({
      namespace: 'default',
      name: 'web-7d4b9c-aaaaa',
      owner: 'Deployment/web',
      attempts: '1',
      created_seconds: '1',
      queued_seconds: '1.1',
      scheduled_seconds: '1.2',
      bound_seconds: '1.3',
      sandbox_seconds: '1.4',
      image_pulled_seconds: '1.5',
      started_seconds: '1.6',
      ready_seconds: '1.7',
      endpoint_published_seconds: '1.8',
      endpoint_programmed_seconds: '1.9',
      deleted_seconds: '',
      scheduling_latency_seconds: '0.2',
      startup_seconds: '0.7',
    });
  });

  test('tells what happened at time zero from what did not happen', () => {
    const [, deleted, pending] = readBack('pods.csv');
    expect(deleted?.['created_seconds']).toBe('0');
    expect(deleted?.['bound_seconds']).toBe('0.000001');
    expect(deleted?.['deleted_seconds']).toBe('2');
    expect(pending?.['bound_seconds']).toBe('');
    expect(pending?.['startup_seconds']).toBe('');
  });

  test('says what CPU a pod got of what it asked for, where it says what it uses', () => {
    const cpu = { usedUs: 1_500_000, askedUs: 6_000_000 };
    const pods = readBack('pods.csv', runResult({ pods: [podRow({ cpu }), podRow()] }));
    const columns = pods.map((pod) => [pod['cpu_asked_seconds'], pod['cpu_used_seconds']]);
    expect(columns).toEqual([
      ['6', '1.5'],
      ['', ''],
    ]);
  });

  test('keeps messages with quotes, commas and line ends whole', () => {
    expect(readBack('pods.csv')[2]?.['message']).toBe('a "quoted", message\nof two lines');
  });

  test('writes every pod once, also across the batches of the writer', () => {
    const pods = Array.from({ length: 12_345 }, (_, i) => podRow({ uid: `uid-${i}` }));
    const records = readBack('pods.csv', runResult({ pods }));
    expect(records.map(({ uid }) => uid)).toEqual(pods.map(({ uid }) => uid));
  });
});

describe('convergence.csv', () => {
  test('has a column for the end of every stage and one for what it added', () => {
    const [row] = readBack('convergence.csv');
    expect(row).toMatchObject({
      started_seconds: '0.5',
      accepted_seconds: '0.512',
      accepted_duration_seconds: '0.012',
      created_seconds: '1',
      created_duration_seconds: '0.488',
      ready_seconds: '1.7',
      ready_duration_seconds: '0.4',
      endpoints_programmed_seconds: '1.9',
      endpoints_programmed_duration_seconds: '0.1',
      dns_resolvable_seconds: '',
      dns_resolvable_duration_seconds: '',
      converged_seconds: '1.9',
      convergence_duration_seconds: '1.4',
      longest_stage: 'created',
      reason: '',
      bottleneck: 'create',
      bottleneck_seconds: '0.988',
      bottleneck_cause: 'controllers at work on the objects',
    });
  });

  test('names no bottleneck of a change that took no time', () => {
    const convergence = [convergenceRow({ criticalPath: [] })];
    const [row] = readBack('convergence.csv', runResult({ convergence }));
    expect(row).toMatchObject({ bottleneck: '', bottleneck_seconds: '', bottleneck_cause: '' });
  });

  test('leaves the end empty and gives the reason when a change never converged', () => {
    const row = readBack('convergence.csv')[1];
    expect(row?.['converged_seconds']).toBe('');
    expect(row?.['convergence_duration_seconds']).toBe('');
    expect(row?.['reason']).toContain('Insufficient cpu');
  });
});

describe('critical-path.csv', () => {
  test('has a row for every part of the way of every change', () => {
    const convergence = [
      convergenceRow(),
      convergenceRow({ change: 'b', criticalPath: [{ activity: 'dns', us: 5, cause: 'c' }] }),
      convergenceRow({ change: 'c', criticalPath: [] }),
    ];
    const rows = readBack('critical-path.csv', runResult({ convergence }));
    expect(rows.map(({ change, activity }) => [change, activity])).toEqual([
      ['apply Deployment/default/web', 'api_call'],
      ['apply Deployment/default/web', 'create'],
      ['apply Deployment/default/web', 'image_pull'],
      ['b', 'dns'],
    ]);
    expect(rows[1]).toMatchObject({ started_seconds: '0.5', seconds: '0.988', share: '0.705714' });
  });
});

describe('timeseries.csv', () => {
  test('has one column for every series, and an empty cell for no value', () => {
    expect(readBack('timeseries.csv')).toEqual([
      { time_seconds: '0', pods_ready: '0', apiserver_cpu_cores: '0.1' },
      { time_seconds: '1', pods_ready: '0', apiserver_cpu_cores: '0.333333' },
      { time_seconds: '2', pods_ready: '2', apiserver_cpu_cores: '' },
    ]);
  });

  test('refuses a series that is shorter than the time axis', () => {
    const timeSeries = { timeUs: [0, 1], columns: [{ name: 'pods_ready', values: [1] }] };
    expect(() => render('timeseries.csv', runResult({ timeSeries }))).toThrow('pods_ready');
  });
});

describe('the other files', () => {
  test('summary.csv leaves the figures of an empty sample empty', () => {
    const [startup, dns] = readBack('summary.csv');
    expect(startup).toMatchObject({ metric: 'pod_startup_seconds', count: '2', p99: '0.799' });
    expect(dns).toMatchObject({ metric: 'dns_lookup_seconds', count: '0', mean: '', max: '' });
  });

  test('api-requests.csv has latencies in seconds, to the microsecond', () => {
    expect(readBack('api-requests.csv')[0]).toMatchObject({
      verb: 'PATCH',
      resource: 'pods',
      subresource: 'status',
      errors: '21',
      mean_seconds: '0.004211',
      max_seconds: '0.064123',
    });
  });

  test('nodes.csv and events.csv have their units in the names', () => {
    expect(readBack('nodes.csv')[1]).toMatchObject({
      ready: 'false',
      cpu_requested_milli: '1250',
      memory_allocatable_bytes: '17179869184',
      image_pulled_bytes: '157286400',
    });
    expect(readBack('events.csv')[1]).toMatchObject({
      time_seconds: '1.250001',
      type: 'Warning',
      count: '3',
    });
  });
});

describe('renderCsv', () => {
  const columns: CsvColumn<string>[] = [
    textColumn('text', 'A text.', (row) => row),
    textColumn('after', 'A cell after it.', () => 'x'),
  ];

  test('is what the writer of the library makes of all rows at once', () => {
    const texts = ['plain', 'a,b', '', 'say "hi"', 'x', '1', 'a\nb', 'a\rb', ' a ', 'größe', "'"];
    const rows = Array.from({ length: 60 }, (_, i) => texts[(i * i) % 11] ?? '');
    const records = [['text', 'after'], ...rows.map((text) => [text, 'x'])];
    expect(renderCsv(columns, rows)).toBe(stringify(records, { quoted_match: /\r/ }));
  });

  test('has a header when there is no row', () => {
    expect(renderCsv(columns, [])).toBe('text,after\n');
  });

  test.each([
    ['a comma', 'a,b'],
    ['a quote', 'say "hi"'],
    ['a line end', 'a\nb'],
    ['a carriage return', 'a\rb'],
    ['both', 'a\r\nb'],
    ['spaces around', '  a '],
    ['nothing', ''],
    ['other scripts', 'größe 大小 🙂'],
  ])('keeps a text with %s', (_, text) => {
    expect(parse(renderCsv(columns, [text]))).toEqual([
      ['text', 'after'],
      [text, 'x'],
    ]);
  });
});
