// Runs command lines of the built program one after the other in one process: a list of
// {cwd, args} comes in on standard input, one of {code, text} goes out. What the program does in a
// thread of its own is done in this one, so that its modules are loaded once for all commands;
// pools of threads stay what they are.
import { readFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import process from 'node:process';

const threads = createRequire(import.meta.url)('node:worker_threads');
const Thread = threads.Worker;
let count = 0;

/** The part of a Worker that the program uses of its simulating thread. */
class ThreadInPlace {
  #hear = () => {};
  #fail = () => {};

  constructor(entry, { workerData }) {
    threads.workerData = structuredClone(workerData);
    threads.parentPort = { postMessage: (message) => this.#hear(structuredClone(message)) };
    syncBuiltinESMExports();
    const again = `${entry.href}?${++count}`;
    setImmediate(() => import(again).catch((error) => this.#fail(error)));
  }

  on(event, listener) {
    if (event === 'message') this.#hear = listener;
    else if (event === 'error') this.#fail = listener;
    return this;
  }

  async terminate() {
    return 0;
  }
}

threads.Worker = function Worker(entry, options) {
  const isOwn = entry instanceof URL && entry.href.includes('/dist/cli/');
  return isOwn ? new ThreadInPlace(entry, options) : new Thread(entry, options);
};
syncBuiltinESMExports();

const { runProgram } = await import('../../dist/cli/program.js');
const outcomes = [];
for (const { cwd, args } of JSON.parse(readFileSync(0, 'utf8'))) {
  process.chdir(cwd);
  let out = '';
  let err = '';
  const code = await runProgram(args, {
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
    env: {},
  });
  // Progress depends on how fast the machine is.
  const told = err.replaceAll(/^[a-z]+: \d+% \(.*\)\n/gm, '');
  outcomes.push({ code, text: out + told });
}
process.stdout.write(JSON.stringify(outcomes));
