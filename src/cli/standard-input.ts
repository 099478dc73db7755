/**
 * `-` for standard input: yargs loses a lone `-` among the arguments of a command, so it travels
 * under another name.
 */

const standardInput = '\u0000';

/** The arguments as yargs can take them. */
export function hidingStandardInput(args: readonly string[]): readonly string[] {
  return args.map((arg) => (arg === '-' ? standardInput : arg));
}

/** The paths that yargs has found, as they were typed. */
export function withStandardInput(paths: readonly string[]): readonly string[] {
  return paths.map((path) => (path === standardInput ? '-' : path));
}
