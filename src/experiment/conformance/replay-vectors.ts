// Recorded tables of small functions: quantities, the natural logarithm, how many nodes are enough,
// which of the best nodes is taken. Left out: what Go makes of amounts whose
// thousandths need more than 64 bits or that lose a negative fraction, and whether it remembers how
// a quantity was written: texts are compared by what they stand for.

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
import type { Json, JsonObject } from './recording.js';

/** One entry of a table: what was recorded, and what comes out here. */
export interface VectorEntry {
  readonly expected: Json;
  readonly got: Json;
  /** False where a part of the entry cannot be compared. */
  readonly isWhole: boolean;
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
        isWhole: true,
      }));
    case 'num-feasible-nodes':
      return (table as readonly JsonObject[]).map((entry) => {
        const { nodes, profile, want } = entry as Readonly<Record<string, number | null>>;
        const percentage = Number(profile ?? entry['global']);
        return {
          expected: want as number,
          got: numFeasibleNodesToFind(percentage, Number(nodes)),
          isWhole: true,
        };
      });
    case 'host-choice':
      return (table as readonly JsonObject[]).map(({ scores, winner }) => {
        const totals = Float64Array.from(scores as readonly number[]);
        const got = selectHost(totals, totals.length);
        return { expected: winner as number, got, isWhole: true };
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

const nanoPerUnit = 1_000_000_000n;
const nanoPerMilli = 1_000_000n;
const mostMilli = 9_223_372_036_854_775_807n / 1000n;

/** Whether Go counts the thousandths without a wrap-around or a rounding the wrong way. */
function isCountedByGo(nano: bigint): boolean {
  if (nano < 0n) return nano % nanoPerUnit === 0n && nano > -mostMilli;
  return nano <= mostMilli * nanoPerUnit;
}

function replayQuantity(entry: JsonObject): VectorEntry {
  const { in: text, value, milliValue, canonical, format } = entry;
  const input = String(text);
  if (entry['error'] === true || quantityProblem(input) !== undefined) {
    const got = quantityProblem(input) === undefined ? { in: input } : { in: input, error: true };
    return { expected: entry, got, isWhole: true };
  }
  const { nano, format: formatRead } = parseQuantity(input);
  const written = String(canonical);
  const isSame = canonicalQuantity(written) === canonicalQuantity(input);
  const texts = { canonical: isSame ? written : canonicalQuantity(input), format: formatRead };
  const expected = { canonical: written, format: format ?? null };
  if (!isCountedByGo(nano)) return { expected, got: texts, isWhole: false };
  return {
    expected: { ...expected, value: value ?? null, milliValue: milliValue ?? null },
    got: {
      ...texts,
      value: isCountableQuantity(input, 'units')
        ? String(quantityValue(input))
        : roundedUp(nano, nanoPerUnit),
      milliValue: isCountableQuantity(input, 'thousandths')
        ? String(quantityMilliValue(input))
        : roundedUp(nano, nanoPerMilli),
    },
    isWhole: true,
  };
}

/** For amounts that a safe integer does not hold. */
function roundedUp(nano: bigint, unit: bigint): string {
  const whole = nano / unit;
  return String(whole * unit < nano ? whole + 1n : whole);
}
