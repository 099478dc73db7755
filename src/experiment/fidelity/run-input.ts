// What a recorded run was: the `input` of its run.json and those flags of its processes that change
// what happens. Sizes that `input` has no field for are in the sentence that says what was done,
// and what the recorder did at which time after the first call is in the summary.
// Source: golden/timeline/README.md.

/** Rate limit of a component's clients. */
export interface ClientLimit {
  readonly qps: number;
  readonly burst: number;
}

/** A later part of a run, in the recorder's own words. */
export interface RecordedPhase {
  /** `scale` */
  readonly name: string;
  /** Since the first call of the run. */
  readonly startSeconds: number;
  /** What its length is called: `scale_down_s`. */
  readonly lengths: readonly string[];
}

/** The inputs of one simulation. */
export interface RunInput {
  /** Letter of the scenario: a idle, b one Deployment, c several, d bare pods, … */
  readonly kind: string;
  readonly nodes: number;
  /** Pods. */
  readonly size: number;
  /** Creates a second; 0: as fast as the client can. */
  readonly ratePerSecond: number;
  /** The sentence about it, with the sizes that have no field of their own. */
  readonly what: string;
  /** What was different from the scenario's usual run. */
  readonly variant: string;
  /** Parts of the run after its first, by their times. */
  readonly phases: readonly RecordedPhase[];
  /** Cores that processes of others used while the run was recorded, on average. */
  readonly otherCores: number;
  readonly controllerManager: ClientLimit;
  readonly scheduler: ClientLimit;
  /** Events that an agent posts for each pod it starts. */
  readonly kubeletEvents: number;
}

/** run.json as far as it is read. */
export interface RunFile {
  readonly input: {
    readonly scenario: string;
    readonly what?: string;
    readonly nodes: number;
    readonly size: number;
    readonly ratePerSecond?: number;
    readonly variant?: string | null;
  };
  readonly flags?: Readonly<Record<string, readonly string[]>>;
}

const controllerManagerDefaults: ClientLimit = { qps: 20, burst: 30 };
const schedulerDefaults: ClientLimit = { qps: 50, burst: 100 };

/** The number in `--name=5` or `-name=5`; undefined when the flag is not there. */
function flagNumber(flags: readonly string[] | undefined, name: string): number | undefined {
  const pattern = new RegExp(`^--?${name}=(-?[\\d.]+)$`);
  for (const flag of flags ?? []) {
    const value = pattern.exec(flag)?.[1];
    if (value !== undefined) return Number(value);
  }
  return undefined;
}

function limitOf(flags: readonly string[] | undefined, defaults: ClientLimit): ClientLimit {
  return {
    qps: flagNumber(flags, 'kube-api-qps') ?? defaults.qps,
    burst: flagNumber(flags, 'kube-api-burst') ?? defaults.burst,
  };
}

/** The phases that `phase_scale_start` and its like tell of. */
function phasesOf(summary: Readonly<Record<string, unknown>>): readonly RecordedPhase[] {
  const names = Object.keys(summary);
  const phases = names.flatMap((key): RecordedPhase[] => {
    const name = /^phase_(\w+)_start$/.exec(key)?.[1];
    const startSeconds = summary[key];
    if (name === undefined || typeof startSeconds !== 'number') return [];
    const lengths = names.filter((each) => each.startsWith(`${name}_`) && each.endsWith('_s'));
    return [{ name, startSeconds, lengths }];
  });
  return phases.sort((a, b) => a.startSeconds - b.startSeconds || (a.name < b.name ? -1 : 1));
}

/** What a clean machine uses beside the processes of the run at most, cores. */
const CLEAN_CORES = 0.04;

/** What the machine was busy with beside the processes of the run. */
function otherCoresIn(summary: Readonly<Record<string, unknown>>): number {
  const used = summary['cpu_total_incl_3s_tail'];
  if (typeof used !== 'object' || used === null) return 0;
  let [busySeconds, ownSeconds, seconds] = [0, 0, 0];
  for (const [name, value] of Object.entries(used)) {
    if (typeof value !== 'number') continue;
    if (name === 'seconds') seconds = value;
    else if (name === 'machine_busy_cpu_s') busySeconds = value;
    else if (name.endsWith('_cpu_s')) ownSeconds += value;
  }
  const cores = seconds > 0 ? (busySeconds - ownSeconds) / seconds : 0;
  return cores < CLEAN_CORES ? 0 : cores;
}

/** The inputs in a run.json, and the phases in the summary of the run. */
export function runInput(
  { input, flags = {} }: RunFile,
  summary: Readonly<Record<string, unknown>> = {},
): RunInput {
  return {
    kind: input.scenario,
    nodes: input.nodes,
    size: input.size,
    ratePerSecond: input.ratePerSecond ?? 0,
    what: input.what ?? '',
    variant: input.variant ?? '',
    phases: phasesOf(summary),
    otherCores: otherCoresIn(summary),
    controllerManager: limitOf(flags['kcm'], controllerManagerDefaults),
    scheduler: limitOf(flags['scheduler'], schedulerDefaults),
    kubeletEvents: flagNumber(flags['fakenodes'], 'kubelet-events') ?? 0,
  };
}

/** The number that `pattern` captures in the sentence about a run; `fallback` when it does not. */
export function numberIn({ what }: RunInput, pattern: RegExp, fallback: number): number {
  const found = pattern.exec(what)?.[1];
  return found === undefined ? fallback : Number(found);
}
