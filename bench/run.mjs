// npm run bench [-- --json] [-- --only NAME] [-- --full] [-- --repeat N]: runs the cases of
// bench/*.bench.mjs and compares them with their targets. Exit code: 0 all targets hold, 1 one does
// not, 2 usage.

import { parseArgs } from 'node:util';
import { allCases, chosenCases, figuresOf, runCase } from './cases.mjs';
import { repeatOf, usageErrors } from './options.mjs';

const usage = 'usage: npm run bench -- [--json] [--only NAME]... [--full] [--repeat N]';

function printed({ name, value, unit, target, ok, spread }) {
  const verdict = target === null ? '' : `${ok ? 'ok' : 'MISSED'} (${target})`;
  const figure = value === null ? 'failed' : String(value);
  const around = spread === null ? '' : `± ${(100 * spread).toFixed(1)} %`;
  return [name.padEnd(44), figure.padStart(9), unit.padEnd(14), around.padStart(9), verdict]
    .join(' ')
    .trimEnd();
}

/** What is not measured is named, with what to do about it, and counts neither way. */
function tellLeftOut(entry, why) {
  for (const { name } of figuresOf(entry)) process.stderr.write(`${name}: not measured: ${why}\n`);
}

async function main() {
  const { values: options } = parseArgs({
    options: {
      json: { type: 'boolean' },
      only: { type: 'string', multiple: true },
      full: { type: 'boolean' },
      repeat: { type: 'string' },
    },
  });
  const repeat = repeatOf(options.repeat);
  const { only = [] } = options;
  const all = await allCases();
  const chosen = chosenCases(all, only, options.full === true);
  if (chosen.length === 0) {
    const names = all.map(({ name }) => name).join('\n  ');
    process.stderr.write(`no case is named ${only.join(', ')}; there are\n  ${names}\n`);
    process.exitCode = 2;
    return;
  }
  const counts = { passed: 0, failed: 0 };
  for (const entry of chosen) {
    const missing = entry.missing?.();
    if (missing !== undefined) {
      tellLeftOut(entry, missing);
      continue;
    }
    for (const { calibration: _, ...result } of runCase(entry, repeat)) {
      counts[result.ok ? 'passed' : 'failed']++;
      console.log(options.json ? JSON.stringify(result) : printed(result));
    }
  }
  if (only.length === 0) {
    for (const entry of all.filter((each) => !chosen.includes(each))) {
      tellLeftOut(entry, `takes minutes; --full or --only ${entry.name}`);
    }
  }
  console.log(
    options.json ? JSON.stringify(counts) : `${counts.passed} passed, ${counts.failed} failed`,
  );
  if (counts.failed > 0) process.exitCode = 1;
}

await usageErrors(main, usage);
