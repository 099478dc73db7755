/**
 * `kubeclock get`, `describe` and `cluster-info`: the objects of the simulated cluster at a time,
 * as kubectl shows them.
 */

import type { ListingOptions } from '../report/kubectl/listing.js';
import {
  checkSelector,
  type ObjectQuery,
  QueryError,
  wantedKinds,
} from '../report/kubectl/object-query.js';
import { formatSeconds } from '../report/number-format.js';
import { parseDuration } from '../scenario/duration.js';
import { askRun, recordedRun } from './asked-run.js';
import { type ExitCode, exitCode, UsageError } from './exit-code.js';
import type { LookedRun } from './look-thread.js';
import { type InputArguments, single } from './options.js';
import type { StateAnswer, StateRequest } from './state-worker.js';
import type { Terminal } from './terminal.js';

/** Options of `get` and `describe`; `files` are those of `--filename`. */
export interface ObjectsArguments extends InputArguments {
  /** `pods`, `deploy/web`, names. */
  readonly resources: readonly string[];
  readonly run?: string;
  readonly at?: string;
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly sortBy?: string;
  readonly showLabels?: boolean;
  /** `--no-headers` is its opposite. */
  readonly headers?: boolean;
}

/** The thread's entry; tests put another in its place. */
const stateWorker: URL = new URL('./state-worker.js', import.meta.url);

/**
 * Lists or describes objects.
 *
 * @throws UsageError for arguments that kubectl would not take, or that contradict each other.
 */
export async function objectsCommand(
  verb: 'get' | 'describe',
  args: ObjectsArguments,
  terminal: Terminal,
  entry: URL = stateWorker,
): Promise<ExitCode> {
  const query = queryOf(args);
  const listing = verb === 'get' ? listingOf(args, query) : 'describe';
  if (verb === 'describe') refuseFormat(args, 'describe has one format; use get');
  return look(args, query, listing, terminal, entry);
}

/**
 * Tells where the control plane and the cluster's own services are reached.
 *
 * @throws UsageError for options that contradict each other.
 */
export async function clusterInfoCommand(
  args: Omit<ObjectsArguments, 'resources'>,
  terminal: Terminal,
  entry: URL = stateWorker,
): Promise<ExitCode> {
  refuseFormat(args, 'cluster-info has one format; use get services -A');
  const query = { wanted: [], namespace: undefined, selector: '', sortBy: undefined };
  return look({ ...args, resources: [] }, query, 'clusterInfo', terminal, entry);
}

async function look(
  args: ObjectsArguments,
  query: ObjectQuery,
  listing: StateRequest['listing'],
  terminal: Terminal,
  entry: URL,
): Promise<ExitCode> {
  const atUs = timeOf(single('at', args.at));
  const folder = single('run', args.run);
  const recorded = folder === undefined ? undefined : recordedRun(folder, args);
  const details: Omit<StateRequest, keyof LookedRun> = { atUs, query, listing };
  const question = { args, folder, recorded, purpose: 'looked into', details, entry };
  const found = await askRun<StateAnswer>(question, terminal);
  return 'code' in found ? found.code : show(found.answer, atUs, query, terminal);
}

function queryOf(args: ObjectsArguments): ObjectQuery {
  const selector = single('selector', args.selector) ?? '';
  const namespace = single('namespace', args.namespace) ?? 'default';
  try {
    checkSelector(selector);
    const wanted = wantedKinds(args.resources);
    const isAll = args.allNamespaces === true;
    if (isAll && wanted.some(({ names }) => names.length > 0)) {
      throw new QueryError('an object cannot be named across all namespaces; use -n.');
    }
    return {
      wanted,
      namespace: isAll ? undefined : namespace,
      selector,
      sortBy: single('sort-by', args.sortBy),
    };
  } catch (error) {
    if (error instanceof QueryError) throw new UsageError(error.message);
    throw error;
  }
}

const formats = ['table', 'wide', 'json', 'yaml', 'name'] as const;

function listingOf(args: ObjectsArguments, { wanted, namespace }: ObjectQuery): ListingOptions {
  const written = args.json === true ? 'json' : (single('output', args.output) ?? 'table');
  const format = formats.find((each) => each === written);
  if (format === undefined) {
    throw new UsageError(
      `-o ${written}: the format is ${formats.slice(0, -1).join(', ')} or name.`,
    );
  }
  return {
    format,
    withNamespace: namespace === undefined,
    withLabels: args.showLabels === true,
    withHeaders: args.headers !== false,
    withKind: wanted.length > 1,
    isSingle: wanted.length === 1 && wanted[0]?.names.length === 1,
  };
}

function refuseFormat(
  { output, json }: Pick<ObjectsArguments, 'output' | 'json'>,
  instead: string,
): void {
  if (json === true || output !== undefined) {
    throw new UsageError(`${instead} for -o json or -o yaml.`);
  }
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const us = parseDuration(text);
  if (us !== undefined) return us;
  throw new UsageError(`--at ${text}: write a time since the start, such as 42s or 5m30s.`);
}

function show(
  answer: StateAnswer,
  wantedUs: number | undefined,
  { wanted, namespace }: ObjectQuery,
  { out, err, isQuiet }: Terminal,
): ExitCode {
  const { text, missing, atUs, outcome } = answer;
  if (!isQuiet && wantedUs !== undefined && atUs < wantedUs) {
    err.write(`The run ended before, at ${formatSeconds(atUs)} s: ${outcome.message}\n`);
  }
  out.write(text);
  for (const each of missing) err.write(`Error from server (NotFound): ${each} not found\n`);
  if (missing.length > 0) return exitCode.invalidInput;
  if (text === '' && !isQuiet) {
    const isInNamespace = namespace !== undefined && wanted.every(({ kind }) => kind.namespaced);
    const where = isInNamespace ? ` in ${namespace} namespace.` : '';
    err.write(`No resources found${where}\n`);
  }
  return exitCode.ok;
}
