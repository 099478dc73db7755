/**
 * What yargs finds wrong with a command line, in our words: which word is meant, and where the help
 * for it is.
 */

import { didYouMean } from '../api/did-you-mean.js';

/** The commands, in the order of the help. */
export const commandNames: readonly string[] = [
  'run',
  'plan',
  'explain',
  'get',
  'describe',
  'cluster-info',
  'report',
  'validate',
  'import',
  'schema',
  'version',
  'compare',
  'sweep',
  'check',
  'conformance',
  'fidelity',
  'completion',
];

/** yargs's message in one paragraph. `options`: the names that the command knows. */
export function inOneParagraph(message: string, options: readonly string[]): string {
  // yargs counts arguments where people think of files, and takes every word for a command.
  if (message.startsWith('Not enough non-option arguments')) return 'Name at least one file.';
  const unknown = /^Unknown (argument|command)s?: ([^,]*)/.exec(message);
  if (unknown === null) return `${message.replaceAll(/\s*\n\s*/g, ' ').replace(/[.?]$/, '')}.`;
  const [, kind, name = ''] = unknown;
  if (kind === 'command') return `There is no command "${name}".${hint(name, commandNames, '')}`;
  if (name.length === 1) return `There is no option -${name}.`;
  // yargs counts the word itself among those that it has read.
  const known = options.filter((each) => each.length > 1 && each !== name && !/[A-Z]/.test(each));
  return `There is no option --${name}.${hint(name, known, '--')}`;
}

function hint(name: string, known: readonly string[], dashes: string): string {
  const near = didYouMean(name, known);
  return near === undefined ? '' : ` Did you mean ${dashes}${near}?`;
}

/** The help to look at: that of the command, where one is named. */
export function helpFor(args: readonly string[]): string {
  const command = args.find((arg) => !arg.startsWith('-'));
  const isKnown = command !== undefined && commandNames.includes(command);
  return isKnown ? `kubeclock ${command} --help` : 'kubeclock --help';
}
