// Runs the built program as a user's shell would, with nothing of the test's own environment.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
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

/**
 * Runs the program to its end inside this process, which saves loading it again: for what does not
 * depend on standard input, signals or the process itself. One call at a time.
 */
export async function kubeclockHere(
  args: readonly string[],
  { cwd = root, env = {} }: Omit<ShellOptions, 'input'> = {},
): Promise<Outcome> {
  const { runProgram } = await builtProgram();
  let out = '';
  let err = '';
  const former = process.cwd();
  process.chdir(cwd);
  try {
    const code = await runProgram(args, {
      out: { write: (text) => (out += text) },
      err: { write: (text) => (err += text) },
      env: environment(env),
    });
    return { code, out, err };
  } finally {
    process.chdir(former);
  }
}

/** What is built, not the sources: threads are started from it. */
async function builtProgram(): Promise<typeof import('../../src/cli/program.js')> {
  if (!existsSync(program)) throw new Error('dist/cli/main.js is missing: npm run build');
  return import(pathToFileURL(join(root, 'dist/cli/program.js')).href);
}

/** Runs the program, which writes results into `cwd`, and sends it a signal in its first second. */
export function kubeclockSignalled(
  args: readonly string[],
  signal: NodeJS.Signals,
  cwd: string,
): Promise<Outcome> {
  const child = spawn(process.execPath, [program, ...args], { cwd, env: environment({}) });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString();
  });
  // Results are begun in a folder of their own, just before the run.
  const begun = `.partial-${child.pid}`;
  const looking = setInterval(() => {
    const names = readdirSync(cwd, { recursive: true, encoding: 'utf8' });
    if (!names.some((name) => name.includes(begun))) return;
    clearInterval(looking);
    setTimeout(() => child.kill(signal), 1000);
  }, 50);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearInterval(looking);
      resolve({ code, out, err });
    });
  });
}
