/**
 * Words of commands that are printed for people to type.
 */

/** A text as a shell takes it for one word. */
export function shellWord(text: string): string {
  return /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A command line. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}
