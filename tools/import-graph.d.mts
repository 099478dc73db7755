/** Between which lines of docs/import-graph.md the graph stands. */
export const graphMarkers: readonly [string, string];

/** The part of docs/import-graph.md between its markers. @throws Error for a folder of no purpose. */
export function renderImportGraph(root: string): string;
