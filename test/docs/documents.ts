// The documents of the project, and what tests look at in them: blocks of code, links, headings.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tidy/source-files.js';

/** A file of Markdown. */
export interface Document {
  /** From the root of the project, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** A block of code, fenced or indented. */
export interface Block {
  readonly document: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
  /** First word after the fence; empty for a block that is indented. */
  readonly language: string;
  /** The other words after the fence: `file=shop.yaml`. */
  readonly words: readonly string[];
  readonly code: string;
}

/** README.md, CONTRIBUTING.md and everything below docs/. */
export function documents(): readonly Document[] {
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path.replaceAll('\\', '/')}`)
    .sort((a, b) => (a < b ? -1 : 1));
  return ['README.md', 'CONTRIBUTING.md', ...below].map(documentAt);
}

/** One of them. */
export function documentAt(path: string): Document {
  return { path, text: readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n') };
}

/** The blocks of a document, in order. A line that is indented goes on with a list, or is code. */
export function blocksOf({ path, text }: Document): readonly Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  for (let i = 0; i < lines.length; i++) {
    const [, fence, info = ''] = /^ *(```+)(.*)$/.exec(lines[i] as string) ?? [];
    if (fence === undefined && !isCode(lines, i)) continue;
    const start = fence === undefined ? i : i + 1;
    const end = fence === undefined ? endOfIndent(lines, i) : lines.indexOf(fence, start);
    if (end < start) throw new Error(`${path}:${i + 1}: the block has no end.`);
    const [language = '', ...words] = info.trim().split(/\s+/);
    const margin = fence === undefined ? 4 : 0;
    const code = lines.slice(start, end).map((line) => `${line.slice(margin)}\n`);
    blocks.push({ document: path, line: start + 1, language, words, code: code.join('') });
    i = end;
  }
  return blocks;
}

/** The file that a block says it is, by `file=NAME`. */
export function fileOf(block: Block): string | undefined {
  return wordOf(block, 'file');
}

/** What a word after the fence says: `exit=2`. */
export function wordOf({ words }: Block, name: string): string | undefined {
  return words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}

function isCode(lines: readonly string[], i: number): boolean {
  return /^ {4,}\S/.test(lines[i] as string) && (lines[i - 1] ?? '') === '';
}

function endOfIndent(lines: readonly string[], start: number): number {
  let end = start;
  for (let i = start; i < lines.length && /^(?: {4}|$)/.test(lines[i] as string); i++) {
    if (lines[i] !== '') end = i + 1;
  }
  return end;
}

/** A document without its code, so that nothing in there passes for a link or a heading. */
function prose({ text }: Document): readonly string[] {
  let isFenced = false;
  return text.split('\n').map((line) => {
    const isFence = /^ *```/.test(line);
    if (isFence) isFenced = !isFenced;
    return isFence || isFenced || /^ {4}/.test(line) ? '' : line;
  });
}

/** Where the links of a document lead, images included, with their lines from 1. */
export function linksOf(document: Document): readonly { line: number; target: string }[] {
  return prose(document).flatMap((line, i) =>
    [...line.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => ({
      line: i + 1,
      target,
    })),
  );
}

/** The anchors of the headings of a document, as GitHub makes them. */
export function anchorsOf(document: Document): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const line of prose(document)) {
    const [, title] = /^#+ +(.*)$/.exec(line) ?? [];
    if (title === undefined) continue;
    const slug = title
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}
