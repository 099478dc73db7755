import { expect } from 'vitest';
import type { Html } from '../../../src/report/html/markup.js';

/** The texts of the cells of the table with this caption, row by row, the header first. */
export function cells({ text }: Html, caption: string): string[][] {
  const start = text.indexOf(`<caption><span>${caption}`);
  expect(start, `There is no table "${caption}".`).toBeGreaterThan(0);
  const table = text.slice(start, text.indexOf('</table>', start));
  return [...table.matchAll(/<tr>(.*?)<\/tr>/gs)].map((row) =>
    [...(row[1] ?? '').matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map((cell) =>
      (cell[1] ?? '').replaceAll(/<[^>]+>/g, ''),
    ),
  );
}
