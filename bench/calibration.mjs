// A loop of integer and floating-point steps that depend on each other: the speed of the machine
// alone, so that figures of different machines can be compared as multiples of it.

import { cpuMs, summaryOf } from './measure.mjs';

/** Returns a function that does `count` steps. */
export function calibration() {
  let word = 1;
  let sum = 0;
  return (count) => {
    for (let i = 0; i < count; i++) {
      word = (Math.imul(word, 1_664_525) + 1_013_904_223) | 0;
      sum = sum * 0.999 + (word >>> 8);
    }
    if (Number.isNaN(sum)) throw new Error('a sum of numbers is a number');
  };
}

const STEPS = 5_000_000;
const ROUNDS = 9;

/** Millions of steps a second: the median of a few short rounds, a fifth of a second in all. */
export function calibrated() {
  const steps = calibration();
  steps(STEPS);
  const rates = Array.from({ length: ROUNDS }, () => {
    const start = cpuMs();
    steps(STEPS);
    return STEPS / (cpuMs() - start) / 1_000;
  });
  return summaryOf(rates).value;
}
