// What ends a Job early, what it does not count, and what it takes back.
import { describe, expect, test } from 'vitest';
import type { Job, JobSpec, PodFailurePolicyRule } from '../../../../src/api/job.js';
import type { Pod } from '../../../../src/api/pod.js';
import { JobBench, job } from './job-bench.js';

const conditions = ({ job: { status } }: JobBench): readonly string[] =>
  (status?.conditions ?? []).map(({ type, status: word, reason }) => `${type}=${word} ${reason}`);

const indexOf = ({ metadata }: Pod): number =>
  Number(metadata.annotations?.['batch.kubernetes.io/job-completion-index']);

const indexed = (completions: number, more: Partial<JobSpec> = {}): Job =>
  job({ completions, parallelism: completions, completionMode: 'Indexed', ...more });

describe('a Job with a podFailurePolicy', () => {
  const policy = (...rules: PodFailurePolicyRule[]): Partial<JobSpec> => ({
    podFailurePolicy: { rules },
  });
  const onCode = (action: PodFailurePolicyRule['action'], ...values: number[]) =>
    ({ action, onExitCodes: { operator: 'In', values } }) as const;

  test('fails at once on an exit code of FailJob', () => {
    const bench = new JobBench(2, (n) => (n === 0 ? { phase: 'Failed', exitCode: 42 } : undefined));
    bench.create(job({ completions: 4, ...policy(onCode('FailJob', 42)) }));
    bench.pass(20);
    expect(bench.outcome).toBe('Failed: PodFailurePolicy');
    const message = bench.job.status?.conditions?.at(-1)?.message;
    expect(message).toMatch(
      /^Container app for pod default\/job-\S+ failed with exit code 42 matching FailJob rule at index 0$/,
    );
    expect(conditions(bench)).toEqual([
      'FailureTarget=True PodFailurePolicy',
      'Failed=True PodFailurePolicy',
    ]);
    expect(bench.job.status).toMatchObject({ active: 0, failed: 1, terminating: 0 });
  });

  test('does not count pods that were disrupted, however many', () => {
    const bench = new JobBench(1, (n) =>
      n < 4 ? { phase: 'Failed', exitCode: 137, condition: 'DisruptionTarget' } : 'Succeeded',
    );
    const rule = { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] } as const;
    bench.create(job({ completions: 1, backoffLimit: 0, ...policy(rule) }));
    bench.pass(30);
    expect(bench.outcome).toBe('Complete');
    expect(bench.job.status?.failed).toBeUndefined();
    expect(bench.log.count('Pod', 'ADDED')).toBe(5);
    expect(bench.pods.flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]);
  });

  test('takes the first rule that matches, NotIn never meaning success', () => {
    const rules = [
      onCode('Count', 3),
      { action: 'FailJob', onExitCodes: { operator: 'NotIn', values: [1] } } as const,
    ];
    const end = (exitCode: number) => {
      const bench = new JobBench(1, () => ({ phase: 'Failed', exitCode }));
      bench.create(job({ completions: 1, backoffLimit: 1, ...policy(...rules) }));
      bench.pass(40);
      return bench.outcome;
    };
    expect(end(3)).toBe('Failed: BackoffLimitExceeded');
    expect(end(1)).toBe('Failed: BackoffLimitExceeded');
    expect(end(7)).toBe('Failed: PodFailurePolicy');
  });

  test('gives an index up on FailIndex, and goes on with the others', () => {
    const bench = new JobBench(1, (_, pod) =>
      indexOf(pod) === 1 ? { phase: 'Failed', exitCode: 42 } : 'Succeeded',
    );
    const rules = policy(onCode('FailIndex', 42));
    bench.create(indexed(3, { backoffLimitPerIndex: 5, ...rules }));
    bench.pass(30);
    expect(bench.outcome).toBe('Failed: FailedIndexes');
    expect(bench.job.status).toMatchObject({ completedIndexes: '0,2', failedIndexes: '1' });
    expect(bench.log.count('Pod', 'ADDED')).toBe(3);
  });
});

describe('an Indexed Job that limits the failures of its indexes', () => {
  test('tries each again after its own backoff and ends when all have ended', () => {
    const bench = new JobBench(1, (_, pod) => (indexOf(pod) === 0 ? 'Failed' : 'Succeeded'));
    bench.create(indexed(3, { backoffLimitPerIndex: 2 }));
    bench.pass(60);
    expect(bench.outcome).toBe('Failed: FailedIndexes');
    expect(bench.job.status).toMatchObject({
      succeeded: 2,
      failed: 3,
      completedIndexes: '1,2',
      failedIndexes: '0',
    });
    const tries = bench.pods.filter((pod) => indexOf(pod) === 0);
    const counts = tries.map(
      ({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-index-failure-count'],
    );
    expect(counts).toEqual(['0', '1', '2']);
    const seconds = tries.map(({ metadata }) => (metadata.creationTimestamp ?? 0) / 1e6);
    const gaps = seconds.slice(1).map((at, i) => at - (seconds[i] as number));
    expect(gaps[0]).toBeGreaterThanOrEqual(10);
    expect(gaps[1]).toBeGreaterThanOrEqual(20);
    expect(gaps[1]).toBeLessThan(26);
  });

  test('fails as a whole when more indexes have failed than it allows', () => {
    const bench = new JobBench(1, (_, pod) => (indexOf(pod) < 2 ? 'Failed' : undefined));
    bench.create(indexed(5, { backoffLimitPerIndex: 0, maxFailedIndexes: 1 }));
    bench.pass(30);
    expect(bench.outcome).toBe('Failed: MaxFailedIndexesExceeded');
    expect(bench.job.status).toMatchObject({ failedIndexes: '0,1', active: 0 });
  });
});

describe('a Job with a successPolicy', () => {
  const succeed = (rule: object) => {
    const bench = new JobBench(1, (_, pod) => (indexOf(pod) < 2 ? 'Succeeded' : undefined));
    bench.create(indexed(6, { successPolicy: { rules: [rule] } }));
    bench.pass(30);
    return bench;
  };

  test.each([
    ['its leader has succeeded', { succeededIndexes: '0' }],
    ['enough of some indexes have', { succeededIndexes: '0-3', succeededCount: 2 }],
    ['enough of all have', { succeededCount: 2 }],
  ])('is Complete when %s, and ends the other pods', (_, rule) => {
    const bench = succeed(rule);
    expect(bench.outcome).toBe('Complete');
    expect(conditions(bench)).toEqual([
      'SuccessCriteriaMet=True SuccessPolicy',
      'Complete=True SuccessPolicy',
    ]);
    expect(bench.job.status).toMatchObject({ active: 0, completedIndexes: '0,1' });
  });

  test('goes on where its rule names no indexes', () => {
    expect(succeed({ succeededIndexes: '' }).outcome).toBe('');
  });

  test('goes on while its rule is not met', () => {
    const bench = succeed({ succeededIndexes: '0-3', succeededCount: 3 });
    expect(bench.outcome).toBe('');
    expect(bench.job.status?.active).toBe(4);
  });
});

describe('a Job that changes', () => {
  test('does not count the pods that it gives up as failed', () => {
    const bench = new JobBench(1000);
    bench.create(job({ completions: 8, parallelism: 6, backoffLimit: 1 }));
    bench.pass(5);
    bench.change(job({}), (now) => ({ ...now, spec: { ...now.spec, parallelism: 2 } }));
    bench.pass(5);
    expect(bench.job.status).toMatchObject({ active: 2, terminating: 0 });
    expect(bench.job.status?.failed).toBeUndefined();
    expect(bench.pods).toHaveLength(2);
  });

  test('says when it was suspended and resumed, and starts its clock anew', () => {
    const bench = new JobBench(1000);
    const suspend = (isSuspended: boolean): void => {
      bench.change(job({}), (now) => ({ ...now, spec: { ...now.spec, suspend: isSuspended } }));
      bench.pass(5);
    };
    bench.create(job({ completions: 2, parallelism: 2, activeDeadlineSeconds: 20 }));
    bench.pass(10);
    suspend(true);
    expect(conditions(bench)).toEqual(['Suspended=True JobSuspended']);
    expect(bench.job.status?.startTime).toBeUndefined();
    expect(bench.job.status?.failed).toBeUndefined();
    bench.pass(20);
    suspend(false);
    expect(conditions(bench)).toEqual(['Suspended=False JobResumed']);
    expect(bench.job.status).toMatchObject({ active: 2 });
    bench.pass(8);
    expect(bench.outcome).toBe('');
    bench.pass(12);
    expect(bench.outcome).toBe('Failed: DeadlineExceeded');
  });

  test('Indexed, gets more indexes, or gives the highest up', () => {
    const bench = new JobBench(1000);
    const resize = (size: number): void => {
      const next = { completions: size, parallelism: size };
      bench.change(job({}), (now) => ({ ...now, spec: { ...now.spec, ...next } }));
      bench.pass(5);
    };
    bench.create(indexed(3));
    bench.pass(5);
    resize(5);
    expect(bench.pods.map(indexOf).sort()).toEqual([0, 1, 2, 3, 4]);
    resize(2);
    expect(bench.pods.map(indexOf).sort()).toEqual([0, 1]);
  });

  test('that has failed waits for its last pod before it says so', () => {
    const bench = new JobBench(1000, undefined, {
      kubelet: { readyAfterUs: 100_000, stopAfterUs: 5_000_000 },
    });
    bench.create(job({ completions: 2, parallelism: 2, activeDeadlineSeconds: 10 }));
    bench.pass(12);
    expect(conditions(bench)).toEqual(['FailureTarget=True DeadlineExceeded']);
    bench.pass(10);
    expect(bench.outcome).toBe('Failed: DeadlineExceeded');
  });
});
