// Runs command lines of the built program one after the other in one process: a list of
// {cwd, args} comes in on standard input, one of {code, text} goes out. What the program does in
// threads of its own, also in pools, is done in this one, so that its modules are loaded once for
// all commands.
import { readFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import process from 'node:process';

const threads = createRequire(import.meta.url)('node:worker_threads');
const Thread = threads.Worker;
const nothing = () => {};
/** A thread of a pool that is never given anything to do. */
const idleThread = { on: nothing, once: nothing, postMessage: nothing, unref: nothing };
let count = 0;

/** The part of a Worker that the program uses of its simulating thread. */
class ThreadInPlace {
  #hear = nothing;
  #fail = nothing;

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
  if (entry.href?.includes('/dist/cli/')) return new ThreadInPlace(entry, options);
  return String(entry).includes('/tinypool/') ? idleThread : new Thread(entry, options);
};
syncBuiltinESMExports();

const { Tinypool } = await import('tinypool');
Tinypool.prototype.run = async function run(task) {
  const { filename, name } = this.options;
  const entry = await import(filename);
  return structuredClone(await entry[name](structuredClone(task)));
};
Tinypool.prototype.destroy = async () => {};

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
// What a pool has prepared for its threads would keep the process alive.
process.stdout.write(JSON.stringify(outcomes), () => process.exit());
