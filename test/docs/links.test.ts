// No link of the documents leads nowhere: files are there, and headings.
import { existsSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../tidy/source-files.js';
import { anchorsOf, type Document, documentAt, documents, linksOf } from './documents.js';

const all = documents();

/** What is wrong with a link; undefined when it leads somewhere. */
function faultOf({ path }: Document, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [file = '', anchor] = target.split('#', 2);
  const found = file === '' ? path : posix.join(dirname(path), file);
  if (!existsSync(join(root, found))) return 'there is no such file';
  if (anchor === undefined) return undefined;
  if (statSync(join(root, found)).isDirectory()) return 'a folder has no headings';
  return anchorsOf(documentAt(found)).has(anchor) ? undefined : 'there is no such heading';
}

test('links lead to files and headings that are there', () => {
  const faults = all.flatMap((document) =>
    linksOf(document).flatMap(({ line, target }) => {
      const fault = faultOf(document, target);
      return fault === undefined ? [] : [`${document.path}:${line}: ${target}: ${fault}`];
    }),
  );
  expect(faults).toEqual([]);
});

test('the index leads to every page of docs/', () => {
  const targets = linksOf(documentAt('docs/README.md')).map(({ target }) => target);
  const pages = all.flatMap(({ path }) => /^docs\/([^/]+\.md)$/.exec(path)?.[1] ?? []);
  expect(pages.filter((page) => page !== 'README.md' && !targets.includes(page))).toEqual([]);
});

describe('a link is found wanting', () => {
  const readme = documentAt('README.md');
  test('when its file is missing', () => {
    expect(faultOf(readme, 'docs/nothing.md')).toBe('there is no such file');
  });
  test('when its heading is missing', () => {
    expect(faultOf(readme, '#nothing')).toBe('there is no such heading');
    expect(faultOf(readme, 'docs/#nothing')).toBe('a folder has no headings');
  });
});
