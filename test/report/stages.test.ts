import { describe, expect, test } from 'vitest';
import { bySlowestChange } from '../../src/report/change-order.js';
import {
  latencySample,
  schedulingLatencyUs,
  startupUs,
  summariseLatency,
} from '../../src/report/pod-latencies.js';
import { countRun } from '../../src/report/run-counts.js';
import { convergenceStages, podStages, stageSpans } from '../../src/report/stages.js';
import {
  convergenceRow,
  emptyResult,
  pendingPodRow,
  podRow,
  runResult,
  stuckRow,
} from './fixtures.js';

const lengths = (pod = podRow()): (number | undefined)[] =>
  stageSpans(podStages, pod.createdUs, pod).map((span) => span && span.toUs - span.fromUs);

describe('stageSpans', () => {
  test('gives every stage the time since the stage before it', () => {
    expect(lengths()).toEqual([300_000, 100_000, 100_000, 100_000, 100_000, 200_000]);
  });

  test('adds up to the whole time, from the start to the last end', () => {
    const pod = podRow({ imagePulledUs: 1_350_000 });
    const spans = stageSpans(podStages, pod.createdUs, pod);
    const sum = spans.reduce((us, span) => us + (span ? span.toUs - span.fromUs : 0), 0);
    expect(sum).toBe(pod.endpointProgrammedUs! - pod.createdUs);
    for (const [index, span] of spans.entries()) {
      if (index > 0) expect(span?.fromUs).toBe(spans[index - 1]?.toUs);
    }
  });

  test('gives no time to a stage that ended before an earlier one', () => {
    expect(lengths(podRow({ imagePulledUs: 1_350_000 }))[2]).toBe(0);
  });

  test('skips a stage that did not happen and counts its time to the next', () => {
    const withoutPull = lengths(podRow({ imagePulledUs: undefined }));
    expect(withoutPull[2]).toBeUndefined();
    expect(withoutPull[3]).toBe(200_000);
  });

  test('says nothing about a pod that was never bound', () => {
    expect(lengths(pendingPodRow())).toEqual(new Array(podStages.length).fill(undefined));
  });

  test('covers a change from the request to its last consequence', () => {
    const row = convergenceRow({ dnsResolvableUs: 1_850_000 });
    const spans = stageSpans(convergenceStages, row.startedUs, row);
    expect(spans.map((span) => span && span.toUs - span.fromUs)).toEqual([
      12_000, 488_000, 300_000, 400_000, 100_000, 100_000, 0,
    ]);
  });
});

describe('pod latencies', () => {
  test('scheduling runs from queued to bound, startup from created to ready', () => {
    expect(schedulingLatencyUs(podRow())).toBe(200_000);
    expect(startupUs(podRow())).toBe(700_000);
  });

  test('leave out pods that did not get there', () => {
    expect(schedulingLatencyUs(pendingPodRow())).toBeUndefined();
    expect(startupUs(pendingPodRow())).toBeUndefined();
    expect([...latencySample([podRow(), pendingPodRow()], startupUs)]).toEqual([700_000]);
  });

  test('are summarised in microseconds', () => {
    const pods = [podRow(), podRow({ readyUs: 1_900_000 }), pendingPodRow()];
    const { count, mean, p50, max } = summariseLatency(pods, startupUs);
    expect([count, mean, p50, max]).toEqual([2, 800_000, 800_000, 900_000]);
  });
});

describe('bySlowestChange', () => {
  test('puts what never converged first, then the longest, then the earliest', () => {
    const slow = convergenceRow({ change: 'slow', convergedUs: 9_000_000 });
    const early = convergenceRow({ change: 'b early', startedUs: 0, convergedUs: 1_000_000 });
    const late = convergenceRow({ change: 'a late', startedUs: 1, convergedUs: 1_000_001 });
    const twin = convergenceRow({ change: 'c early', startedUs: 0, convergedUs: 1_000_000 });
    const rows = [late, twin, slow, stuckRow, early].sort(bySlowestChange);
    expect(rows.map(({ change }) => change)).toEqual([
      stuckRow.change,
      'slow',
      'b early',
      'c early',
      'a late',
    ]);
  });
});

describe('countRun', () => {
  test('counts what was reached, also by pods that were deleted later', () => {
    expect(countRun(runResult())).toEqual({
      pods: 3,
      podsBound: 2,
      podsReady: 2,
      podsDeleted: 1,
      nodes: 2,
      nodesReady: 1,
      changes: 2,
      changesConverged: 1,
      apiRequests: 12_348,
    });
  });

  test('is all zeros for a run in which nothing happened', () => {
    expect(new Set(Object.values(countRun(emptyResult())))).toEqual(new Set([0]));
  });
});
