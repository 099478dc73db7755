/**
 * What the commands of the program share: the process, and how they reach it.
 */

import type { ExitCode } from './exit-code.js';
import type { GlobalArguments } from './options.js';
import type { Terminal, TextStream } from './terminal.js';

/** What a process gives the program. */
export interface Host {
  readonly out: TextStream;
  readonly err: TextStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The simulating thread; tests put another in its place. */
  readonly simulationEntry?: URL;
  /** A thread of the pool that compares; tests put another in its place. */
  readonly replicationEntry?: URL;
  /** A thread of the pool that checks; tests put another in its place. */
  readonly checkEntry?: URL;
}

/** What a command is added with. */
export interface ProgramContext {
  readonly host: Host;
  readonly terminalFor: (args: GlobalArguments) => Terminal;
  /** Says what the program ends with. */
  readonly finish: (code: ExitCode) => void;
}
