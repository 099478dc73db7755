// npm run validate:model [-- --json] [-- --only NAME]: the model against closed forms and recorded
// or published figures, by the checks of bench/validate/*.check.mjs in the order of the files.
// Each check is a small simulation. Exit code: 0 all within their bounds, 1 one is not, 2 usage.
//
// A check is `{ name, unit, expected, measure, source }` and one of two bounds: `tolerance`, the
// relative difference that is allowed, or `factor`, by how much it may be above or below.

import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { usageErrors } from './options.mjs';

const usage = 'usage: npm run validate:model -- [--json] [--only NAME]';

/** The checks of all files. */
async function allChecks() {
  const folder = new URL('validate/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.check.mjs'));
  const modules = files.sort().map((file) => import(new URL(file, folder).href));
  return (await Promise.all(modules)).flatMap(({ checks }) => checks);
}

function runCheck({ name, unit, expected, tolerance, factor, measure, source }) {
  const value = measure();
  const ratio = value / expected;
  const ok =
    factor === undefined
      ? Math.abs(ratio - 1) <= tolerance
      : ratio >= 1 / factor && ratio <= factor;
  const bound =
    factor === undefined ? `± ${Number((tolerance * 100).toPrecision(2))} %` : `x or / ${factor}`;
  const target = `${Number(expected.toPrecision(5))} ${bound} (${source})`;
  return { name, value: Number(value.toPrecision(5)), unit, target, ok };
}

function printed({ name, value, unit, target, ok }) {
  const verdict = ok ? 'ok    ' : 'FAILED';
  return `${verdict} ${name.padEnd(42)} ${String(value).padStart(9)} ${unit.padEnd(9)} ${target}`;
}

async function main() {
  const { values: options } = parseArgs({
    options: { json: { type: 'boolean' }, only: { type: 'string' } },
  });
  const all = await allChecks();
  const chosen = all.filter(({ name }) => name === (options.only ?? name));
  if (chosen.length === 0) {
    const names = all.map(({ name }) => name).join('\n  ');
    process.stderr.write(`no check is named ${options.only}; there are\n  ${names}\n`);
    process.exitCode = 2;
    return;
  }
  const counts = { passed: 0, failed: 0 };
  for (const check of chosen) {
    const result = runCheck(check);
    counts[result.ok ? 'passed' : 'failed']++;
    console.log(options.json ? JSON.stringify(result) : printed(result));
  }
  console.log(
    options.json ? JSON.stringify(counts) : `${counts.passed} passed, ${counts.failed} failed`,
  );
  if (counts.failed > 0) process.exitCode = 1;
}

await usageErrors(main, usage);
