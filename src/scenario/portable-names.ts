/**
 * Names for files that do not tell where on a machine they lie: a relative path stays as it is, an
 * absolute one loses the folders that all absolute ones have in common.
 */

const absolute = /^(?:[\\/]|[A-Za-z]:[\\/])/;

/**
 * The naming of these files, and of the folders in which they are looked for. Two files never get
 * one name; any other text is left as it is. Linear in the files and their lengths.
 */
export function portableNames(
  files: readonly string[],
  folders: readonly string[],
): (path: string) => string {
  const rooted = [...new Set(files.filter((path) => absolute.test(path)))];
  const common = commonFolder(rooted);
  const taken = new Set(files.filter((path) => !absolute.test(path)));
  const names = new Map<string, string>();
  for (const folder of folders) {
    if (absolute.test(folder)) names.set(folder, folder.slice(common.length) || '.');
  }
  for (const path of rooted) {
    const short = path.slice(common.length) || '.';
    let name = short;
    for (let count = 2; taken.has(name); count++) name = `${short} (${count})`;
    taken.add(name);
    names.set(path, name);
  }
  return (path) => names.get(path) ?? path;
}

/** The longest beginning that ends with a separator and is above every path; '' for no path. */
function commonFolder(paths: readonly string[]): string {
  const [first = '', ...rest] = paths;
  let length = folderLength(first);
  for (const path of rest) {
    while (length > 0 && !path.startsWith(first.slice(0, length))) {
      length = folderLength(first.slice(0, length - 1));
    }
    length = Math.min(length, folderLength(path));
  }
  return first.slice(0, length);
}

/** Characters up to and with the last separator. */
function folderLength(path: string): number {
  return Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;
}

/** A text as a DNS label, with what cannot stand in one replaced; `fallback` when nothing is left. */
export function dnsLabel(text: string, fallback: string): string {
  const label = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '');
  return label === '' ? fallback : label;
}
