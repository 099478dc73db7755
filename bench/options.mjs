// Options of the programs in this folder.

/** An option that is not what it must be. */
export class OptionError extends Error {
  code = 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE';
}

/** How often each case is measured. @throws OptionError for what is no count. */
export function repeatOf(text = '1') {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new OptionError(`--repeat ${text}: a whole number, 1 to 99`);
}

/** Runs a program; a fault in its options is told in one line, with its usage, and exit code 2. */
export async function usageErrors(main, usage) {
  try {
    await main();
  } catch (error) {
    if (!String(error.code).startsWith('ERR_PARSE_ARGS')) throw error;
    process.stderr.write(`${error.message}\n${usage}\n`);
    process.exitCode = 2;
  }
}
