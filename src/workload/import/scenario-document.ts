/**
 * The outer form of the scenario documents that importers make.
 */

import { yamlText } from '../../api/yaml-dialect.js';
import { formatDuration } from '../../scenario/duration.js';
import { scenarioApiVersion } from '../../scenario/schema.js';
import type { Tree } from '../../scenario/yaml-tree.js';

/** A scenario of that name, a DNS label. */
export function scenarioDocument(name: string, spec: Tree): Tree {
  return { apiVersion: scenarioApiVersion, kind: 'Scenario', metadata: { name }, spec };
}

/** What is left to a run after the last of its operations, at least, µs. */
const settlingUs = 600_000_000;

/** A horizon that leaves what happens last ten minutes, in whole minutes. */
export function horizonAfter(lastUs: number): string {
  return formatDuration(Math.ceil((lastUs + settlingUs) / 60_000_000) * 60_000_000);
}

/** Objects as a file beside the scenario; no file where there are none. */
export function listFile(name: string, objects: readonly Tree[]): ReadonlyMap<string, string> {
  if (objects.length === 0) return new Map();
  return new Map([[name, yamlText({ apiVersion: 'v1', kind: 'List', items: objects })]]);
}
