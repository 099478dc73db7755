// npm run bench:compare [-- --only NAME]... [--full] [--repeat N] [--baseline FILE] [--update]:
// measures, and compares with stored figures as multiples of the machine's own speed: each figure
// is divided by what the calibration loop yields in the same process, so that machines differ less.
// Exit code: 0 nothing is worse by more than the tolerance, 1 something is, 2 usage.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { allCases, chosenCases, figuresOf, runCase } from './cases.mjs';
import { comparedLine, isWorse } from './comparison.mjs';
import { OptionError, repeatOf, usageErrors } from './options.mjs';

const usage =
  'usage: npm run bench:compare -- [--only NAME]... [--full] [--repeat N] [--baseline FILE] [--update]';

const defaultBaseline = fileURLToPath(new URL('../results/bench/baseline.json', import.meta.url));

/** The stored figures by name. @throws OptionError for a file that is not ours. */
function storedIn(file) {
  if (!existsSync(file)) return new Map();
  const { figures } = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(figures))
    throw new OptionError(`--baseline ${file}: it has no list "figures"`);
  return new Map(figures.map((figure) => [figure.name, figure]));
}

function write(file, stored) {
  const figures = [...stored.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const note = 'npm run bench:compare -- --update writes this; calibration: million steps a second';
  const lines = figures.map((figure) => `    ${JSON.stringify(figure)}`).join(',\n');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `{\n  "note": ${JSON.stringify(note)},\n  "figures": [\n${lines}\n  ]\n}\n`);
}

async function main() {
  const { values: options } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      full: { type: 'boolean' },
      repeat: { type: 'string' },
      baseline: { type: 'string' },
      update: { type: 'boolean' },
    },
  });
  const repeat = repeatOf(options.repeat);
  const file = options.baseline ?? defaultBaseline;
  const stored = storedIn(file);
  if (stored.size === 0 && !options.update) {
    throw new OptionError(`--baseline ${file}: there is none; --update writes it`);
  }
  const chosen = chosenCases(await allCases(), options.only ?? [], options.full === true);
  if (chosen.length === 0) throw new OptionError(`--only ${options.only.join(', ')}: no such case`);
  console.log(`${'figure'.padEnd(44)} ${'stored'.padStart(9)} ${'now'.padStart(9)}`);
  let worse = 0;
  for (const entry of chosen.filter(({ missing }) => missing?.() === undefined)) {
    for (const { name, value, unit, spread, calibration } of runCase(entry, repeat)) {
      const now = { name, value, unit, spread, calibration };
      if (isWorse(now, stored.get(name))) worse++;
      console.log(comparedLine(now, stored.get(name)));
      if (options.update && value !== null) stored.set(name, now);
    }
    // After each case, so that a run which is broken off keeps what it has.
    if (options.update) write(file, stored);
  }
  for (const entry of chosen.filter(({ missing }) => missing?.() !== undefined)) {
    const names = figuresOf(entry).map(({ name }) => name);
    process.stderr.write(`${names.join(', ')}: not measured: ${entry.missing()}\n`);
  }
  if (options.update) {
    console.log(`written to ${relative('.', file)}`);
  } else {
    console.log(worse === 0 ? 'nothing is worse' : `${worse} worse`);
    if (worse > 0) process.exitCode = 1;
  }
}

await usageErrors(main, usage);
