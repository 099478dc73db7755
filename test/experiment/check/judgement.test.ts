import { describe, expect, test } from 'vitest';
import { judge } from '../../../src/experiment/check/judgement.js';
import { parseTolerance, type Tolerance } from '../../../src/scenario/tolerance.js';
import { baselineFixture, checkRun } from './fixtures.js';

const tolerance = (figure: string, text: string): Tolerance =>
  parseTolerance(figure, text) as Tolerance;

const figuresWith = (figure: string, value: number) =>
  new Map([...baselineFixture.figures, [figure, value] as const]);

/** The verdict on a run of which a figure, and with it the trace, is another. */
const verdict = (figure: string, value: number, ...tolerances: readonly Tolerance[]) => {
  const run = checkRun({ figures: figuresWith(figure, value), traceHash: 'other' });
  return judge(baselineFixture, run, tolerances, []);
};

const otherModel = [{ name: 'kubelet.syncUs', before: '10 µs', after: '11 µs' }];

describe('without tolerances', () => {
  test('an equal run is the same, whatever else is called otherwise', () => {
    const input = new Map([['seed', '1']]);
    expect(judge(baselineFixture, checkRun({ input }), [], otherModel)).toEqual({
      status: 'same',
      difference: undefined,
    });
  });

  test('a trace that differs is a regression even when no figure has moved', () => {
    const { status, difference } = judge(baselineFixture, checkRun({ traceHash: 'x' }), [], []);
    expect(status).toBe('regressed');
    expect(difference?.figures).toEqual([]);
  });

  test.each([
    ['pod_startup_seconds.p99', 2.500001, 'worse'],
    ['pod_startup_seconds.p99', 2.4, 'better'],
    ['pods_ready', 11, 'worse'],
    ['pods_ready', 13, 'better'],
    ['events', 1001, 'other'],
  ])('%s of %d is a difference for the %s', (figure, value, direction) => {
    const { status, difference } = verdict(figure, value);
    expect(status).toBe('regressed');
    expect(difference?.figures).toMatchObject([
      { figure, after: value, direction, isAllowed: false },
    ]);
  });

  test('a figure that is gone or new is one', () => {
    const figures = new Map([...baselineFixture.figures, ['pods', 3] as const]);
    figures.delete('events');
    const { difference } = judge(baselineFixture, checkRun({ figures }), [], []);
    expect(difference?.figures).toMatchObject([
      { figure: 'events', before: 1000, after: undefined },
      { figure: 'pods', before: undefined, after: 3 },
    ]);
  });
});

describe('with tolerances', () => {
  test.each<[string, string, string, number, string]>([
    ['all', '2%', 'pod_startup_seconds.p99', 2.55, 'within'],
    ['all', '2%', 'pod_startup_seconds.p99', 2.551, 'regressed'],
    ['pod_startup_seconds', '2%', 'pod_startup_seconds.p99', 2.55, 'within'],
    ['pod_startup_seconds.p50', '2%', 'pod_startup_seconds.p99', 2.55, 'regressed'],
    ['pod_startup_seconds', '0.1', 'pod_startup_seconds.p99', 2.6, 'within'],
    ['pod_startup_seconds', '0.1', 'pod_startup_seconds.p99', 2.7, 'regressed'],
    ['pod_startup_seconds', '0.1', 'events', 1001, 'regressed'],
  ])('%s of %s lets %s of %d be %s', (figure, text, moved, value, status) => {
    expect(verdict(moved, value, tolerance(figure, text)).status).toBe(status);
  });

  test('what is better by more than that is no regression', () => {
    expect(verdict('pod_startup_seconds.p99', 1, tolerance('all', '2%')).status).toBe('within');
  });

  test('the nearest name counts, and of equal ones the later', () => {
    const strict = tolerance('pod_startup_seconds.p99', '0%');
    const loose = tolerance('all', '50%');
    expect(verdict('pod_startup_seconds.p99', 2.6, strict, loose).status).toBe('regressed');
    const looser = tolerance('pod_startup_seconds.p99', '10%');
    expect(verdict('pod_startup_seconds.p99', 2.6, strict, looser).status).toBe('within');
  });

  test('a figure that is gone is never allowed', () => {
    const figures = new Map(baselineFixture.figures);
    figures.delete('pods_ready');
    const run = checkRun({ figures, traceHash: 'x' });
    expect(judge(baselineFixture, run, [tolerance('all', '99%')], []).status).toBe('regressed');
  });
});

describe('the cause', () => {
  test('of a difference under another model is not called a regression', () => {
    const run = checkRun({ traceHash: 'x' });
    const { status, difference } = judge(baselineFixture, run, [], otherModel);
    expect(status).toBe('modelChanged');
    expect(difference?.model).toEqual(otherModel);
  });

  test('is what has changed in the input', () => {
    const input = new Map([
      ['controlPlane.etcd.disk', 'hdd'],
      ['horizon', '5m'],
    ]);
    const { difference } = judge(baselineFixture, checkRun({ input, traceHash: 'x' }), [], []);
    expect(difference?.input).toEqual([
      { path: 'controlPlane.etcd.disk', before: 'nvme', after: 'hdd' },
      { path: 'file shop/web.yaml', before: 'sha256:012345', after: undefined },
      { path: 'horizon', before: undefined, after: '5m' },
    ]);
  });

  test('is the stage that takes longer, the largest difference first', () => {
    const paths = [
      {
        change: 'apply Deployment/shop/web',
        parts: [
          ['api_call', 900],
          ['image_pull', 2_300_000],
        ] as const,
      },
      { change: 'apply Service/shop/web', parts: [['publish', 5_000]] as const },
      { change: 'apply Service/shop/new', parts: [['publish', 9_000]] as const },
    ];
    const { difference } = judge(baselineFixture, checkRun({ paths, traceHash: 'x' }), [], []);
    expect(difference?.stages).toEqual([
      {
        activity: 'image_pull',
        beforeUs: 2_000_000,
        afterUs: 2_300_000,
        changes: 1,
        change: 'apply Deployment/shop/web',
        changeBeforeUs: 2_000_000,
        changeAfterUs: 2_300_000,
      },
      {
        activity: 'api_call',
        beforeUs: 1_000,
        afterUs: 900,
        changes: 1,
        change: 'apply Deployment/shop/web',
        changeBeforeUs: 1_000,
        changeAfterUs: 900,
      },
    ]);
  });
});

describe('a run that is not compared', () => {
  test('is new without a baseline', () => {
    expect(judge(undefined, checkRun(), [], [])).toEqual({ status: 'new', difference: undefined });
  });

  test('is stopped when it has not reached its end', () => {
    const outcome = { end: 'interrupted', partial: true, message: 'Stopped.' } as const;
    expect(judge(baselineFixture, checkRun({}, { outcome }), [], []).status).toBe('stopped');
  });
});
