// What is kept of a run so that later ones can be compared with it. Plain data, so that it can go
// to a thread.
import { ascending } from '../../stats/ascending.js';
import type { ChangePath } from './change-paths.js';
import type { Figures } from './figures.js';
import type { InputRows } from './input-rows.js';
import type { Landmark } from './landmarks.js';

/** A run as it is remembered. */
export interface Baseline {
  readonly scenario: string;
  readonly seed: string;
  readonly traceHash: string;
  readonly figures: Figures;
  readonly input: InputRows;
  readonly paths: readonly ChangePath[];
  readonly landmarks: readonly Landmark[];
}

/** Whether two baselines keep the same. O(their size). */
export function isSameBaseline(a: Baseline, b: Baseline): boolean {
  const content = ({ figures, input, ...rest }: Baseline): string =>
    JSON.stringify([
      [...figures],
      [...input].sort(([x], [y]) => ascending(x, y)),
      rest.landmarks,
      rest.paths,
      rest.seed,
    ]);
  return a.traceHash === b.traceHash && content(a) === content(b);
}
