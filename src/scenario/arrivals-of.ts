/**
 * From the operation `arrivals` as written to what a run performs.
 */

import type { FieldPath } from '../api/field-path.js';
import { type ArrivalSpec, meanRate, mostArrivals } from '../cluster/arrival-times.js';
import type { PodArrivals } from '../cluster/arrivals-operation.js';
import { readArrivalTrace } from './arrival-trace.js';
import { distributionOf } from './distribution-text.js';
import { durationUs } from './duration.js';
import type { ObjectReader } from './objects.js';
import { type Place, problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type { ArrivalProcessText } from './schema-arrivals.js';

/** What is written about when pods come. */
export interface ArrivalsText {
  readonly process: ArrivalProcessText;
  readonly count?: number | undefined;
  readonly duration?: string | undefined;
}

/** The arrivals; undefined with the reason among the problems of `reader`. `path`: of the operation. */
export function arrivalsOf(
  { process, count, duration }: ArrivalsText,
  path: FieldPath,
  reader: ObjectReader,
  placeOf: (path: FieldPath) => Place,
): PodArrivals | undefined {
  const refuse = (steps: FieldPath, message: string, expected: string): undefined => {
    const at = [...path, ...steps];
    const { impossible } = scenarioProblemCodes;
    reader.problems.push(problemAt(placeOf(at), impossible, message, { path: at, expected }));
  };
  const stated = Object.entries(process).filter(([, value]) => value !== undefined);
  if (stated.length !== 1) {
    const message = `${stated.length} arrival processes are stated`;
    const expected = 'one of poisson, weibull, bursts, diurnal, closedLoop, trace';
    return refuse(['process'], message, expected);
  }
  const { closedLoop, trace } = process;
  if (trace !== undefined) {
    if (count !== undefined || duration !== undefined) {
      return refuse(['process', 'trace'], 'a trace says itself how many pods come', 'no count');
    }
    const at = [...path, 'process', 'trace'];
    const file = reader.textOf(trace, placeOf(at), at);
    return file && readArrivalTrace(file.text, file.file, reader.problems);
  }
  if (closedLoop !== undefined) {
    if (count === undefined || duration !== undefined) {
      return refuse([], 'a closed loop ends by its count', 'count, and no duration');
    }
    const think = distributionOf(closedLoop.think ?? '0', durationUs);
    return { kind: 'closedLoop', inFlight: closedLoop.inFlight, think, count };
  }
  const spec = specOf(process);
  const limits = {
    count: count ?? Number.POSITIVE_INFINITY,
    durationUs: duration === undefined ? Number.POSITIVE_INFINITY : durationUs(duration),
  };
  const expected = Math.min(limits.count, (meanRate(spec) * limits.durationUs) / 1_000_000);
  if (expected > mostArrivals / 2) {
    const message =
      expected === Number.POSITIVE_INFINITY
        ? 'the arrivals have no end'
        : `${Math.round(expected)} pods are more than a run can hold`;
    return refuse([], message, `count or duration, for ${mostArrivals / 2} pods at most`);
  }
  return { kind: 'process', process: spec, limits };
}

/** One of the open processes is stated. */
function specOf({ poisson, weibull, bursts, diurnal }: ArrivalProcessText): ArrivalSpec {
  if (poisson !== undefined) return { kind: 'poisson', perSecond: poisson.rate };
  if (weibull !== undefined) {
    return { kind: 'weibull', perSecond: weibull.rate, shape: weibull.shape };
  }
  if (bursts !== undefined) {
    const { rate, length, pause } = bursts;
    return { kind: 'bursts', perSecond: rate, onUs: durationUs(length), offUs: durationUs(pause) };
  }
  const { rate = 1, amplitude = 0, period = '24h', peak } = diurnal ?? {};
  const periodUs = durationUs(period);
  const peakUs = peak === undefined ? periodUs / 2 : durationUs(peak);
  return { kind: 'diurnal', perSecond: rate, amplitude, periodUs, peakUs };
}
