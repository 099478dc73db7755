/**
 * The commands that run scenarios to compare them: with other policies, other values, baselines.
 */

import type { Argv } from 'yargs';
import type { CheckArguments } from './check-command.js';
import { withCheckOptions, withCompareOptions, withSweepOptions } from './command-options.js';
import type { CompareArguments } from './compare-command.js';
import { checkHelp, compareHelp, sweepHelp } from './help-texts.js';
import { withInput, withInputOptions } from './options.js';
import type { ProgramContext } from './program-context.js';
import { withStandardInput } from './standard-input.js';
import type { SweepArguments } from './sweep-options.js';

/** Adds them. */
export function addStudies(parser: Argv, { host, terminalFor, finish }: ProgramContext): Argv {
  return parser
    .command(
      'compare <files..>',
      'Run a scenario under several scheduler policies and say which differences are real',
      (command) => withCompareOptions(withInput(command.usage(compareHelp))),
      async (args) => {
        const { compareCommand } = await import('./compare-command.js');
        const found = args as unknown as CompareArguments;
        const files = withStandardInput(found.files);
        finish(
          await compareCommand({ ...found, files }, terminalFor(found), host.replicationEntry),
        );
      },
    )
    .command(
      'sweep <files..>',
      'Run a scenario with all combinations of values, or what is missing of them',
      (command) => withSweepOptions(withInput(command.usage(sweepHelp))),
      async (args) => {
        const { sweepCommand } = await import('./sweep-command.js');
        const found = args as unknown as SweepArguments;
        const files = withStandardInput(found.files);
        const { env, replicationEntry: entry } = host;
        finish(await sweepCommand({ ...found, files }, terminalFor(found), { env, entry }));
      },
    )
    .command(
      'check <files..>',
      'Compare scenarios with their baselines, and say what has moved and why',
      (command) => withInputOptions(withCheckOptions(command.usage(checkHelp))),
      async (args) => {
        const { checkCommand } = await import('./check-command.js');
        const found = args as unknown as CheckArguments;
        const files = withStandardInput(found.files);
        const { env, checkEntry: entry } = host;
        finish(await checkCommand({ ...found, files }, terminalFor(found), { env, entry }));
      },
    );
}
