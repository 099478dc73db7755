// Recorded tables of small functions: quantities, the natural logarithm, how many nodes are enough,
// which of the best nodes is taken.

import {
  canonicalQuantity,
  isCountableQuantity,
  parseQuantity,
  quantityMilliValue,
  quantityProblem,
  quantityValue,
} from '../../api/quantity.js';
import { naturalLog } from '../../control-plane/scheduler/framework/natural-log.js';
import { numFeasibleNodesToFind } from '../../control-plane/scheduler/framework/num-feasible-nodes.js';
import { selectHost } from '../../control-plane/scheduler/framework/select-host.js';
import { int64Quantity } from './int64-quantity.js';
import type { Json, JsonObject } from './recording.js';

/** One entry of a table: what was recorded, and what comes out here. */
export interface VectorEntry {
  readonly expected: Json;
  readonly got: Json;
}

/** The entries of a table by its name; undefined for a table that is not known. */
export function replayVectors(name: string, table: Json): readonly VectorEntry[] | undefined {
  switch (name) {
    case 'quantities':
      return (table as readonly JsonObject[]).map(replayQuantity);
    case 'ln':
      return ((table as JsonObject)['bits'] as readonly string[]).map((bits, value) => ({
        expected: bits,
        got: bitsOf(naturalLog(value)),
      }));
    case 'num-feasible-nodes':
      return (table as readonly JsonObject[]).map((entry) => {
        const { nodes, profile, want } = entry as Readonly<Record<string, number | null>>;
        const percentage = Number(profile ?? entry['global']);
        return {
          expected: want as number,
          got: numFeasibleNodesToFind(percentage, Number(nodes)),
        };
      });
    case 'host-choice':
      return (table as readonly JsonObject[]).map(({ scores, winner }) => {
        const totals = Float64Array.from(scores as readonly number[]);
        const got = selectHost(totals, totals.length);
        return { expected: winner as number, got };
      });
    default:
      return undefined;
  }
}

function bitsOf(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

/**
 * Amounts as the simulation counts them, and where it counts none (it refuses negative amounts and
 * those beyond a safe integer) as Go does.
 */
function replayQuantity(entry: JsonObject): VectorEntry {
  const input = String(entry['in']);
  if (quantityProblem(input) !== undefined) {
    return { expected: entry, got: { in: input, error: true } };
  }
  const { nano, format } = parseQuantity(input);
  const int64 = int64Quantity(input);
  const isCounted = (unit: 'units' | 'thousandths') =>
    nano >= 0n && isCountableQuantity(input, unit);
  const got = {
    in: input,
    value: String(isCounted('units') ? quantityValue(input) : int64.value),
    milliValue: String(isCounted('thousandths') ? quantityMilliValue(input) : int64.milliValue),
    canonical: int64.isTextKept ? input : canonicalQuantity(input),
    format,
  };
  return { expected: entry, got };
}
