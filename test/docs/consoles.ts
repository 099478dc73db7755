// Consoles of the documents: commands with what they print, as `$ kubeclock run …` and the lines
// below it. A line `…` stands for any lines.
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../tidy/source-files.js';
import { wordsOf } from './command-lines.js';
import { type Block, blocksOf, type Document, fileOf, wordOf } from './documents.js';

/** A command of a console. */
export interface Shown {
  readonly document: string;
  /** From 1. */
  readonly line: number;
  readonly args: readonly string[];
  /** What is printed below it; a command whose output is not shown has none. */
  readonly lines: readonly string[];
  readonly code: number;
}

/** What a command has come to. */
export interface Outcome {
  readonly code: number;
  /** Standard output, then standard error without progress. */
  readonly text: string;
}

/** The commands of a block. */
export function shownIn(block: Block): readonly Shown[] {
  const { document, line, language, code } = block;
  if (language !== 'console') return [];
  const exit = wordOf(block, 'exit') ?? '0';
  const all = code.trimEnd().split('\n');
  const starts = all.flatMap((text, i) => (text.startsWith('$ ') ? [i] : []));
  return starts.map((start, i) => {
    let first = start;
    let call = (all[first] as string).slice(2);
    while (call.endsWith('\\')) call = `${call.slice(0, -1)} ${(all[++first] as string).trim()}`;
    const lines = all.slice(first + 1, starts[i + 1]);
    const args = wordsOf(call.replace(/^(?:npx )?kubeclock /, '').replace(/\s+#\s.*$/, ''));
    return { document, line: line + start, args, lines, code: Number(exit) };
  });
}

/** Makes a folder as a reader of the document has it: scenarios, baselines, files that it shows. */
export function prepareFolder(folder: string, document: Document): void {
  mkdirSync(join(folder, 'results'), { recursive: true });
  symlinkSync(join(root, 'scenarios'), join(folder, 'scenarios'));
  symlinkSync(join(root, 'results/baselines'), join(folder, 'results/baselines'));
  for (const block of blocksOf(document)) {
    const file = fileOf(block);
    if (file === undefined) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), block.code);
  }
}

/** Commands that run in pools, of which one thread does: no result depends on their number. */
const pooled = ['check', 'compare', 'sweep'];

/** Runs commands in one process. @throws Error when that fails as a whole. */
export function runLines(
  lines: readonly { readonly cwd: string; readonly args: readonly string[] }[],
): readonly Outcome[] {
  const script = fileURLToPath(new URL('./run-lines.mjs', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    input: JSON.stringify(
      lines.map(({ cwd, args }) => ({
        cwd,
        args: pooled.includes(args[0] ?? '') ? [...args, '--workers', '1'] : args,
      })),
    ),
    encoding: 'utf8',
    timeout: 240_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Outcome[];
}

/** The first line that is shown and not printed where it should be; undefined when all are. */
export function firstDifference(shown: readonly string[], text: string): string | undefined {
  const printed = text.trimEnd().split('\n');
  let next = 0;
  let maySkip = false;
  for (const line of shown) {
    if (line === '…') {
      maySkip = true;
      continue;
    }
    const found = maySkip ? printed.indexOf(line, next) : next;
    if (found < 0 || printed[found] !== line) return line;
    next = found + 1;
    maySkip = false;
  }
  return maySkip || next >= printed.length ? undefined : `(end, before: ${printed[next]})`;
}

/**
 * What is shown, with the lines that are printed now in place of those that are the same but for
 * figures and hashes. Undefined when a line has no successor, or the gaps are elsewhere.
 */
export function renewed(shown: readonly string[], text: string): readonly string[] | undefined {
  const printed = text.trimEnd().split('\n');
  let next = 0;
  const lines = shown.map((line, i) => {
    if (line === '…') return line;
    const shape = shapeOf(line);
    const found = printed.findIndex((other, j) => j >= next && shapeOf(other) === shape);
    const isGap = found > next && i > 0 && shown[i - 1] !== '…';
    if (found < 0 || isGap) return undefined;
    next = found + 1;
    return printed[found];
  });
  return lines.every((line) => line !== undefined) ? (lines as readonly string[]) : undefined;
}

/** A line without its figures, hashes and the widths of its columns. */
function shapeOf(line: string): string {
  return line
    .replaceAll(/\b[0-9a-f]{16}\b/g, '#')
    .replaceAll(/[-+]?\d[\d,.]*(?: (?:[nµm]?s|min)\b)?/g, '#')
    .replaceAll(/ +/g, ' ');
}
