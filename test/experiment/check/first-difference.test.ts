// Traces that are made up, so that the first difference is known.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  differentStretch,
  type FirstDifference,
  firstMoved,
  StretchProbe,
} from '../../../src/experiment/check/first-difference.js';
import { LandmarkRecorder } from '../../../src/experiment/check/landmarks.js';

type Trace = readonly (readonly [time: number, kind: string, target: number])[];

function landmarksOf(trace: Trace) {
  const recorder = new LandmarkRecorder();
  for (const event of trace) recorder.see(...event);
  return recorder.landmarks();
}

/** What is found when `after` is compared with what a baseline keeps of `before`. */
function difference(before: Trace, after: Trace): FirstDifference {
  const kept = landmarksOf(before);
  const found = landmarksOf(after);
  const stretch = differentStretch(kept, found, after.length);
  const probe = new StretchProbe(stretch);
  for (const event of after) probe.see(...event);
  return probe.difference(stretch, before.length, firstMoved(kept, found));
}

/** A long run of a component that does little else than to beat. */
const beats = (length: number): Trace =>
  Array.from({ length }, (_, i) => [i * 10, i % 3 === 0 ? 'node.Beat' : 'link.Sent', i % 7]);

const changed = (trace: Trace, index: number, event: Trace[number]): Trace =>
  trace.with(index, event);

describe('what is kept of a trace', () => {
  test('is all of its beginning', () => {
    const places = landmarksOf(beats(1_000)).map(({ index }) => index);
    expect(places.slice(0, 128)).toEqual(Array.from({ length: 128 }, (_, i) => i));
  });

  test('does not grow with its length', () => {
    expect(landmarksOf(beats(200_000)).length).toBeLessThan(450);
  });

  test('is the 1st, 4th, 16th, … event of every kind', () => {
    const late: Trace = Array.from({ length: 70 }, (_, i) => [1e6 + i, 'kubelet.Late', i]);
    const occurrences = landmarksOf([...beats(5_000), ...late])
      .filter(({ kind, occurrence }) => kind === 'kubelet.Late' && occurrence > 0)
      .map(({ occurrence, index }) => [occurrence, index - 5_000]);
    expect(occurrences).toEqual([
      [1, 0],
      [4, 3],
      [16, 15],
      [64, 63],
    ]);
  });
});

describe('the first differing event', () => {
  const before = beats(20_000);

  test('is known exactly at the beginning of the trace', () => {
    const found = difference(before, changed(before, 77, [770, 'link.Lost', 0]));
    expect(found).toMatchObject({
      isExact: true,
      first: 77,
      last: 77,
      was: { index: 77, time: 770, kind: 'link.Sent', target: 0 },
      now: { index: 77, time: 770, kind: 'link.Lost', target: 0 },
    });
  });

  test('is known exactly when it is the first of its kind, and it is said where that went', () => {
    const late = before.with(9_000, [90_000, 'kubelet.ImagePulled', 3]);
    const later = before.with(9_001, [90_010, 'kubelet.ImagePulled', 3]);
    const found = difference(late, later);
    expect(found).toMatchObject({ isExact: true, first: 9_000, now: { kind: 'node.Beat' } });
    expect(found.moved).toMatchObject({
      was: { time: 90_000, kind: 'kubelet.ImagePulled', occurrence: 1 },
      now: { time: 90_010 },
    });
  });

  test('lies between two landmarks otherwise, and what happens there now is shown', () => {
    const found = difference(before, changed(before, 10_001, [100_011, 'link.Sent', 5]));
    expect(found.isExact).toBe(false);
    expect(found.first).toBeLessThanOrEqual(10_001);
    expect(found.last).toBeGreaterThanOrEqual(10_001);
    expect(found.last - found.first).toBeLessThan(256);
    expect(found.was).toBeUndefined();
    expect(found.now?.index).toBe(found.first);
  });

  test('is behind the end when the run goes on for longer', () => {
    const found = difference(before.slice(0, 100), before.slice(0, 120));
    expect(found).toMatchObject({ first: 100, was: undefined, now: { index: 100 } });
  });

  test('is the one that is missing when the run ends before', () => {
    const found = difference(before.slice(0, 120), before.slice(0, 100));
    expect(found).toMatchObject({ isExact: true, first: 100, now: undefined });
    expect(found.was).toMatchObject({ index: 100, time: 1_000 });
  });

  test('lies in the stretch that is named, wherever and however a trace changes', () => {
    const event = fc.tuple(
      fc.nat(50),
      fc.constantFrom('a.One', 'a.Two', 'b.Three', 'c.Four'),
      fc.nat(3),
    );
    const steps = fc.array(event, { minLength: 300, maxLength: 900 });
    fc.assert(
      fc.property(steps, fc.nat(299), fc.array(event, { maxLength: 3 }), (given, at, put) => {
        const old = toTrace(given);
        const young = toTrace([...given.slice(0, at), ...put, ...given.slice(at + 1)]);
        const first = young.findIndex((each, i) => `${each}` !== `${old[i]}`);
        fc.pre(first >= 0 && first < old.length);
        const found = difference(old, young);
        expect(found.first).toBeLessThanOrEqual(first);
        expect(found.last).toBeGreaterThanOrEqual(first);
        if (found.isExact) expect(found.first).toBe(first);
      }),
      { numRuns: 60 },
    );
  });
});

/** Times from the differences between them. */
function toTrace(steps: readonly (readonly [number, string, number])[]): Trace {
  let time = 0;
  return steps.map(([delay, kind, target]) => {
    time += delay;
    return [time, kind, target];
  });
}
