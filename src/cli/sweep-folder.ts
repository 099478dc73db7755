/**
 * The folder of a sweep. It holds every run as soon as it was made (runs.jsonl), so that a sweep
 * which was interrupted, or is extended, goes on where it was; and the results, written file by
 * file, each whole or not at all.
 */

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  parseRecords,
  type RunRecord,
  recordLine,
  runKey,
} from '../experiment/sweep/run-record.js';
import { parsePlan, planText, type Shard, type SweepPlan } from '../experiment/sweep/sweep-plan.js';
import { sweepFileNames } from '../report/sweep/sweep-files.js';
import { ascending } from '../stats/ascending.js';
import { UsageError } from './exit-code.js';
import { type RunFacts, withMeta } from './meta-json.js';
import { metaFile } from './results-folder.js';

const journalFile = 'runs.jsonl';
const planFile = 'plan.json';
const shardFile = 'shard.json';

const ownNames: ReadonlySet<string> = new Set([
  journalFile,
  planFile,
  shardFile,
  metaFile,
  ...sweepFileNames,
]);

/** A plan and how it was asked for. */
export interface AskedPlan {
  readonly plan: SweepPlan;
  /** The words of the command, without those that say who makes which part and where to. */
  readonly command: readonly string[];
}

/** What a folder tells about the sweep that has written it. */
export interface WrittenSweep extends AskedPlan {
  readonly path: string;
  /** Undefined: the whole sweep. */
  readonly shard: Shard | undefined;
  readonly records: ReadonlyMap<string, RunRecord>;
}

/** Where the results of a plan go when nobody says where. */
export function defaultFolder({ scenario }: SweepPlan, shard: Shard | undefined): string {
  const part = shard === undefined ? '' : `-${shard.index}-of-${shard.count}`;
  return join('results', `${scenario}-sweep${part}`);
}

/** A folder that a sweep writes to. */
export class SweepFolder {
  readonly path: string;
  /** Runs that were made, now or before, by `runKey`. */
  readonly records: ReadonlyMap<string, RunRecord>;
  readonly #records: Map<string, RunRecord>;

  /**
   * Opens or makes the folder.
   * @throws UsageError when it holds what no sweep has written; Error of the file system.
   */
  constructor(path: string) {
    refuseForeign(path);
    mkdirSync(path, { recursive: true });
    this.path = path;
    this.#records = recordsIn(path);
    this.records = this.#records;
    this.#write(journalFile, this.#journal([]));
  }

  /** Keeps a run from now on. */
  add(record: RunRecord): void {
    this.#records.set(runKey(record), record);
    appendFileSync(join(this.path, journalFile), recordLine(record));
  }

  /** Says what is being made here, before it is made. */
  begin(asked: AskedPlan, shard: Shard | undefined): void {
    this.#write(planFile, planText(asked.plan, asked.command));
    if (shard === undefined) rmSync(join(this.path, shardFile), { force: true });
    else this.#write(shardFile, `${JSON.stringify(shard)}\n`);
  }

  /**
   * Writes the results in place of earlier ones, and the runs in order: those of `keys`, then what
   * other sweeps have left here.
   */
  finish(files: ReadonlyMap<string, string>, keys: readonly string[], facts: RunFacts): void {
    this.#write(journalFile, this.#journal(keys));
    for (const name of [...sweepFileNames, metaFile]) {
      if (!files.has(name)) rmSync(join(this.path, name), { force: true });
    }
    for (const [name, text] of withMeta(files, facts)) this.#write(name, text);
  }

  #journal(keys: readonly string[]): string {
    const first = new Set(keys);
    const others = [...this.#records.keys()].filter((key) => !first.has(key)).sort(ascending);
    return [...first, ...others]
      .map((key) => this.#records.get(key))
      .map((record) => (record === undefined ? '' : recordLine(record)))
      .join('');
  }

  #write(name: string, text: string): void {
    const path = join(this.path, name);
    const temporary = `${path}.partial-${process.pid}`;
    try {
      writeFileSync(temporary, text);
      renameSync(temporary, path);
    } finally {
      rmSync(temporary, { force: true });
    }
  }
}

/** Reads what a sweep has written. @throws UsageError for a folder that no sweep has. */
export function readSweep(path: string): WrittenSweep {
  const text = textIn(path, planFile);
  const plan = parsePlan(text ?? '');
  if (text === undefined || plan === undefined) {
    const fault = existsSync(path) ? `holds no ${planFile} of this version` : 'does not exist';
    throw new UsageError(`${path} ${fault}: name folders that kubeclock sweep has written.`);
  }
  const { command = [] } = JSON.parse(text);
  const shardText = textIn(path, shardFile);
  const shard: Shard | undefined = shardText === undefined ? undefined : JSON.parse(shardText);
  return { path, plan, command, shard, records: recordsIn(path) };
}

function recordsIn(path: string): Map<string, RunRecord> {
  return parseRecords(textIn(path, journalFile) ?? '');
}

function textIn(folder: string, name: string): string | undefined {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function refuseForeign(path: string): void {
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind === undefined) return;
  if (!kind.isDirectory()) {
    throw new UsageError(`${path} is a file; choose another --out.`);
  }
  const foreign = readdirSync(path).find(
    (name) => !ownNames.has(name.replace(/\.partial-\d+$/, '')),
  );
  if (foreign === undefined) return;
  throw new UsageError(
    `${path} holds ${foreign}, which no sweep has written; choose another --out or remove it.`,
  );
}
