// CronJobs: when their Jobs come, how many run at once, which ones are kept, and what is said.
import { describe, expect, test } from 'vitest';
import type { CronJob, CronJobSpec } from '../../../../src/api/cron-job.js';
import type { Event } from '../../../../src/api/event.js';
import type { Job } from '../../../../src/api/job.js';
import type { KubernetesObject } from '../../../../src/api/kubernetes-object.js';
import { ControllerBench } from '../controller-bench.js';

const SECOND = 1_000_000;

function cronJob(spec: Partial<CronJobSpec> = {}): CronJob {
  const template = {
    spec: { containers: [{ name: 'main', image: 'pause' }], restartPolicy: 'Never' as const },
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'report', namespace: 'default' },
    spec: { schedule: '* * * * *', jobTemplate: { spec: { template } }, ...spec },
  };
}

class CronBench extends ControllerBench {
  get jobs(): Job[] {
    return this.stored<Job>('Job');
  }

  get cronJob(): CronJob {
    return this.stored<CronJob>('CronJob')[0] as CronJob;
  }

  /** Lets every Job that runs end. */
  endJobs(type: 'Complete' | 'Failed' = 'Complete'): void {
    for (const job of this.jobs) {
      const now = this.simulation.now;
      const apply = (current: KubernetesObject): KubernetesObject => ({
        ...(current as Job),
        status: {
          ...(current as Job).status,
          ...(type === 'Complete' && { completionTime: now }),
          conditions: [{ type, status: 'True', lastTransitionTime: now }],
        },
      });
      const patch = { bytes: 100, apply };
      this.ask(job, { verb: 'patch', subresource: 'status', patch });
    }
  }

  /** Until a time of the clock, s. */
  until(seconds: number): void {
    this.wait(seconds * SECOND - this.simulation.now);
  }

  reasons(): string[] {
    return this.stored<Event>('Event')
      .filter(({ involvedObject }) => involvedObject.kind === 'CronJob')
      .map(({ reason = '' }) => reason);
  }
}

describe('a CronJob', () => {
  test('creates a Job a tenth of a second after each start time', () => {
    const bench = new CronBench();
    bench.create(cronJob());
    bench.until(150);
    const at = bench.secondsOf('Job', 'ADDED').map((time) => time + bench.startUs / SECOND);
    expect(at).toHaveLength(2);
    expect(at[0]).toBeGreaterThan(60.1);
    expect(at[0]).toBeLessThan(60.2);
    expect(at[1]).toBeGreaterThan(120.1);
    expect(at[1]).toBeLessThan(120.2);
  });

  test('owns its Jobs, whose names follow from their time, and lists those that run', () => {
    const bench = new CronBench();
    bench.create(cronJob());
    bench.until(125);
    const { metadata, status } = bench.cronJob;
    expect(bench.jobs.map((job) => job.metadata.name)).toEqual(['report-1', 'report-2']);
    expect(bench.jobs[0]?.metadata).toMatchObject({
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '60' },
      ownerReferences: [{ kind: 'CronJob', uid: metadata.uid, controller: true }],
    });
    expect(status?.active?.map(({ name }) => name)).toEqual(['report-1', 'report-2']);
    expect(status?.lastScheduleTime).toBe(120 * SECOND);
    bench.endJobs();
    bench.wait(2 * SECOND);
    expect(bench.cronJob.status?.active).toBeUndefined();
    expect(bench.cronJob.status?.lastSuccessfulTime).toBeGreaterThan(120 * SECOND);
  });

  test('runs pods, as Jobs do', () => {
    const bench = new CronBench();
    bench.create(cronJob());
    bench.until(70);
    expect(bench.pods).toHaveLength(1);
  });

  test('that is suspended waits, and then makes up for the last start time only', () => {
    const bench = new CronBench();
    const stored = bench.create(cronJob({ suspend: true }));
    bench.until(190);
    expect(bench.jobs).toEqual([]);
    bench.change(stored, (now) => ({ ...now, spec: { ...now.spec, suspend: false } }));
    bench.until(195);
    expect(bench.jobs.map(({ metadata }) => metadata.name)).toEqual(['report-3']);
  });

  test('does not make up for a start time beyond its deadline', () => {
    const bench = new CronBench();
    const stored = bench.create(cronJob({ suspend: true, startingDeadlineSeconds: 20 }));
    bench.until(150);
    bench.change(stored, (now) => ({ ...now, spec: { ...now.spec, suspend: false } }));
    bench.until(170);
    expect(bench.jobs).toEqual([]);
    bench.until(185);
    expect(bench.jobs.map(({ metadata }) => metadata.name)).toEqual(['report-3']);
  });
});

describe('while a Job runs', () => {
  test('Forbid lets start times pass, and says so', () => {
    const bench = new CronBench();
    bench.create(cronJob({ concurrencyPolicy: 'Forbid' }));
    bench.until(190);
    expect(bench.jobs.map(({ metadata }) => metadata.name)).toEqual(['report-1']);
    expect(bench.reasons()).toContain('JobAlreadyActive');
    bench.endJobs();
    bench.until(250);
    expect(bench.jobs).toHaveLength(2);
  });

  test('Replace deletes it first', () => {
    const bench = new CronBench();
    bench.create(cronJob({ concurrencyPolicy: 'Replace' }));
    bench.until(130);
    expect(bench.jobs.map(({ metadata }) => metadata.name)).toEqual(['report-2']);
    expect(bench.cronJob.status?.active?.map(({ name }) => name)).toEqual(['report-2']);
  });
});

describe('the history', () => {
  test.each([
    ['Complete', 3],
    ['Failed', 1],
  ] as const)('keeps as many Jobs that are %s as its limit says', (type, kept) => {
    const bench = new CronBench();
    bench.create(cronJob());
    for (let minute = 1; minute <= 6; minute++) {
      bench.until(60 * minute + 30);
      bench.endJobs(type);
    }
    bench.wait(5 * SECOND);
    const last = [4, 5, 6].map((n) => `report-${n}`).slice(-kept);
    expect(bench.jobs.map(({ metadata }) => metadata.name)).toEqual(last);
    expect(bench.reasons()).toContain('SuccessfulDelete');
  });
});

test('every start time has one Job, also when the watch is slow', () => {
  const bench = new CronBench({ watchDelayUs: 3 * SECOND });
  bench.create(cronJob());
  bench.until(400);
  const names = bench.log.events
    .filter(({ event }) => event.object.kind === 'Job' && event.type === 'ADDED')
    .map(({ event }) => event.object.metadata.name);
  expect(names).toEqual([1, 2, 3, 4, 5, 6].map((n) => `report-${n}`));
  expect(bench.reasons()).not.toContain('MissingJob');
});
