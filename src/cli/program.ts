/**
 * The command line: commands, options, help, and the exit code that each ending has. Commands are
 * loaded when they are called, so that help and completion answer at once.
 */

import yargs, { type Argv } from 'yargs';
import {
  withConformanceOptions,
  withExplainOptions,
  withFidelityOptions,
  withListing,
  withLook,
  withObjects,
  withReportOptions,
  withRunOptions,
} from './command-options.js';
import type { ConformanceArguments } from './conformance-command.js';
import { optionsFromEnvironment } from './environment-options.js';
import { type ExitCode, exitCode, UsageError } from './exit-code.js';
import type { ExplainArguments } from './explain-command.js';
import type { FidelityArguments } from './fidelity-command.js';
import {
  clusterInfoHelp,
  conformanceHelp,
  describeHelp,
  explainHelp,
  fidelityHelp,
  getHelp,
  importHelp,
  mainHelp,
  planHelp,
  reportHelp,
  runHelp,
  validateHelp,
} from './help-texts.js';
import type { ImportArguments } from './import-command.js';
import { withImportOptions } from './import-options.js';
import type { ObjectsArguments } from './objects-command.js';
import { environmentOptions, type GlobalArguments, withInput, withWorkloads } from './options.js';
import type { RunPerfArguments } from './perf-command.js';
import type { PerfArguments } from './perf-input.js';
import type { Host, ProgramContext } from './program-context.js';
import type { ReportArguments } from './report-command.js';
import { SimulationFailure } from './simulation.js';
import { hidingStandardInput, withStandardInput } from './standard-input.js';
import { addStudies } from './study-commands.js';
import { openTerminal, type Terminal } from './terminal.js';
import type { ValidateArguments } from './validate-command.js';
import { packageVersion } from './version.js';
import { versionCommand } from './version-command.js';
import { helpFor, inOneParagraph } from './wrong-arguments.js';

/** Columns of the help where nothing says how many there are, or more. */
const widestHelp = 100;

const completionText = 'Print a completion script for bash or zsh';

/** Runs the program. Writes results and messages; returns the exit code and throws nothing. */
export async function runProgram(args: readonly string[], host: Host): Promise<ExitCode> {
  let code: ExitCode = exitCode.ok;
  const isDebug = args.includes('--debug');
  const finish = (found: ExitCode): void => {
    code = found;
  };
  try {
    const parsed = hidingStandardInput(args);
    await buildParser(parsed, host, finish).parseAsync();
    return code;
  } catch (error) {
    return reportFailure(error as Error, host, { isDebug, help: helpFor(args) });
  }
}

/** The parser of a command line; parsing it does what it says, and tells `finish` how that ended. */
export function buildParser(
  args: readonly string[],
  host: Host,
  finish: (code: ExitCode) => void,
): Argv {
  const terminalFor = ({ color, quiet }: GlobalArguments): Terminal =>
    openTerminal(host.out, host.err, host.env, { color, isQuiet: quiet === true });
  const parser = yargs([...args])
    .scriptName('kubeclock')
    .locale('en')
    .wrap(Math.min(host.out.columns ?? widestHelp, widestHelp))
    .strictCommands()
    .strictOptions()
    .exitProcess(false)
    .usage(mainHelp)
    .options(globalOptions)
    .config(optionsFromEnvironment(host.env, environmentOptions))
    .version(packageVersion())
    .help()
    .alias('h', 'help')
    .demandCommand(1, 'Name a command, such as run.')
    .completion('completion', completionText)
    .fail((message, error) => {
      throw error ?? new UsageError(inOneParagraph(message, optionsOf(parser)));
    });
  const context: ProgramContext = { host, terminalFor, finish };
  for (const add of [addCommands, addLooks, addChecks, addStudies, addProofs]) add(parser, context);
  return parser;
}

const globalOptions = {
  output: {
    alias: 'o',
    type: 'string',
    describe: 'Format of the results: table, json; compare, sweep and fidelity also csv, markdown',
    requiresArg: true,
  },
  json: { type: 'boolean', describe: 'Same as -o json' },
  quiet: { alias: 'q', type: 'boolean', describe: 'No progress, warnings and notices' },
  color: { type: 'boolean', describe: 'Colours; --no-color or NO_COLOR for none' },
  debug: { type: 'boolean', describe: 'Show the stack of an internal error' },
} as const;

function addCommands(parser: Argv, { host, terminalFor, finish }: ProgramContext): Argv {
  return parser
    .command(
      'run <files..>',
      'Simulate a scenario or manifests and write the results',
      (command) => withRunOptions(withWorkloads(withInput(command.usage(runHelp)))),
      async (args) => {
        const found = args as unknown as RunPerfArguments;
        finish(await runAny(found, terminalFor(found), host));
      },
    )
    .command(
      'plan <files..>',
      'Show what a run would do: objects, cluster, every setting and its source',
      (command) => withWorkloads(withInput(command.usage(planHelp))),
      async (args) => {
        const found = args as unknown as PerfArguments;
        finish(await planAny(found, terminalFor(found)));
      },
    )
    .command(
      'explain [subject] [name] [files..]',
      'Show why the scheduler did with a pod what it did',
      (command) => withInput(withExplainOptions(command.usage(explainHelp))),
      async (args) => {
        const { explainCommand } = await import('./explain-command.js');
        const found = args as unknown as ExplainArguments;
        const files = withStandardInput(found.files ?? []);
        finish(await explainCommand({ ...found, files }, terminalFor(found)));
      },
    );
}

/** Commands that look at a run: at the objects of its cluster, at its report. */
function addLooks(parser: Argv, { terminalFor, finish }: ProgramContext): Argv {
  return parser
    .command(
      'get <resources..>',
      'Show objects of the simulated cluster at a time, as kubectl does',
      (command) => withListing(withObjects(command.usage(getHelp))),
      async (args) => finish(await showObjects('get', args, terminalFor(args as GlobalArguments))),
    )
    .command(
      'describe <resources..>',
      'Show everything about objects at a time, and the Events about them',
      (command) => withObjects(command.usage(describeHelp)),
      async (args) =>
        finish(await showObjects('describe', args, terminalFor(args as GlobalArguments))),
    )
    .command(
      'cluster-info',
      'Show where the control plane and its services are reached',
      (command) => withLook(command.usage(clusterInfoHelp)),
      async (args) =>
        finish(await showObjects('cluster-info', args, terminalFor(args as GlobalArguments))),
    )
    .command(
      'report <folder>',
      'Write the report of a run anew, its plots, and files for other programs',
      (command) => withReportOptions(command.usage(reportHelp)),
      async (args) => {
        const { reportCommand } = await import('./report-command.js');
        const found = args as unknown as ReportArguments;
        finish(await reportCommand(found, terminalFor(found)));
      },
    );
}

/** Commands that check and describe what can be run. */
function addChecks(parser: Argv, { terminalFor, finish }: ProgramContext): Argv {
  return parser
    .command(
      'validate <paths..>',
      'Check scenarios and manifests; one verdict a file',
      (command) =>
        command
          .usage(validateHelp)
          .positional('paths', { type: 'string', describe: 'Files and folders' })
          .option('strict', { type: 'boolean', describe: 'Warnings and unknown kinds are errors' }),
      async (args) => {
        const { validateCommand } = await import('./validate-command.js');
        const found = args as unknown as ValidateArguments;
        const paths = withStandardInput(found.paths);
        finish(await validateCommand({ ...found, paths }, terminalFor(found)));
      },
    )
    .command(
      'import <format> <files..>',
      'Make a scenario of files of another format',
      (command) =>
        withImportOptions(command.usage(importHelp), 'none')
          .positional('format', { type: 'string', describe: 'What the files are' })
          .positional('files', {
            type: 'string',
            describe: 'Files, folders, - for standard input',
          }),
      async (args) => {
        const { importCommand } = await import('./import-command.js');
        const found = args as unknown as ImportArguments;
        const files = withStandardInput(found.files);
        finish(importCommand({ ...found, files }, terminalFor(found)));
      },
    )
    .command('schema', 'Print the JSON Schema of scenario files', {}, async (args) => {
      const { schemaCommand } = await import('./schema-command.js');
      finish(schemaCommand(terminalFor(args as GlobalArguments)));
    })
    .command('version', 'Print the version', {}, (args) =>
      finish(versionCommand(args as GlobalArguments, terminalFor(args as GlobalArguments))),
    );
}

/** Commands that compare the model with recordings. */
function addProofs(parser: Argv, { host, terminalFor, finish }: ProgramContext): Argv {
  return parser
    .command(
      'conformance <subject> <folder>',
      'Replay recorded decisions of kube-scheduler and count what agrees',
      (command) => withConformanceOptions(command.usage(conformanceHelp)),
      async (args) => {
        const { conformanceCommand } = await import('./conformance-command.js');
        const found = args as unknown as ConformanceArguments;
        const corpus = host.env['KUBECLOCK_CORPUS'];
        finish(conformanceCommand(found, terminalFor(found), corpus));
      },
    )
    .command(
      'fidelity <folder>',
      'Simulate recorded runs and compare every figure with the recording',
      (command) => withFidelityOptions(command.usage(fidelityHelp)),
      async (args) => {
        const { fidelityCommand } = await import('./fidelity-command.js');
        const found = args as unknown as FidelityArguments;
        finish(fidelityCommand(found, terminalFor(found)));
      },
    );
}

/** Runs a scenario, manifests, or a file of scheduler_perf. */
async function runAny(args: RunPerfArguments, terminal: Terminal, host: Host): Promise<ExitCode> {
  const found = { ...args, files: withStandardInput(args.files) };
  const { perfFileAmong, refuseSelection } = await import('./perf-input.js');
  const perfFile = perfFileAmong(found.files);
  if (perfFile !== undefined) {
    const { runPerfCommand } = await import('./perf-command.js');
    return runPerfCommand(found, perfFile, terminal);
  }
  refuseSelection(found);
  const { runCommand } = await import('./run-command.js');
  return runCommand(found, terminal, host.simulationEntry);
}

/** Plans what `runAny` would run. */
async function planAny(args: PerfArguments, terminal: Terminal): Promise<ExitCode> {
  const found = { ...args, files: withStandardInput(args.files) };
  const { perfFileAmong, refuseSelection } = await import('./perf-input.js');
  const perfFile = perfFileAmong(found.files);
  if (perfFile !== undefined) {
    const { planPerfCommand } = await import('./perf-command.js');
    return planPerfCommand(found, perfFile, terminal);
  }
  refuseSelection(found);
  const { planCommand } = await import('./plan-command.js');
  return planCommand(found, terminal);
}

async function showObjects(
  verb: 'get' | 'describe' | 'cluster-info',
  args: unknown,
  terminal: Terminal,
): Promise<ExitCode> {
  const { clusterInfoCommand, objectsCommand } = await import('./objects-command.js');
  const found = args as ObjectsArguments & { readonly filename?: string | readonly string[] };
  const { filename = [] } = found;
  const files = withStandardInput(typeof filename === 'string' ? [filename] : filename);
  if (verb === 'cluster-info') return clusterInfoCommand({ ...found, files }, terminal);
  return objectsCommand(verb, { ...found, files }, terminal);
}

/** The names of all options that the command knows whose arguments were read last. */
function optionsOf({ parsed }: Argv): readonly string[] {
  return parsed === false ? [] : Object.keys(parsed.aliases);
}

/** How a failure is told. */
interface Telling {
  readonly isDebug: boolean;
  /** The command that shows the help on what was asked for. */
  readonly help: string;
}

function reportFailure(error: Error, { err }: Host, { isDebug, help }: Telling): ExitCode {
  if (isUsageError(error)) {
    err.write(`kubeclock: ${error.message}\nTry ${help}.\n`);
    return exitCode.invalidInput;
  }
  if (error instanceof SimulationFailure && error.errorName === 'ModelLimitError') {
    err.write(`kubeclock: beyond the model: ${error.message}\n`);
    return exitCode.invalidInput;
  }
  if (error instanceof SimulationFailure && error.errorName === 'OutOfMemory') {
    err.write(`kubeclock: ${error.message}\n`);
    return exitCode.internalError;
  }
  if (error instanceof SimulationFailure && error.errorName === 'PluginFailure') {
    err.write(`kubeclock: ${error.message}\n`);
    err.write(isDebug ? `${error.stack}\n` : 'This is a fault of the plugin.\n');
    return exitCode.pluginFailed;
  }
  const isFileSystem = 'syscall' in error;
  err.write(`kubeclock: ${isFileSystem ? '' : 'internal error: '}${error.message}\n`);
  if (isDebug) err.write(`${error.stack}\n`);
  else if (!isFileSystem) err.write('This is a bug. --debug shows where.\n');
  return exitCode.internalError;
}

/** yargs throws YError for what it finds wrong itself. */
function isUsageError(error: Error): boolean {
  return error instanceof UsageError || error.name === 'YError';
}
