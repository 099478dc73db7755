/**
 * `kubeclock sweep --manifest N`: the sweep as a Kubernetes Job of N Pods, instead of here.
 */

import { gridCells } from '../experiment/sweep/parameter.js';
import { formatBytes } from '../report/number-format.js';
import { mostInputBytes, sweepManifest } from '../report/sweep/sweep-manifest.js';
import { type ExitCode, exitCode, UsageError } from './exit-code.js';
import { single } from './options.js';
import { namedPolicies, wholeNumber } from './study-options.js';
import { type AskedSweep, loadCells, planOf } from './sweep-making.js';
import { type SweepArguments, sweepWords } from './sweep-options.js';
import { printCellProblems } from './sweep-problems.js';
import { packageVersion } from './version.js';

const mostShards = 10_000;

/**
 * Loads all cells, so that what is wrong is said here and not by Pods, and prints the objects.
 * @throws UsageError for files that a ConfigMap cannot hold.
 */
export async function printManifest(args: SweepArguments, asked: AskedSweep): Promise<ExitCode> {
  const { request, loader, terminal } = asked;
  if (request.search !== undefined || request.shard !== undefined) {
    throw new UsageError('--manifest is for a whole grid: leave --find, --shard out.');
  }
  const shards = wholeNumber('manifest', args.manifest, 1, mostShards);
  const loaded = await loadCells(loader, gridCells(request.parameters), terminal);
  if (printCellProblems(loaded, request.parameters, terminal)) return exitCode.invalidInput;
  const { files, nameOf } = loader.kept();
  refuseUnfit(files);
  const { scenario } = planOf(loaded, request);
  const image = single('image', args.image) ?? `kubeclock:${packageVersion()}`;
  const command = namedWords(args, nameOf);
  terminal.out.write(sweepManifest({ scenario, shards, image, command, files }));
  return exitCode.ok;
}

/** The words of the command where files have other names. */
function namedWords(args: SweepArguments, nameOf: (file: string) => string): readonly string[] {
  const policy = namedPolicies(args.policy).map(({ name, file }) =>
    file === undefined ? name : `${name}=${nameOf(file)}`,
  );
  return sweepWords({ ...args, policy }).map(nameOf);
}

/** @throws UsageError */
function refuseUnfit(files: ReadonlyMap<string, string>): void {
  for (const path of files.keys()) {
    if (path === '-') throw new UsageError('--manifest has no standard input: name files.');
    if (path.split(/[\\/]/).includes('..')) {
      throw new UsageError(`${path} lies beside this folder: call sweep from one above all files.`);
    }
  }
  const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes <= mostInputBytes) return;
  throw new UsageError(
    `The files have ${formatBytes(bytes)} and a ConfigMap holds ${formatBytes(mostInputBytes)}: ` +
      'give the Pods of a Job of your own a volume with them, see docs/sweep.md.',
  );
}
