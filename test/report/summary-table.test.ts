import { describe, expect, test } from 'vitest';
import { summaryTable, type TextStyle } from '../../src/report/summary-table.js';
import { alignRows, clip, printable, wrapText } from '../../src/report/text-table.js';
import {
  convergenceRow,
  emptyResult,
  rolloutResult,
  runResult,
  stuckRow,
  thresholdRow,
} from './fixtures.js';
import { expectGolden } from './golden.js';

const plain = { width: 80 };

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => [...line].length));
}

describe('summaryTable', () => {
  test('is what it was', () => {
    expectGolden('summary.txt', summaryTable(runResult(), plain));
  });

  test('opens with the thresholds: a sign, the rule and the measured value', () => {
    const lines = summaryTable(runResult(), plain).split('\n');
    expect(lines[0]).toBe('THRESHOLDS');
    expect(lines[1]).toMatch(/^ {2}✓ pod_startup_seconds +p\(99\)<5 +799 ms$/);
    expect(lines[2]).toMatch(/^ {2}✗ pods_unready +value==0 +1$/);
    expect(lines[3]).toMatch(/^ {2}! dns_lookup_seconds +p\(90\)<1 +no sample$/);
  });

  test('says what ran and how it ended', () => {
    const text = summaryTable(runResult(), plain);
    expect(text).toMatch(/seed +1\n/);
    expect(text).toMatch(/trace hash +0123456789abcdef after 70,123 events\n/);
    expect(text).toMatch(/end +converged at 2\.50 s: Every change took effect\.\n/);
  });

  test('keeps to the width, whatever is in the result', () => {
    const long = 'x'.repeat(150);
    const result = runResult({
      scenario: long,
      cluster: `${long} ${long}`,
      notices: [long, `word ${long} word`],
      thresholds: [thresholdRow({ metric: `pods{app=${long}}` })],
      convergence: [
        { ...stuckRow, change: `apply Pod/default/${long}`, reason: long },
        convergenceRow({ longestStage: 'endpoints programmed' }),
      ],
    });
    for (const width of [60, 80, 120]) {
      expect(widest(summaryTable(result, { width }))).toBeLessThanOrEqual(width);
    }
    expect(widest(summaryTable(rolloutResult(40, 5), plain))).toBeLessThanOrEqual(80);
  });

  test('lists the slowest changes and says how many more there are', () => {
    const convergence = Array.from({ length: 25 }, (_, i) =>
      convergenceRow({ change: `scale Deployment/default/app-${i}`, convergedUs: 1_000_000 + i }),
    );
    const text = summaryTable(runResult({ convergence }), plain);
    expect(text).toContain('app-24');
    expect(text).toContain('app-5 ');
    expect(text).not.toContain('app-4 ');
    expect(text).toContain('and 5 faster ones in convergence.csv');
  });

  test('gives the reason below a change that never converged', () => {
    const lines = summaryTable(runResult(), plain).split('\n');
    const index = lines.findIndex((line) => line.includes('apply Pod/default/huge-1'));
    expect(lines[index]).toContain('✗ never');
    expect(lines[index + 1]).toContain('✗ 1 pod is Pending');
  });

  test('marks a partial run', () => {
    const outcome = {
      end: 'limit',
      partial: true,
      message: 'The limit of events was hit.',
    } as const;
    expect(summaryTable(runResult({ outcome }), plain)).toContain('! partial');
    expect(summaryTable(runResult(), plain)).not.toContain('partial');
  });

  test('shows a dash, not a zero, for latencies that no pod has', () => {
    const pods = runResult().pods.slice(2);
    expect(summaryTable(runResult({ pods }), plain)).toMatch(/Startup.+ 0 +– +– +– +–\n/);
  });

  test('leaves out what a run does not have', () => {
    const text = summaryTable(emptyResult(), plain);
    expect(text).toContain('RUN');
    for (const title of ['THRESHOLDS', 'CONVERGENCE', 'POD LATENCY', 'NOTICES']) {
      expect(text).not.toContain(title);
    }
  });

  test('says the same with and without colour', () => {
    const styles = new Set<TextStyle>();
    const color = (style: TextStyle, text: string): string => {
      styles.add(style);
      return `\u001b[1m${text}\u001b[0m`;
    };
    const painted = summaryTable(runResult(), { ...plain, color });
    const bare = painted.replaceAll('\u001b[1m', '').replaceAll('\u001b[0m', '');
    expect(bare).toBe(summaryTable(runResult(), plain));
    expect(styles).toEqual(new Set(['heading', 'pass', 'fail', 'warn']));
  });

  test('lets no name or message reach the terminal as a command', () => {
    const hostile = 'a\u001b[2Jb\u0007c\u202ed\r\ne';
    const result = runResult({
      scenario: hostile,
      notices: [hostile],
      thresholds: [thresholdRow({ metric: hostile, expression: hostile })],
      convergence: [{ ...stuckRow, change: hostile, reason: hostile, longestStage: hostile }],
    });
    const text = summaryTable(result, plain);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect(text).toContain('a\ufffd[2Jb\ufffdc\ufffdd e');
  });
});

describe('text layout', () => {
  test('clips with an ellipsis and counts code points', () => {
    expect(clip('abcdef', 6)).toBe('abcdef');
    expect(clip('abcdefg', 6)).toBe('abcde…');
    expect(clip('🙂🙂🙂', 3)).toBe('🙂🙂🙂');
    expect(clip('🙂🙂🙂', 2)).toBe('🙂…');
  });

  test('wraps at spaces, indents what follows and breaks words that fit nowhere', () => {
    expect(wrapText('aaa bbb ccc', 7, '  ')).toEqual(['aaa bbb', '  ccc']);
    expect(wrapText('abcdefghij', 4, '')).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrapText('', 10, '  ')).toEqual(['']);
    for (const line of wrapText(`a ${'b'.repeat(50)} c`, 10, '    ')) {
      expect(line.length).toBeLessThanOrEqual(10);
    }
  });

  test('loses no letter in wrapping', () => {
    const text = `one ${'two'.repeat(9)} three four`;
    expect(wrapText(text, 8, '  ').join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
  });

  test('aligns columns and lets the first one give way', () => {
    const rows = [
      ['name', '1'],
      ['a-longer-name', '1,000'],
    ];
    expect(alignRows(rows, { align: 'lr', width: 80 })).toEqual([
      'name               1',
      'a-longer-name  1,000',
    ]);
    expect(alignRows(rows, { align: 'lr', width: 15 })).toEqual([
      'name          1',
      'a-longe…  1,000',
    ]);
    expect(alignRows([], { align: 'lr', width: 10 })).toEqual([]);
  });

  test('puts text on one line', () => {
    expect(printable('a\n\tb  c')).toBe('a b c');
  });
});
