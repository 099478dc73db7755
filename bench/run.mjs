// npm run bench [-- --json] [-- --only NAME]: runs every case of bench/*.bench.mjs in its own
// process and compares it with its target. Exit code: 0 all targets hold, 1 one does not, 2 usage.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const usage = 'usage: npm run bench -- [--json] [--only NAME]';

/** Prints what one case measures: a number. A child process does this. */
async function measure(file, name) {
  const { cases } = await import(new URL(file, import.meta.url).href);
  console.log(await cases.find((other) => other.name === name).measure());
}

/** The cases of all files: `name, unit, measure()`, and `atLeast` or `atMost` or neither. */
async function allCases() {
  const found = [];
  const files = readdirSync(new URL('.', import.meta.url)).filter((file) =>
    file.endsWith('.bench.mjs'),
  );
  for (const file of files.sort()) {
    const { cases } = await import(new URL(file, import.meta.url).href);
    found.push(...cases.map((entry) => ({ file, ...entry })));
  }
  return found;
}

/** Runs a case in a fresh process, so that inline caches and garbage of others do not touch it. */
function runCase({ file, name, unit, atLeast, atMost }) {
  const args = ['--expose-gc', fileURLToPath(import.meta.url), '--measure', file, '--only', name];
  const child = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 600_000 });
  const number = child.status === 0 ? Number(child.stdout) : Number.NaN;
  if (Number.isNaN(number)) process.stderr.write(`${name}: ${child.error ?? child.stderr}\n`);
  const value = Number.isNaN(number) ? null : Number(number.toPrecision(4));
  const isMet = number >= (atLeast ?? -Infinity) && number <= (atMost ?? Infinity);
  const target =
    atLeast !== undefined ? `>= ${atLeast}` : atMost !== undefined ? `<= ${atMost}` : null;
  return { name, value, unit, target, ok: isMet };
}

function printed({ name, value, unit, target, ok }) {
  const verdict = target === null ? '' : `${ok ? 'ok' : 'MISSED'} (${target})`;
  const figure = value === null ? 'failed' : String(value);
  return `${name.padEnd(42)} ${figure.padStart(8)} ${unit.padEnd(14)} ${verdict}`.trimEnd();
}

async function main() {
  const { values: options } = parseArgs({
    options: {
      json: { type: 'boolean' },
      only: { type: 'string' },
      measure: { type: 'string' },
    },
  });
  if (options.measure !== undefined) return measure(options.measure, options.only);
  const chosen = (await allCases()).filter(({ name }) => name === (options.only ?? name));
  if (chosen.length === 0) {
    const names = (await allCases()).map(({ name }) => name).join('\n  ');
    process.stderr.write(`no case is named ${options.only}; there are\n  ${names}\n`);
    process.exitCode = 2;
    return undefined;
  }
  const counts = { passed: 0, failed: 0 };
  for (const entry of chosen) {
    const result = runCase(entry);
    counts[result.ok ? 'passed' : 'failed']++;
    console.log(options.json ? JSON.stringify(result) : printed(result));
  }
  console.log(
    options.json ? JSON.stringify(counts) : `${counts.passed} passed, ${counts.failed} failed`,
  );
  if (counts.failed > 0) process.exitCode = 1;
  return undefined;
}

try {
  await main();
} catch (error) {
  if (!String(error.code).startsWith('ERR_PARSE_ARGS')) throw error;
  process.stderr.write(`${error.message}\n${usage}\n`);
  process.exitCode = 2;
}
