import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { counted, headline, totals } from '../../../src/report/check/check-report.js';
import { consoleReport } from '../../../src/report/check/console.js';
import { findings } from '../../../src/report/check/difference-text.js';
import { githubAnnotations } from '../../../src/report/check/github.js';
import { jsonReport } from '../../../src/report/check/json.js';
import { junitReport } from '../../../src/report/check/junit.js';
import { markdownReport } from '../../../src/report/check/markdown.js';
import { tapReport } from '../../../src/report/check/tap.js';
import {
  broken,
  difference,
  failing,
  fullReport,
  hostile,
  regressed,
  reportOf,
  same,
  written,
} from './fixtures.js';

const plain = (text: string): string => text;
const paint = { red: plain, green: plain, yellow: plain, dim: plain };

describe('the headline of a scenario', () => {
  test.each([
    [same, 'the same as the baseline'],
    [regressed, 'differs from the baseline; 2 figures moved (1 worse)'],
    [
      failing,
      'differs from the baseline within its tolerances; 1 threshold failed; ' +
        '1 threshold of level warn failed',
    ],
    [broken, 'PluginFailure: gang.ts:3:1: no such node'],
    [written, 'differs from the baseline; 2 figures moved (1 worse); baseline written'],
    [
      { ...regressed, difference: { ...difference, figures: [] } },
      'differs from the baseline; no figure has moved, the trace has',
    ],
    [
      { ...same, status: 'stopped' as const, message: 'stopped before it was run' },
      'stopped before it was run',
    ],
  ])('%#', (scenario, text) => expect(headline(scenario)).toBe(text));

  test('is counted in the totals', () => {
    expect(totals(fullReport)).toBe('1 of 4 scenarios passed');
    expect(totals(reportOf(same, written))).toBe('2 of 2 scenarios passed, 1 baseline written');
    expect(counted(1, 'figure')).toBe('1 figure');
  });
});

describe('the findings', () => {
  const found = new Map(findings(difference).map(({ title, lines }) => [title, lines]));

  test('say what has changed in the input', () => {
    expect(found.get('changed in the input')).toEqual([
      'controlPlane.etcd.disk: nvme → hdd',
      'shop/web.yaml has changed',
      'horizon: not stated → 5m',
    ]);
  });

  test('name the first differing event: its time, component and kind, before and now', () => {
    expect(found.get('first differing event')).toEqual([
      'event 1,616 of the trace, counted from 0',
      'was registry: JobServed of 2 at 3.746174 s',
      'now etcd: FsyncDone of 0 at 3.75 s',
      'registry.JobServed number 1: 3.746174 s of 2 → 3.77641 s of 2 (+0.030236 s)',
    ]);
  });

  test('name a stretch when the event is not known, and a run that has ended', () => {
    const { first } = difference;
    const lines = (change: Partial<NonNullable<typeof first>>) => {
      const other = first && { ...first, moved: undefined, ...change };
      return findings({ ...difference, input: [], stages: [], first: other })[0]?.lines;
    };
    expect(lines({ isExact: false, last: 1_700, was: undefined })).toEqual([
      'one of the events 1,616 to 1,700 of the trace, counted from 0',
      'now from etcd: FsyncDone of 0 at 3.75 s',
    ]);
    expect(lines({ now: undefined })?.at(-1)).toBe('now the run has ended before it');
  });

  test('name the stage of the critical path with the largest difference', () => {
    expect(found.get('stage of the critical path')).toEqual([
      'image_pull +0.5 s over 2 changes, most in apply Deployment/shop/web (1 s → 1.4 s)',
      'also publish -0.0005 s',
    ]);
  });

  test('name what has changed in the model, the rest in number', () => {
    const model = Array.from({ length: 11 }, (_, i) => ({
      name: `etcd.c${i}Us`,
      before: '1 µs',
      after: i === 0 ? undefined : '2 µs',
    }));
    const [, second] = findings({ ...difference, model });
    expect(second?.lines).toHaveLength(9);
    expect(second?.lines[0]).toBe('etcd.c0Us: 1 µs → absent');
    expect(second?.lines.at(-1)).toBe('… and 3 more');
  });
});

describe('the console', () => {
  const text = consoleReport(fullReport, 90, paint);

  test('has a line for what is well and everything for what is not', () => {
    expect(text.split('\n')[0]).toBe('ok    shop (scenarios/shop.yaml): the same as the baseline');
    expect(text).toContain('FAIL  slow');
    expect(text).toContain('threshold: pod_startup_seconds: p(99)<60, measured 71.3 s\n');
    expect(text).toContain('measured no sample (level warn)');
    expect(text.trimEnd().split('\n').at(-1)).toBe('1 of 4 scenarios passed');
  });

  test('shows the moved figures with old, new and difference', () => {
    expect(text).toMatch(/p99 +2\.5 s +3 s +\+0\.5 s \(\+20\.00 %\) +worse\n/);
    expect(text).toMatch(/pods_ready +0 +2 +\+2 +better, allowed by 2%\n/);
    expect(text).toMatch(/lookup_seconds\.count +7 +no sample +moved \(allowed: 2%\)\n/);
  });

  test('never lets a name move the cursor', () => {
    expect(text).not.toContain('\u0007');
    expect(text).toContain('a<b>&"c|d');
  });
});

describe('Markdown', () => {
  test('opens with the verdicts and folds away what is told of each', () => {
    const text = markdownReport(fullReport);
    expect(text).toMatch(/^### kubeclock check: 1 of 4 scenarios passed\n/);
    expect(text).toContain('| ✅ | shop | the same as the baseline |');
    expect(text.match(/<details open>/g)).toHaveLength(3);
    expect(text).toContain(
      '| pod\\_startup\\_seconds.p99 | 2.5 s | 3 s | +0.5 s (+20.00 %) | worse |',
    );
  });

  test('takes no name for markup', () => {
    const text = markdownReport(reportOf({ ...regressed, name: hostile }));
    expect(text).toContain('a&lt;b&gt;&amp;&quot;c\\|d, 100%: \\`x\\`');
    expect(text).not.toContain('a<b>');
  });

  test('stays small enough for a comment', () => {
    const many = Array.from({ length: 400 }, () => regressed);
    const text = markdownReport(reportOf(...many));
    expect(text.length).toBeLessThan(65_536);
    expect(text).toMatch(/… and \d+ more scenarios\.\n$/);
  });
});

describe('JUnit XML', () => {
  const text = junitReport(fullReport);

  test('has a suite for every scenario and a case for every verdict', () => {
    expect(text).toContain('<testsuites name="kubeclock check" tests="7" failures="2" errors="1">');
    expect(text).toContain('<testsuite name="slow" tests="3" failures="1" errors="0" skipped="0">');
    expect(text).toContain('<error message="PluginFailure: gang.ts:3:1: no such node"');
    expect(text).toMatch(/name="baseline" file="[^"]+" line="27">\n +<failure message="differs/);
    expect(text).toContain('<system-out>pod_startup_seconds: p(99)&lt;60, measured no sample');
  });

  test('is valid by a schema of the format', ({ skip }) => {
    const schema = fileURLToPath(new URL('junit.xsd', import.meta.url));
    const run = (input: string) =>
      spawnSync('xmllint', ['--noout', '--schema', schema, '-'], { input, encoding: 'utf8' });
    const { status, stderr, error } = run(text);
    if (error !== undefined) skip('xmllint is not installed: apt-get install libxml2-utils');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '- validates\n' });
    expect(run(text.replace('<testcase classname', '<testcase class')).status).not.toBe(0);
  });
});

describe('annotations of GitHub', () => {
  test('point at the line of the cause and of the threshold', () => {
    const lines = githubAnnotations(fullReport).trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    const [baseline = '', error, warning, failure] = lines;
    expect(baseline).toMatch(
      /^::error file=scenarios\/a<b>&"c|d%2C 100%25%3A `x`.*,line=27,title=/,
    );
    expect(baseline).toContain('::differs from the baseline; 2 figures moved (1 worse)%0A');
    expect(baseline).toContain('%0Afirst differing event: event 1,616');
    expect(error).toBe(
      '::error file=scenarios/slow.yaml,line=12,title=slow%3A threshold failed::' +
        'pod_startup_seconds: p(99)<60, measured 71.3 s',
    );
    expect(warning).toMatch(/^::warning file=scenarios\/slow\.yaml,line=13,/);
    expect(failure).toMatch(/^::error file=scenarios\/gang\.yaml,line=1,/);
  });

  test('are none when all is well', () => {
    expect(githubAnnotations(reportOf(same, written))).toBe('');
  });
});

describe('TAP', () => {
  const lines = tapReport(fullReport).split('\n');

  test('has a plan and a point for every verdict', () => {
    expect(lines.slice(0, 3)).toEqual([
      'TAP version 14',
      '1..7',
      'ok 1 - shop: the same as the baseline',
    ]);
    const points = lines.filter((line) => /^(?:not )?ok \d/.test(line));
    expect(points.map((line) => line.startsWith('ok'))).toEqual([
      true,
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  test('tells the causes in a block of YAML', () => {
    const start = lines.indexOf('  ---');
    const block = lines.slice(start + 1, lines.indexOf('  ...')).join('\n');
    expect(JSON.parse(block)).toMatchObject({
      at: expect.stringMatching(/:27$/),
      'changed in the input': expect.arrayContaining(['horizon: not stated → 5m']),
    });
  });
});

describe('JSON', () => {
  const report = JSON.parse(jsonReport(fullReport));

  test('holds everything, with times in seconds and no sample as null', () => {
    expect(report).toMatchObject({ schemaVersion: 1, passed: 1, failed: 3 });
    const [, second, third] = report.scenarios;
    expect(second.difference.firstDifference).toMatchObject({
      isExact: true,
      was: { component: 'registry', name: 'JobServed', seconds: 3.746174, target: 2 },
      moved: { occurrence: 1, now: { seconds: 3.77641 } },
    });
    expect(second.difference.stages[0]).toMatchObject({ beforeSeconds: 3, afterSeconds: 3.5 });
    expect(second.difference.figures[2]).not.toHaveProperty('after');
    expect(third.thresholds.map(({ value }: { value: unknown }) => value)).toEqual([71.25, null]);
  });
});
