import type { ConstantRow } from '../src/stats/constants.js';

export const beginMarker: string;
export const endMarker: string;
export function renderModelTables(tables: readonly (readonly ConstantRow[])[]): string;
export function replaceSection(
  text: string,
  section: string,
  markers?: readonly [string, string],
): string;
