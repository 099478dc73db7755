// The operation `arrivals`: what may be written, and what is wrong with what may not.
import { describe, expect, test } from 'vitest';
import { brief, load, loaded } from './memory-files.js';

const template =
  'template: {metadata: {name: t}, spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 1}}}]}}';
const spec = (rest: string) =>
  `nodePools: [{name: p, count: 1, cpu: 4, memory: 8Gi}]\nworkload: {operations: [{op: arrivals, ${template}, ${rest}}]}`;
const arrivalsOf = (rest: string, files = {}) => {
  const [operation] = loaded(spec(rest), files).operations;
  return operation?.op === 'arrivals' ? operation.arrivals : undefined;
};
const faultsOf = (rest: string, files = {}) => load(spec(rest), files).problems.map(brief);

describe('an arrival process', () => {
  test.each([
    ['{poisson: {rate: 5}}', { kind: 'poisson', perSecond: 5 }],
    ['{weibull: {rate: 5, shape: 0.7}}', { kind: 'weibull', perSecond: 5, shape: 0.7 }],
    [
      '{bursts: {rate: 5, length: 2s, pause: 8s}}',
      { kind: 'bursts', perSecond: 5, onUs: 2e6, offUs: 8e6 },
    ],
    [
      '{diurnal: {rate: 5, amplitude: 0.5}}',
      { kind: 'diurnal', perSecond: 5, amplitude: 0.5, periodUs: 864e8, peakUs: 432e8 },
    ],
  ])('%s', (text, process) => {
    expect(arrivalsOf(`duration: 1m, process: ${text}`)).toEqual({
      kind: 'process',
      process,
      limits: { count: Number.POSITIVE_INFINITY, durationUs: 60e6 },
    });
  });

  test('a closed loop has so many in flight and ends by its count', () => {
    expect(arrivalsOf('count: 9, process: {closedLoop: {inFlight: 3, think: 1s}}')).toEqual({
      kind: 'closedLoop',
      inFlight: 3,
      think: { kind: 'constant', value: 1e6 },
      count: 9,
    });
  });

  test('a trace has the time of each pod, and how long it runs where that is known', () => {
    const file = 'run_seconds,at_seconds\r\n0.5,1.0000004\n,2\n3.25,2\n';
    expect(arrivalsOf('process: {trace: a.csv}', { 'a.csv': file })).toEqual({
      kind: 'times',
      timesUs: [1e6, 2e6, 2e6],
      runTimesUs: [500_000, undefined, 3_250_000],
    });
  });

  test.each([
    ['process: {}', '0 arrival processes'],
    ['count: 1, process: {poisson: {rate: 1}, trace: a}', '2 arrival processes'],
    ['process: {poisson: {rate: 1}}', 'the arrivals have no end'],
    ['duration: 24h, process: {poisson: {rate: 1000}}', '86400000 pods are more than'],
    ['process: {closedLoop: {inFlight: 3}}', 'a closed loop ends by its count'],
    ['count: 3, process: {poisson: {rate: 0}}', 'rate'],
    ['count: 3, process: {poison: {rate: 1}}', 'poison'],
    ['process: {trace: nothing.csv}', 'names no file'],
  ])('%s is refused', (text, message) => {
    const faults = faultsOf(text);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(message);
  });
});

describe('a trace that is wrong', () => {
  test.each([
    ['time\n1\n', 'a.csv:1:1', 'there is no column at_seconds'],
    ['at_seconds\n', 'a.csv:1:1', 'the trace is empty'],
    ['at_seconds,run_seconds\n1,2\n3,NaN\n', 'a.csv:3:3', '"NaN" is not a number'],
    ['at_seconds\n-1\n', 'a.csv:2:1', '"-1" is not a number'],
    ['at_seconds\n2\n1\n', 'a.csv:3:1', '1 comes after a later time'],
  ])('%j is named with file and line', (text, place, message) => {
    const faults = faultsOf('process: {trace: a.csv}', { 'a.csv': text });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(place);
    expect(faults[0]).toContain(message);
  });
});
