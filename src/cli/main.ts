#!/usr/bin/env node
/**
 * The program's entry: hands the process to `program.ts` and leaves with its exit code.
 */

import { runProgram } from './program.js';

// Whoever closes the pipe, as `head` does, has read enough.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(process.exitCode ?? 0);
  });
}

process.exitCode = await runProgram(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  env: process.env,
});
