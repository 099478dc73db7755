// A folder of recorded timelines: its runs, grouped by what was repeated, and the figures that are
// recorded of each group. The figures that scenarios.json names are compared; a group that it does
// not name is compared by what its runs' summaries say.
// Source: golden/timeline/README.md, "Files".
import { putIncrease, requestIncreases } from './prometheus-counters.js';
import { type RunFile, type RunInput, runInput } from './run-input.js';

/** A folder of recordings. */
export interface TimelineSource {
  /** Paths below the folder with `/`, sorted. */
  readonly files: readonly string[];
  /** The text of a file, uncompressed. @throws Error of the file system. */
  read(file: string): string;
}

/** A figure of a group over its repeats. */
export interface RecordedFigure {
  /** As in scenarios.json: `deploy.kth_event_since_start_s.created.p50`. */
  readonly name: string;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** Runs of equal input. */
export interface RecordedGroup {
  /** `b500-200`. */
  readonly name: string;
  readonly input: RunInput;
  readonly repeats: number;
  readonly figures: readonly RecordedFigure[];
}

/** What was read, and what could not be. */
export interface Recording {
  readonly groups: readonly RecordedGroup[];
  /** One sentence for each file that is not as it should be. */
  readonly problems: readonly string[];
}

/** Requests that were made fewer times than this are noise of the cluster's upkeep. */
const FEWEST_REQUESTS = 10;

type Tree = { readonly [key: string]: unknown };

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads every run below the folder; `only` selects groups by name or by scenario letter. */
export function readRecording(source: TimelineSource, only?: string): Recording {
  const problems: string[] = [];
  const parsed = (file: string): Tree | undefined => {
    if (!source.files.includes(file)) return undefined;
    try {
      const value: unknown = JSON.parse(source.read(file));
      if (isTree(value)) return value;
      problems.push(`${file} is no JSON object.`);
    } catch (error) {
      problems.push(`${file} is not JSON: ${(error as Error).message}`);
    }
    return undefined;
  };
  const scenarios = parsed('scenarios.json') ?? {};
  const folders = source.files
    .filter((file) => file.endsWith('/run.json'))
    .map((file) => file.slice(0, -'/run.json'.length));
  const runs = folders.flatMap((folder): Run[] => {
    const run = parsed(`${folder}/run.json`);
    if (run === undefined) return [];
    const problem = inputProblem(run);
    if (problem !== undefined) {
      problems.push(`${folder}/run.json ${problem}`);
      return [];
    }
    const summary = parsed(`${folder}/summary.json`) ?? {};
    const input = runInput(run as unknown as RunFile, summary);
    return [{ folder, group: groupOf(folder), input, summary }];
  });
  const names = [...new Set(runs.map(({ group }) => group))];
  const groups = names
    .map((name) =>
      groupFrom(
        name,
        runs.filter(({ group }) => group === name),
        scenarios[name],
        source,
      ),
    )
    .filter(({ name, input }) => only === undefined || name === only || input.kind === only);
  return { groups, problems };
}

interface Run {
  readonly folder: string;
  readonly group: string;
  readonly input: RunInput;
  readonly summary: Tree;
}

/** `b500-200-1` is repeat 1 of `b500-200`. */
function groupOf(folder: string): string {
  return folder.replace(/-\d+$/, '');
}

function inputProblem({ input }: Tree): string | undefined {
  if (!isTree(input)) return 'has no input.';
  const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
  if (typeof input['scenario'] !== 'string') return 'does not say which scenario it is.';
  if (!isCount(input['nodes']) || input['nodes'] === 0) return 'has no number of nodes.';
  if (!isCount(input['size'])) return 'has no size.';
  return undefined;
}

function groupFrom(
  name: string,
  runs: readonly Run[],
  scenario: unknown,
  source: TimelineSource,
): RecordedGroup {
  const { input } = runs[0] as Run;
  const summaries = runs.map(({ summary }) => summary);
  const headline = isTree(scenario) ? headlineOf(scenario) : headlineOfRuns(summaries);
  const counted = runs.flatMap(({ folder }) => countersOf(folder, source));
  return { name, input, repeats: runs.length, figures: [...headline, ...counted] };
}

/** Figures of an entry of scenarios.json: the headline, and CPU seconds by phase and process. */
function headlineOf({ headline, cpu }: Tree): RecordedFigure[] {
  const figures: RecordedFigure[] = [];
  const add = (name: string, value: unknown): void => {
    if (!isTree(value)) return;
    const { mean, min, max } = value;
    if (typeof mean === 'number')
      figures.push({ name, mean, min: Number(min ?? mean), max: Number(max ?? mean) });
  };
  for (const [name, value] of Object.entries(isTree(headline) ? headline : {})) add(name, value);
  for (const [phase, used] of Object.entries(isTree(cpu) ? cpu : {})) {
    for (const [name, value] of Object.entries(isTree(used) ? used : {}))
      if (name.endsWith('_cpu_s')) add(`cpu_${phase}.${name}`, value);
  }
  return figures;
}

/** Names in a summary that are figures of a run when no scenarios.json names them. */
const HEADLINES: readonly RegExp[] = [
  /^(?!end_s$|create_call_s$)[a-z_]+_s$/,
  /^(?:notready|noexec|podnotready)_(?:first|last)$/,
  /\.kth_event_since_start_s\.(?:created|scheduled|ready|succeeded|delmark|deleted)\.(?:p50|last|mean_rate_per_s)$/,
  /\.intervals_s\.(?:call_to_ack|created_to_scheduled|scheduled_to_ready|delmark_to_deleted|running_to_succeeded)\.p(?:50|90|99)$/,
  /^cpu_[a-z0-9_]+\.[a-z_]+_cpu_s$/,
];

/** The same from the summaries of the runs. */
function headlineOfRuns(summaries: readonly Tree[]): RecordedFigure[] {
  const values = new Map<string, number[]>();
  const visit = (tree: Tree, prefix: string): void => {
    for (const [key, value] of Object.entries(tree)) {
      const name = prefix + key;
      if (isTree(value)) visit(value, `${name}.`);
      else if (typeof value === 'number' && HEADLINES.some((pattern) => pattern.test(name)))
        values.set(name, [...(values.get(name) ?? []), value]);
    }
  };
  for (const summary of summaries) visit(summary, '');
  return [...values].map(([name, each]) => ({
    name,
    mean: each.reduce((sum, value) => sum + value, 0) / each.length,
    min: Math.min(...each),
    max: Math.max(...each),
  }));
}

/** Requests and puts of a run whose metrics were kept. */
function countersOf(folder: string, source: TimelineSource): RecordedFigure[] {
  const scrape = (component: string, when: string): string | undefined => {
    const name = `${folder}/metrics-${component}-${when}.txt`;
    const file = [name, `${name}.gz`].find((each) => source.files.includes(each));
    return file === undefined ? undefined : source.read(file);
  };
  const figure = (name: string, value: number): RecordedFigure => ({
    name,
    mean: value,
    min: value,
    max: value,
  });
  const figures: RecordedFigure[] = [];
  const [before, after] = [scrape('apiserver', 'before'), scrape('apiserver', 'after')];
  if (before !== undefined && after !== undefined) {
    const counts = [...requestIncreases(before, after)].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, count] of counts)
      if (count >= FEWEST_REQUESTS) figures.push(figure(`requests.${key}`, count));
  }
  const [etcdBefore, etcdAfter] = [scrape('etcd', 'before'), scrape('etcd', 'after')];
  if (etcdBefore !== undefined && etcdAfter !== undefined)
    figures.push(figure('etcd_puts', putIncrease(etcdBefore, etcdAfter)));
  return figures;
}
