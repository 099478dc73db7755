// Lines of a shell, as documents show them: which of them call kubeclock, and with which words.
import type { Block } from './documents.js';

/** One call of kubeclock. */
export interface CommandLine {
  readonly document: string;
  /** From 1. */
  readonly line: number;
  /** As it stands, without its comment. */
  readonly text: string;
  /** The words after `kubeclock`. */
  readonly args: readonly string[];
}

/** The calls in a block; lines that end with a backslash go on. */
export function commandLinesOf({ document, line, language, code }: Block): readonly CommandLine[] {
  if (!['', 'sh', 'console', 'yaml'].includes(language)) return [];
  const found: CommandLine[] = [];
  const lines = code.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const first = i;
    let text = (lines[i] as string).trim();
    while (text.endsWith('\\')) text = `${text.slice(0, -1).trim()} ${(lines[++i] ?? '').trim()}`;
    const call = callIn(language, text);
    if (call === undefined) continue;
    found.push({ document, line: line + first, text: call, args: wordsOf(call).slice(1) });
  }
  return found;
}

/** From `kubeclock` to the end; after a prompt in a console, and in a step of CI after `run:`. */
function callIn(language: string, text: string): string | undefined {
  const start = { console: String.raw`\$ `, yaml: '(?:- )?run: ' }[language] ?? '';
  const call = new RegExp(`^${start}(?:.* \\| )?(?:npx )?(kubeclock .*)$`).exec(text)?.[1];
  return call?.replace(/\s+#\s.*$/, '');
}

/** The words of a command line, without quotes and redirection. */
export function wordsOf(text: string): readonly string[] {
  const words = text.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? [];
  const end = words.findIndex((word) => /^[<>|]/.test(word));
  return words
    .slice(0, end < 0 ? words.length : end)
    .map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'));
}
