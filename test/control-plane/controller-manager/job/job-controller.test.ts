// Jobs from their first pod to their end.
import { describe, expect, test } from 'vitest';
import { JobBench, job, SECOND } from './job-bench.js';

describe('a Job', () => {
  test('runs as many pods as it needs, never more at once than its parallelism', () => {
    const bench = new JobBench(2);
    bench.create(job({ completions: 25, parallelism: 10 }));
    bench.pass(60);
    expect(bench.outcome).toBe('Complete');
    expect(bench.job.status).toMatchObject({ succeeded: 25, active: 0, ready: 0 });
    expect(bench.job.status?.failed).toBeUndefined();
    expect(bench.log.count('Pod', 'ADDED')).toBe(25);
    expect(bench.mostActive).toBe(10);
  });

  test('counts every pod once and leaves none with its finalizer', () => {
    const bench = new JobBench(1);
    bench.create(job({ completions: 40, parallelism: 40 }));
    bench.pass(30);
    expect(bench.pods.flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]);
    expect(bench.job.status?.uncountedTerminatedPods).toEqual({});
    expect(bench.job.status?.succeeded).toBe(40);
    const { startTime = 0, completionTime = 0 } = bench.job.status ?? {};
    expect(completionTime - startTime).toBeGreaterThan(SECOND);
  });

  test('names a pod as uncounted before it removes the finalizer, and counts it after that', () => {
    const bench = new JobBench(1);
    bench.create(job({ completions: 1, parallelism: 1 }));
    bench.pass(10);
    const steps = bench.log.events.flatMap(({ event: { object } }) => {
      if (object.kind === 'Pod')
        return [object.metadata.finalizers?.length === 1 ? '' : 'released'];
      if (object.kind !== 'Job') return [];
      const { succeeded = 0, uncountedTerminatedPods = {} } = object.status ?? {};
      return [`${uncountedTerminatedPods.succeeded?.length ?? 0} uncounted, ${succeeded} counted`];
    });
    const after = steps
      .slice(steps.indexOf('1 uncounted, 0 counted'))
      .filter((step) => step !== '');
    expect(after).toEqual(['1 uncounted, 0 counted', 'released', '0 uncounted, 1 counted']);
  });

  test('of 300 pods, 50 at a time, is bound by the bucket of its controller, as recorded', () => {
    const bench = new JobBench(3, () => 'Succeeded', { limit: { qps: 20, burst: 30 } });
    const startUs = bench.simulation.now;
    bench.create(job({ completions: 300, parallelism: 50 }));
    while (bench.outcome === '') bench.pass(0.1);
    const seconds = (bench.simulation.now - startUs) / SECOND;
    // Recorded: 31.5 to 32.4 s, 31 writes of the status.
    expect(seconds).toBeGreaterThan(29);
    expect(seconds).toBeLessThan(35);
    const writes = bench.log.count('Job', 'MODIFIED');
    expect(writes).toBeGreaterThan(22);
    expect(writes).toBeLessThan(40);
  });

  test('without completions ends when its first pods have succeeded', () => {
    const bench = new JobBench(2, (n) => (n === 0 ? 'Succeeded' : n < 3 ? 'Succeeded' : undefined));
    bench.create(job({ parallelism: 3 }));
    bench.pass(20);
    expect(bench.outcome).toBe('Complete');
    expect(bench.log.count('Pod', 'ADDED')).toBe(3);
  });

  test('loses its pods with itself', () => {
    const bench = new JobBench(1);
    bench.create(job({ completions: 3, parallelism: 3 }));
    bench.pass(10);
    bench.ask(job({}), { verb: 'delete' });
    bench.pass(10);
    expect(bench.pods).toEqual([]);
  });
});

describe('a Job whose pods fail', () => {
  test('replaces them after 10, 20, 40 s and gives up beyond its limit', () => {
    const bench = new JobBench(1, () => 'Failed');
    bench.create(job({ completions: 1, parallelism: 1, backoffLimit: 3 }));
    bench.pass(200);
    expect(bench.outcome).toBe('Failed: BackoffLimitExceeded');
    expect(bench.job.status).toMatchObject({ failed: 4, active: 0 });
    const seconds = bench.secondsOf('Pod', 'ADDED');
    const gaps = seconds.slice(1).map((at, i) => Math.round(at - (seconds[i] as number)));
    expect(gaps).toHaveLength(3);
    // From the sync that saw the failure, which is up to 2 s after the pod began to run.
    for (const [i, least] of [10, 20, 40].entries()) {
      expect(gaps[i]).toBeGreaterThanOrEqual(least);
      expect(gaps[i]).toBeLessThanOrEqual(least + 4);
    }
  });

  test('succeeds all the same when enough others do', () => {
    const bench = new JobBench(1, (n) => (n % 3 === 0 ? 'Failed' : 'Succeeded'));
    bench.create(job({ completions: 4, parallelism: 2, backoffLimit: 10 }));
    bench.pass(200);
    expect(bench.outcome).toBe('Complete');
    expect(bench.job.status?.succeeded).toBe(4);
    expect(bench.job.status?.failed).toBeGreaterThan(0);
  });

  test('ends its running pods at its deadline', () => {
    const bench = new JobBench(1000);
    bench.create(job({ completions: 3, parallelism: 3, activeDeadlineSeconds: 20 }));
    bench.pass(30);
    expect(bench.outcome).toBe('Failed: DeadlineExceeded');
    expect(bench.job.status?.active).toBe(0);
    expect(bench.pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)).toEqual(
      [],
    );
  });
});

describe('an Indexed Job', () => {
  test('has one pod for each index, by name, and writes down which are complete', () => {
    const bench = new JobBench(1);
    bench.create(job({ completions: 5, parallelism: 5, completionMode: 'Indexed' }));
    bench.pass(20);
    expect(bench.outcome).toBe('Complete');
    expect(bench.job.status).toMatchObject({ succeeded: 5, completedIndexes: '0-4' });
    const prefixes = bench.pods.map(({ metadata }) => metadata.name.replace(/-[^-]+$/, '')).sort();
    expect(prefixes).toEqual(['job-0', 'job-1', 'job-2', 'job-3', 'job-4']);
  });

  test('tries a failed index again', () => {
    const bench = new JobBench(1, (n) => (n === 1 ? 'Failed' : 'Succeeded'));
    bench.create(job({ completions: 3, parallelism: 3, completionMode: 'Indexed' }));
    bench.pass(60);
    expect(bench.job.status).toMatchObject({ succeeded: 3, failed: 1, completedIndexes: '0-2' });
    expect(bench.log.count('Pod', 'ADDED')).toBe(4);
  });
});

describe('a suspended Job', () => {
  test('has no pods, and begins when it is resumed', () => {
    const bench = new JobBench(1);
    bench.create(job({ completions: 2, parallelism: 2, suspend: true }));
    bench.pass(10);
    expect(bench.pods).toEqual([]);
    expect(bench.job.status?.startTime).toBeUndefined();
    bench.change(job({}), (now) => ({ ...now, spec: { ...now.spec, suspend: false } }));
    bench.pass(20);
    expect(bench.outcome).toBe('Complete');
  });

  test('gives up the pods that run', () => {
    const bench = new JobBench(1000);
    bench.create(job({ completions: 4, parallelism: 4 }));
    bench.pass(5);
    bench.change(job({}), (now) => ({ ...now, spec: { ...now.spec, suspend: true } }));
    bench.pass(5);
    expect(bench.pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)).toEqual(
      [],
    );
    expect(bench.job.status?.active).toBe(0);
  });
});
