// Jobs that go some time after they have finished.
import { describe, expect, test } from 'vitest';
import type { Job } from '../../../../src/api/job.js';
import { ControllerBench } from '../controller-bench.js';

const SECOND = 1_000_000;

/** A Job that has finished with the given condition at a time. */
function finished(name: string, type: string, atUs: number, ttl?: number): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'default' },
    spec: {
      parallelism: 0,
      completions: 1,
      template: {
        spec: { containers: [{ name: 'main', image: 'pause' }], restartPolicy: 'Never' },
      },
      ...(ttl !== undefined && { ttlSecondsAfterFinished: ttl }),
    },
    status: { conditions: [{ type, status: 'True', lastTransitionTime: atUs }] },
  };
}

const names = (own: ControllerBench): string[] =>
  own.stored<Job>('Job').map(({ metadata }) => metadata.name);

describe('a Job with ttlSecondsAfterFinished', () => {
  test.each(['Complete', 'Failed'])('goes when its time is over after it is %s', (type) => {
    const own = new ControllerBench({ preload: [finished('job', type, 2 * SECOND, 20)] });
    own.wait(16 * SECOND);
    expect(names(own)).toEqual(['job']);
    own.wait(2 * SECOND);
    expect(names(own)).toEqual([]);
    expect(own.secondsOf('Job', 'DELETED')[0]).toBeCloseTo(22 - own.startUs / SECOND, 1);
  });

  test('goes at once when its time was over before the controller began', () => {
    const own = new ControllerBench({ preload: [finished('job', 'Complete', 0, 0)] });
    expect(names(own)).toEqual([]);
  });

  test('stays longer when that is changed meanwhile', () => {
    const own = new ControllerBench({ preload: [finished('job', 'Complete', 2 * SECOND, 20)] });
    own.change(own.stored<Job>('Job')[0] as Job, (job) => ({
      ...job,
      spec: { ...job.spec, ttlSecondsAfterFinished: 40 },
    }));
    own.wait(30 * SECOND);
    expect(names(own)).toEqual(['job']);
    own.wait(10 * SECOND);
    expect(names(own)).toEqual([]);
  });
});

test('a Job without it, or one that runs, stays', () => {
  const running = finished('running', 'Suspended', 0, 1);
  const own = new ControllerBench({ preload: [finished('kept', 'Complete', 0), running] });
  own.wait(120 * SECOND);
  expect(names(own).sort()).toEqual(['kept', 'running']);
});
