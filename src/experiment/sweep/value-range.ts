// Ranges of numbers as the command line writes them: `from:to[:step]`, each with the same unit
// behind it or none. Counted in decimals, so that 0.1 ten times is 1.

/** Ranges with more values are refused. */
export const mostRangeValues = 100_000;

const numberWithUnit = /^([+-]?\d{1,12}(?:\.\d{1,6})?)([A-Za-z%]*)$/;

interface Bound {
  readonly digits: string;
  readonly unit: string;
}

/** Digits after the point. */
const placesOf = ({ digits }: Bound): number => digits.split('.')[1]?.length ?? 0;

/** The number in steps of that many digits after the point; a safe integer. */
function scaled({ digits }: Bound, places: number): number {
  const [whole = '', fraction = ''] = digits.split('.');
  return Number(whole + fraction.padEnd(places, '0'));
}

/**
 * The ascending values of `10:50:10` or `1Gi:4Gi:1Gi`, or the sentence without full stop that says
 * why there are none. The step is 1 of the unit when it is left out, and may leave its unit out;
 * the end is among the values when a step leads to it. O(values).
 */
export function rangeValues(text: string): readonly string[] | string {
  const parts = text.split(':');
  if (parts.length < 2 || parts.length > 3) return `"${text}" is not from:to or from:to:step`;
  const bounds: Bound[] = [];
  for (const part of parts) {
    const match = numberWithUnit.exec(part);
    if (match === null)
      return `"${part}" is not a number with or without a unit, such as 10 or 2Gi`;
    bounds.push({ digits: match[1] ?? '', unit: match[2] ?? '' });
  }
  const [from, to, step = { digits: '1', unit: '' }] = bounds as [Bound, Bound, Bound?];
  const isOtherUnit = step.unit !== '' && step.unit !== from.unit;
  if (to.unit !== from.unit || isOtherUnit) {
    return `"${text}" has more than one unit; write the same behind every number`;
  }
  return steppedValues(text, from, to, step);
}

function steppedValues(text: string, from: Bound, to: Bound, step: Bound) {
  const places = Math.max(placesOf(from), placesOf(to), placesOf(step));
  const [first, last, stride] = [from, to, step].map((each) => scaled(each, places)) as [
    number,
    number,
    number,
  ];
  if (last < first) return `"${text}" descends; write the smaller end first`;
  if (stride <= 0) return `"${text}" has a step that is not above 0`;
  const count = Math.floor((last - first) / stride) + 1;
  if (count > mostRangeValues) {
    return `"${text}" has more than ${mostRangeValues} values; take a larger step`;
  }
  const unitSize = Number(`1${'0'.repeat(places)}`);
  return Array.from({ length: count }, (_, index) => {
    const value = (first + index * stride) / unitSize;
    return `${Number(value.toFixed(places))}${from.unit}`;
  });
}
