// A terminal that keeps what was written, for commands that run inside a test.

import { openTerminal, type Terminal } from '../../src/cli/terminal.js';

export interface FakeTerminal {
  readonly terminal: Terminal;
  /** What was written so far. */
  out(): string;
  err(): string;
}

export interface FakeTerminalOptions {
  readonly isTTY?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly color?: boolean;
  readonly isQuiet?: boolean;
}

export function fakeTerminal(options: FakeTerminalOptions = {}): FakeTerminal {
  const { isTTY = false, env = {}, color, isQuiet = false } = options;
  let out = '';
  let err = '';
  const terminal = openTerminal(
    {
      isTTY,
      write: (text) => {
        out += text;
      },
    },
    {
      isTTY,
      write: (text) => {
        err += text;
      },
    },
    env,
    { color, isQuiet },
  );
  return { terminal, out: () => out, err: () => err };
}
