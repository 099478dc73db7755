/**
 * `kubeclock validate`: one verdict a file, for files and folders of any content.
 */

import { readFileSync } from 'node:fs';
import { type Problem, problemCodes } from '../api/problem.js';
import { filesIn, folderOf, kindOf, type ScenarioFiles, walkFolder } from '../scenario/files.js';
import { checkProfile, type LoadResult, loadScenario } from '../scenario/load.js';
import { loadWithPlugins } from '../scenario/load-with-plugins.js';
import { checkManifestFile } from '../scenario/manifest-file.js';
import { isProfileText, isScenarioText } from '../scenario/recognition.js';
import { importerOf } from '../workload/import/import-files.js';
import type { Importer } from '../workload/import/importer.js';
import { loadSchedulerPerf } from '../workload/scheduler-perf/load.js';
import { isSchedulerPerfText } from '../workload/scheduler-perf/read-test-cases.js';
import { type ExitCode, exitCode, UsageError } from './exit-code.js';
import { type GlobalArguments, outputFormat } from './options.js';
import { printProblems } from './problem-output.js';
import type { Terminal } from './terminal.js';

export interface ValidateArguments extends GlobalArguments {
  readonly paths: readonly string[];
  readonly strict?: boolean;
}

/** What a file is. Only `invalid` fails the command. */
export interface FileVerdict {
  readonly file: string;
  readonly verdict:
    | 'scenario'
    | 'profile'
    | 'scheduler_perf'
    | 'manifests'
    | 'importable'
    | 'template'
    | 'not an input'
    | 'invalid';
  /** Objects of known kinds. */
  readonly objects: number;
  readonly problems: readonly Problem[];
  /** For people: why it is not an input, what is ignored. */
  readonly detail: string;
  readonly texts: ReadonlyMap<string, string>;
}

/** Files of foreign formats that are neither YAML nor JSON. */
const importable = /\.(?:csv|sktrace)$/i;

const readable = /\.(?:ya?ml|json)$/i;

/** Files larger than this are recordings and dumps of other programs, not manifests. */
const largestLength = 64 * 1024 * 1024;

/** The verdict on one file; runs the code of the plugins that a scenario names. Never throws for what the file holds. */
export async function judgeFile(file: string, isStrict: boolean): Promise<FileVerdict> {
  const foreign = (detail: string): FileVerdict => ({
    file,
    verdict: 'not an input',
    objects: 0,
    problems: [],
    detail,
    texts: new Map(),
  });
  if (file !== '-' && !readable.test(file)) {
    const importer = importable.test(file) ? importerOfFile(file) : undefined;
    if (importer === undefined) return foreign('neither YAML nor JSON');
    return { ...foreign(importer.title), verdict: 'importable' };
  }
  const files = filesIn(folderOf(file));
  const text = files.read(file);
  if (text.length > largestLength) return foreign('too large');
  if (isScenarioText(text)) {
    const result = await loadWithPlugins((pluginModules) =>
      loadScenario(text, file, files, { strict: isStrict, pluginModules }),
    );
    return judgeOwn(file, 'scenario', result);
  }
  if (isProfileText(text)) {
    const result = await loadWithPlugins((pluginModules) =>
      checkProfile(text, file, files, pluginModules),
    );
    return judgeOwn(file, 'profile', result);
  }
  if (isSchedulerPerfText(text)) return judgePerf(file, text, files, isStrict);
  return judgeManifests(file, text, isStrict);
}

function importerOfFile(path: string): Importer | undefined {
  return importerOf([{ path, bytes: readFileSync(path) }]);
}

/** Unsupported test cases do not make a file invalid, unless `isStrict`. */
function judgePerf(
  file: string,
  text: string,
  files: ScenarioFiles,
  isStrict: boolean,
): FileVerdict {
  const { config, problems, texts } = loadSchedulerPerf(text, file, files);
  const testCases = config?.testCases ?? [];
  const runnable = testCases.filter(({ unsupported }) => unsupported.length === 0).length;
  const isValid = config !== undefined && !(isStrict && problems.length > 0);
  return {
    file,
    verdict: isValid ? 'scheduler_perf' : 'invalid',
    objects: 0,
    problems,
    detail: `${runnable} of ${testCases.length} test cases can be run`,
    texts,
  };
}

function judgeOwn(
  file: string,
  kind: 'scenario' | 'profile',
  { problems, texts }: LoadResult,
): FileVerdict {
  const isValid = problems.every(({ severity }) => severity === 'warning');
  const verdict = isValid ? kind : 'invalid';
  return { file, verdict, objects: 0, problems, detail: '', texts };
}

function judgeManifests(file: string, text: string, isStrict: boolean): FileVerdict {
  const { objects, ignored, problems } = checkManifestFile(text, file, isStrict);
  const found = { file, objects, problems, texts: new Map([[file, text]]) };
  const [first] = problems;
  if (first?.code === problemCodes.template) {
    return { ...found, verdict: 'template', problems: [], detail: first.message };
  }
  const isForeign = problems.every(({ code }) => code === problemCodes.notAManifest);
  if (objects === 0 && first !== undefined && isForeign) {
    return { ...found, verdict: 'not an input', problems: [], detail: first.message };
  }
  if (problems.some(({ severity }) => severity === 'error')) {
    return { ...found, verdict: 'invalid', detail: '' };
  }
  const kinds = ignored.map(({ count, kind }) => `${count} ${kind}`).join(', ');
  if (objects > 0) {
    return { ...found, verdict: 'manifests', detail: kinds === '' ? '' : `ignored: ${kinds}` };
  }
  const detail = kinds === '' ? 'no objects' : `nothing that is simulated: ${kinds}`;
  return { ...found, verdict: 'not an input', detail };
}

/** Judges every file of every path. */
export async function validateCommand(
  args: ValidateArguments,
  terminal: Terminal,
): Promise<ExitCode> {
  const format = outputFormat(args);
  const files = args.paths.flatMap((path) => {
    const kind = path === '-' ? 'file' : kindOf(path);
    if (kind === undefined) throw new UsageError(`${path} does not exist.`);
    const found = kind === 'folder' ? walkFolder(path) : [path];
    if (found.length === 0) throw new UsageError(`${path} holds no files.`);
    return found;
  });
  const verdicts: FileVerdict[] = [];
  for (const file of files) verdicts.push(await judgeFile(file, args.strict === true));
  const invalid = verdicts.filter(({ verdict }) => verdict === 'invalid').length;
  if (format === 'json') terminal.out.write(asJson(verdicts));
  else for (const verdict of verdicts) show(verdict, terminal);
  if (format === 'table' && verdicts.length > 1 && !terminal.isQuiet) {
    terminal.err.write(`${verdicts.length} files, ${invalid} invalid\n`);
  }
  return invalid === 0 ? exitCode.ok : exitCode.invalidInput;
}

function describe({ verdict, objects, problems, detail }: FileVerdict): string {
  const more = detail === '' ? '' : ` (${detail})`;
  switch (verdict) {
    case 'scenario':
    case 'profile':
      return `${verdict} ok`;
    case 'scheduler_perf':
      return `scheduler_perf ok${more}`;
    case 'manifests':
      return `manifests ok, ${objects} ${objects === 1 ? 'object' : 'objects'}${more}`;
    case 'importable':
      return `can be imported${more}`;
    case 'template':
      return `template${more}`;
    case 'not an input':
      return `not a simulator input${more}`;
    case 'invalid': {
      const errors = problems.filter(({ severity }) => severity === 'error').length;
      return `${errors} ${errors === 1 ? 'problem' : 'problems'}`;
    }
  }
}

function show(verdict: FileVerdict, terminal: Terminal): void {
  const { green, red, dim } = terminal.outColors;
  const paint = {
    scenario: green,
    profile: green,
    scheduler_perf: green,
    manifests: green,
    importable: green,
    invalid: red,
    template: dim,
    'not an input': dim,
  };
  terminal.out.write(`${verdict.file}: ${paint[verdict.verdict](describe(verdict))}\n`);
  printProblems(verdict.problems, verdict.texts, terminal);
}

function asJson(verdicts: readonly FileVerdict[]): string {
  const files = verdicts.map(({ file, verdict, objects, problems, detail }) => ({
    file,
    verdict,
    objects,
    detail,
    problems,
  }));
  return `${JSON.stringify({ schemaVersion: 1, files }, null, 2)}\n`;
}
