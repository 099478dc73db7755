// The cases of bench/*.bench.mjs, and how one of them is measured: in a process of its own, so that
// compiled code and garbage of others do not touch it.
//
// A case is `{ name, unit, measure }`, with a target `atLeast` or `atMost` or none. `measure` gives
// a number, or the median and spread of its own batches as `{ value, spread }`. A case that
// measures several figures at once has them as `figures: [{ name, unit, atLeast, atMost }]`, and
// `measure` gives a list. `isLong`: only with --full or by its name; `missing`: says what it needs
// and where to get it, when that is not there; `timeoutSeconds` and `heapMiB`: where it needs more
// than others.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { summaryOf } from './measure.mjs';

const TIMEOUT_SECONDS = 600;

const measureCase = fileURLToPath(new URL('measure-case.mjs', import.meta.url));

/** The cases of all files, with their file. */
export async function allCases() {
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

/** The figures of a case; most have one, which is called like the case. */
export const figuresOf = (entry) => entry.figures ?? [entry];

/** Those that are named, by a whole name or a beginning with a `*`; all when no name is given. */
export function chosenCases(cases, names, isFull) {
  if (names.length === 0) return cases.filter(({ isLong }) => isFull || isLong !== true);
  const isNamed = (name) =>
    names.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each));
  return cases.filter(
    (entry) => isNamed(entry.name) || figuresOf(entry).some(({ name }) => isNamed(name)),
  );
}

/** Measures a case once: its figures and the speed of the machine meanwhile, or why there is none. */
function measuredOnce({ file, name, timeoutSeconds = TIMEOUT_SECONDS, heapMiB }) {
  const flags = ['--expose-gc', ...(heapMiB ? [`--max-old-space-size=${heapMiB}`] : [])];
  const child = spawnSync(process.execPath, [...flags, measureCase, file, name], {
    encoding: 'utf8',
    timeout: timeoutSeconds * 1_000,
    killSignal: 'SIGKILL',
  });
  if (child.status === 0) return JSON.parse(child.stdout);
  if (child.error?.code === 'ETIMEDOUT') return { failure: `stopped after ${timeoutSeconds} s` };
  return { failure: String(child.error ?? child.stderr) };
}

/**
 * The results of a case, one a figure: `value` and `spread` over `repeat` measurements, or of the
 * batches of the only one; null after a failure, which goes to stderr.
 */
export function runCase(entry, repeat = 1) {
  const runs = Array.from({ length: repeat }, () => measuredOnce(entry));
  const failed = runs.find(({ failure }) => failure !== undefined);
  if (failed !== undefined) process.stderr.write(`${entry.name}: ${failed.failure}\n`);
  return figuresOf(entry).map((figure, index) => {
    if (failed !== undefined) return resultOf(figure, { value: Number.NaN, spread: null });
    const values = runs.map(({ figures }) => figures[index].value);
    const { spread } = repeat > 1 ? summaryOf(values) : runs[0].figures[index];
    const { value } = summaryOf(values);
    const calibration = summaryOf(runs.map((run) => run.calibration)).value;
    return resultOf(figure, { value, spread, calibration });
  });
}

function resultOf({ name, unit, atLeast, atMost }, { value, spread, calibration }) {
  const target =
    atLeast !== undefined ? `>= ${atLeast}` : atMost !== undefined ? `<= ${atMost}` : null;
  return {
    name,
    value: Number.isNaN(value) ? null : Number(value.toPrecision(4)),
    unit,
    target,
    ok: value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity),
    spread: spread === null ? null : Number(spread.toPrecision(2)),
    calibration,
  };
}
