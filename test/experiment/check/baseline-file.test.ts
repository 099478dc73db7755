import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/api/problem.js';
import { type Baseline, isSameBaseline } from '../../../src/experiment/check/baseline.js';
import { parseBaseline, renderBaseline } from '../../../src/experiment/check/baseline-file.js';
import { baselineFixture } from './fixtures.js';

const text = renderBaseline(baselineFixture);

const problem = (damaged: string): Problem => parseBaseline(damaged, 'b/shop.json') as Problem;

describe('a baseline in a file', () => {
  test('is read back as it was', () => {
    const read = parseBaseline(text, 'b/shop.json') as Baseline;
    expect(read).toEqual(baselineFixture);
    expect(isSameBaseline(read, baselineFixture)).toBe(true);
  });

  test('shows its figures to whoever reviews it', () => {
    expect(text).toContain('\n  "pod_startup_seconds.p99": 2.5,\n');
  });

  test.each([
    ['a figure', { figures: new Map([['events', 7]]) }],
    ['the trace', { traceHash: 'fedcba9876543210' }],
    ['the input', { input: new Map([['seed', '2']]) }],
    ['a path', { paths: [] }],
    ['a landmark', { landmarks: baselineFixture.landmarks.slice(1) }],
  ])('is another when %s is another', (_, other) => {
    expect(isSameBaseline(baselineFixture, { ...baselineFixture, ...other })).toBe(false);
  });
});

describe('a baseline that cannot be read is refused at its place:', () => {
  test.each<[string, string, number, RegExp]>([
    ['cut short', text.slice(0, 60), 5, /damaged: it is not JSON/],
    ['empty', '', 1, /damaged: it is not JSON/],
    ['something else', '[1, 2]', 1, /has no schemaVersion; this kubeclock reads schemaVersion 1/],
    ['of another schema', text.replace('sion": 1', 'sion": 7'), 2, /has schemaVersion 7/],
    ['with a seed that is no text', text.replace('"seed": "1"', '"seed": 1'), 4, /seed is no text/],
    ['with a figure that is none', text.replace('2.5', '"fast"'), 8, /p99 is no number/],
    ['without figures', text.replace(/"figures": \{[^}]*\}/, '"figures": {}'), 6, /figures is no/],
    [
      'with details that are cut',
      text.replace(/("details": ".{40})[^"]*/, '$1'),
      12,
      /details cannot be read/,
    ],
    ['without details', text.replace('"details"', '"detail"'), 1, /details cannot be read/],
  ])('%s', (_, damaged, line, message) => {
    const found = problem(damaged);
    expect(found.message).toMatch(message);
    expect(found).toMatchObject({ file: 'b/shop.json', line, code: 'KUBECLOCK2013' });
    expect(found.expected).toContain('--update');
  });

  test('with details that are whole but lack a column', () => {
    const own = JSON.parse(text);
    const other = JSON.parse(renderBaseline({ ...baselineFixture, landmarks: [] }));
    expect(parseBaseline(JSON.stringify({ ...own, details: other.details }), 'x')).toMatchObject({
      landmarks: [],
    });
    expect(problem(JSON.stringify({ ...own, details: 7 })).message).toContain('details');
  });
});
