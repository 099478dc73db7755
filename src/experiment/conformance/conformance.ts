// Replays a folder of recorded decisions of kube-scheduler and counts what agrees. Every case
// stands alone: a replay that throws is a failed case, and the others go on.

import { loadYaml } from '../../api/yaml-dialect.js';
import type { PluginRegistry } from '../../control-plane/scheduler/framework/plugin-handle.js';
import { compareCase } from './compare-case.js';
import { type Difference, firstDifference } from './difference.js';
import type {
  Json,
  RecordedCase,
  RecordedChurn,
  RecordedObject,
  RecordedSequence,
} from './recording.js';
import { replayCase } from './replay-case.js';
import { expandSequence, replayChurn, replaySequence, type SequenceInput } from './replay-run.js';
import { replayVectors } from './replay-vectors.js';

/** A folder of recordings, and one of the manifests that sequences refer to. */
export interface RecordingSource {
  /** Paths below the folder with `/`, sorted: `plugins/ties.ndjson.gz`. */
  readonly files: readonly string[];
  /** The text of a file, uncompressed. */
  read(file: string): string;
  /** The text of a manifest file; undefined when there is none of that name. */
  readInput(name: string): string | undefined;
}

/** A case that does not agree with its recording. */
export interface FailedCase extends Difference {
  readonly id: string;
}

/** How one family did. */
export interface FamilyResult {
  readonly family: string;
  readonly passed: number;
  readonly failed: number;
  /** Cases that could not be compared, or only in part. */
  readonly skipped: number;
  /** The first failed case in order of the recording. */
  readonly firstFailure: FailedCase | undefined;
  /** Why cases were skipped: the first reason. */
  readonly skipReason: string;
}

/** Options of a replay. */
export interface ConformanceOptions {
  readonly registry: PluginRegistry;
  /** A family, or the id of one case; absent: everything. */
  readonly only?: string;
  /** Told after every file. */
  readonly onFamily?: (result: FamilyResult) => void;
}

/** The outcome of one case: agreement, a difference, or why there was none to look at. */
type Outcome = Difference | { readonly skipped: string } | undefined;

class Tally {
  readonly family: string;
  passed = 0;
  failed = 0;
  skipped = 0;
  firstFailure: FailedCase | undefined;
  skipReason = '';

  constructor(family: string) {
    this.family = family;
  }

  count(id: string, outcome: Outcome): void {
    if (outcome === undefined) this.passed++;
    else if ('skipped' in outcome) {
      this.skipped++;
      this.skipReason ||= outcome.skipped;
    } else {
      this.failed++;
      this.firstFailure ??= { id, ...outcome };
    }
  }
}

/** Replays everything that `only` selects; families without a selected case are left out. */
export function runConformance(
  source: RecordingSource,
  options: ConformanceOptions,
): readonly FamilyResult[] {
  const results: FamilyResult[] = [];
  for (const file of source.files) {
    for (const result of replayFile(file, source, options)) {
      results.push(result);
      options.onFamily?.(result);
    }
  }
  return merged(results);
}

/** One result a family, in order of first appearance: sequences come one file each. */
function merged(results: readonly FamilyResult[]): readonly FamilyResult[] {
  const families = new Map<string, FamilyResult>();
  for (const result of results) {
    const before = families.get(result.family);
    families.set(result.family, before === undefined ? result : sum(before, result));
  }
  return [...families.values()];
}

function sum(a: FamilyResult, b: FamilyResult): FamilyResult {
  return {
    family: a.family,
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    firstFailure: a.firstFailure ?? b.firstFailure,
    skipReason: a.skipReason || b.skipReason,
  };
}

function replayFile(
  file: string,
  source: RecordingSource,
  { registry, only }: ConformanceOptions,
): readonly Tally[] {
  const match = /^(plugins|sequences|churn|vectors)\/(.+?)\.(?:nd)?json(?:\.gz)?$/.exec(file);
  const [, folder = '', name = ''] = match ?? [];
  const isWanted = (family: string, id: string): boolean =>
    only === undefined || only === family || only === id;
  if (folder === 'plugins') return replayCases(source.read(file), registry, isWanted);
  if (folder === 'vectors') {
    if (only !== undefined && only !== name && !only.startsWith(`${name}[`)) return [];
    return countVectors(name, JSON.parse(source.read(file)) as Json, isWanted);
  }
  if (folder === '' || !isWanted(folder, name)) return [];
  const tally = new Tally(folder);
  const recorded: unknown = JSON.parse(source.read(file));
  const replay = (): Outcome =>
    folder === 'churn'
      ? replayChurn(recorded as RecordedChurn, registry)
      : replayOneSequence(recorded as RecordedSequence, source, registry);
  tally.count((recorded as RecordedSequence).id, attempt(replay));
  return [tally];
}

/** The outcome of a replay; an exception is a difference too. */
function attempt(replay: () => Outcome): Outcome {
  try {
    return replay();
  } catch (error) {
    return { field: 'replay', expected: undefined, got: `${(error as Error).message}` };
  }
}

function replayCases(
  text: string,
  registry: PluginRegistry,
  isWanted: (family: string, id: string) => boolean,
): readonly Tally[] {
  const tallies = new Map<string, Tally>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const recorded = JSON.parse(line) as RecordedCase;
    const { id, family } = recorded;
    if (!isWanted(family, id)) continue;
    let tally = tallies.get(family);
    if (tally === undefined) {
      tally = new Tally(family);
      tallies.set(family, tally);
    }
    const outcome = attempt(() => compareCase(recorded.expected, replayCase(recorded, registry)));
    tally.count(id, outcome);
  }
  return [...tallies.values()];
}

function countVectors(
  name: string,
  table: Json,
  isWanted: (family: string, id: string) => boolean,
): readonly Tally[] {
  const tally = new Tally(name);
  const entries = replayVectors(name, table);
  if (entries === undefined) {
    tally.count(name, { skipped: `a table named ${name} is not known` });
    return [tally];
  }
  for (const [index, { expected, got }] of entries.entries()) {
    const id = `${name}[${index}]`;
    if (!isWanted(name, id)) continue;
    tally.count(id, firstDifference(expected, got));
  }
  return [tally];
}

function replayOneSequence(
  recorded: RecordedSequence,
  source: RecordingSource,
  registry: PluginRegistry,
): Outcome {
  const { nodesFile, podsFile } = recorded.cluster;
  if (nodesFile === undefined || podsFile === undefined) {
    return replaySequence(recorded, expandSequence(recorded), registry);
  }
  const [nodes, pods] = [nodesFile, podsFile].map((name) => source.readInput(name));
  if (nodes === undefined || pods === undefined) {
    const missing = nodes === undefined ? nodesFile : podsFile;
    return { skipped: `${missing} is not there: name its folder with --inputs` };
  }
  const input: SequenceInput = { nodes: objectsOf(nodes), pods: objectsOf(pods) };
  return replaySequence(recorded, input, registry);
}

/** The objects of a manifest in document order, with the namespace that the API server gives. */
function objectsOf(text: string): readonly RecordedObject[] {
  const documents = loadYaml(text, 'override') as readonly (RecordedObject | null)[];
  return documents.flatMap((document) => {
    if (document === null) return [];
    const items = document['items'];
    return Array.isArray(items) ? (items as RecordedObject[]) : [withNamespace(document)];
  });
}

function withNamespace(object: RecordedObject): RecordedObject {
  if (object['kind'] !== 'Pod') return object;
  return { ...object, metadata: { namespace: 'default', ...(object['metadata'] as object) } };
}
