// Runs the built program as a user's shell would, with nothing of the test's own environment.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tidy/source-files.js';

/** The built program. */
export const program: string = join(root, 'dist/cli/main.js');

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface ShellOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

function environment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:KUBECLOCK_|NO_COLOR|FORCE_COLOR|CI$|LC_|LANG|npm_)/.test(name),
  );
  return { ...Object.fromEntries(kept), ...env };
}

/** Runs the program to its end. */
export function kubeclock(args: readonly string[], options: ShellOptions = {}): Outcome {
  if (!existsSync(program)) throw new Error('dist/cli/main.js is missing: npm run build');
  const { cwd = root, env = {}, input = '' } = options;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd,
    env: environment(env),
    input,
    encoding: 'utf8',
    timeout: 240_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: status, out: stdout, err: stderr };
}

/** Runs the program and calls `meanwhile` with a way to signal it, once it has started. */
export function kubeclockWhile(
  args: readonly string[],
  meanwhile: (kill: (signal: NodeJS.Signals) => void) => void,
  { cwd = root, env = {} }: ShellOptions = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [program, ...args], { cwd, env: environment(env) });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString();
  });
  return new Promise((resolve) => {
    child.on('spawn', () => meanwhile((signal) => child.kill(signal)));
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
