/**
 * What the process says to the shell when it ends. A stable contract, documented for users.
 */

export const exitCode = {
  ok: 0,
  internalError: 1,
  /** A command that proves something found it wanting. */
  checkFailed: 1,
  /** A scheduler plugin of the user's broke the rules or threw. */
  pluginFailed: 1,
  invalidInput: 2,
  thresholdFailed: 3,
  /** Against a baseline. */
  regressed: 4,
  notReproducible: 5,
  limitHit: 6,
  /** SIGINT. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** The command line itself is wrong, or asks for what cannot be done; ends with `invalidInput`. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
