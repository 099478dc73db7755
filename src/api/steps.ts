/** A value that changes in steps over time: CPU that is asked for, a length of a queue. */

import type { SimTime } from '../kernel/time.js';

/** From `atUs` on the value holds, until the next step. */
export interface Step {
  readonly atUs: SimTime;
  readonly valueMilli: number;
}

/** Steps in order of time; before the first one the value is 0. */
export type Steps = readonly Step[];

/** The value at a time, in thousandths. O(steps). */
export function valueAt(steps: Steps, at: SimTime): number {
  let valueMilli = 0;
  for (const step of steps) if (step.atUs <= at) valueMilli = step.valueMilli;
  return valueMilli;
}

/** When the value changes next; Infinity when it does not. O(steps). */
export function nextStepUs(steps: Steps, after: SimTime): SimTime {
  for (const { atUs } of steps) if (atUs > after) return atUs;
  return Number.POSITIVE_INFINITY;
}

/** The integral of `f(value)` over [from, to], thousandths times µs. O(steps). */
export function integralOf(
  steps: Steps,
  from: SimTime,
  to: SimTime,
  f: (valueMilli: number) => number,
): number {
  let total = 0;
  let at = from;
  for (const { atUs } of steps) {
    if (atUs <= at) continue;
    if (atUs >= to) break;
    total += f(valueAt(steps, at)) * (atUs - at);
    at = atUs;
  }
  return to > at ? total + f(valueAt(steps, at)) * (to - at) : total;
}

const STEP = /^(?:(\d+(?:\.\d+)?)(s|m|h)=)?(\d+(?:\.\d+)?)(m?)$/;
const UNIT_US: ReadonlyMap<string, number> = new Map([
  ['s', 1_000_000],
  ['m', 60_000_000],
  ['h', 3_600_000_000],
]);

/**
 * CPU as the annotation kubeclock.dev/cpu-use has it: `250m`, or `0s=100m,2m=1` counted from the
 * start of the container, anew when it is restarted. Undefined for text that is neither, or whose
 * times do not ascend.
 */
export function parseCpuUse(text: string): Steps | undefined {
  const steps: Step[] = [];
  for (const part of text.split(',')) {
    const match = STEP.exec(part.trim());
    if (match === null) return undefined;
    const [, time = '0', unit = 's', amount = '', suffix] = match;
    const atUs = Math.round(Number(time) * (UNIT_US.get(unit) as number));
    const last = steps.at(-1);
    if (last !== undefined && last.atUs >= atUs) return undefined;
    steps.push({ atUs, valueMilli: Math.round(Number(amount) * (suffix === 'm' ? 1 : 1000)) });
  }
  return steps;
}
