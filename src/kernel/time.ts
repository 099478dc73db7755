// Virtual time: whole microseconds in a double, exact for 285 years (docs/adr/0001).
import { assert } from './assert.js';

/** Microseconds since the start of the scenario; a non-negative safe integer. */
export type SimTime = number;

/** Whole microseconds from a number of microseconds, rounded to nearest. */
export function us(value: number): SimTime {
  const time = Math.round(value);
  assert(Number.isSafeInteger(time) && time >= 0, `time must be in 0..2^53-1 µs, not ${value}`);
  return time;
}
/** Whole microseconds from milliseconds. */
export const ms = (value: number): SimTime => us(value * 1_000);
/** Whole microseconds from seconds. */
export const seconds = (value: number): SimTime => us(value * 1_000_000);
/** Whole microseconds from minutes. */
export const minutes = (value: number): SimTime => us(value * 60_000_000);
/** Seconds as a double, for output only. */
export const toSeconds = (time: SimTime): number => time / 1_000_000;
