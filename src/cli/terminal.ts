/**
 * The two streams and what they can show. Results go to `out`, everything else to `err`.
 */

import pc from 'picocolors';

type Colors = ReturnType<typeof pc.createColors>;

/** A stream as far as the commands use it. */
export interface TextStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Where a command writes. */
export interface Terminal {
  readonly out: TextStream;
  readonly err: TextStream;
  /** Whether `out` and `err` take colours. */
  readonly outColors: Colors;
  readonly errColors: Colors;
  /** Widest line of a table. */
  readonly width: number;
  /** No progress, warnings or notices; errors and results remain. */
  readonly isQuiet: boolean;
}

interface TerminalOptions {
  /** `--color` or `--no-color`; undefined leaves it to the environment and the stream. */
  readonly color: boolean | undefined;
  readonly isQuiet: boolean;
}

/** Colour unless the user refused it; NO_COLOR wins over everything but an explicit `--color`. */
function wantsColor(
  stream: TextStream,
  color: boolean | undefined,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (color !== undefined) return color;
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '0') !== '0') return true;
  return stream.isTTY === true && env['TERM'] !== 'dumb' && env['CI'] === undefined;
}

/** A terminal over two streams. */
export function openTerminal(
  out: TextStream,
  err: TextStream,
  env: Readonly<Record<string, string | undefined>>,
  { color, isQuiet }: TerminalOptions,
): Terminal {
  return {
    out,
    err,
    outColors: pc.createColors(wantsColor(out, color, env)),
    errColors: pc.createColors(wantsColor(err, color, env)),
    width: Math.min(Math.max(out.columns ?? 100, 60), 160),
    isQuiet,
  };
}
