// How long the pods of a Job run when its template does not say: some time, and the run says so.
import { describe, expect, test } from 'vitest';
import type { CronJob } from '../../src/api/cron-job.js';
import type { Job } from '../../src/api/job.js';
import { loaded } from './memory-files.js';

const RUN_TIME = 'kubeclock.dev/run-time';

function job(name: string, annotations = ''): string {
  const metadata = annotations === '' ? '' : `metadata: {annotations: {${annotations}}}, `;
  return (
    `{apiVersion: batch/v1, kind: Job, metadata: {name: ${name}}, spec: {template: {${metadata}` +
    'spec: {restartPolicy: Never, containers: [{name: c, image: c}]}}}}'
  );
}

function cronJob(name: string): string {
  return (
    `{apiVersion: batch/v1, kind: CronJob, metadata: {name: ${name}}, spec: {schedule: '* * * * *', ` +
    'jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: c}]}}}}}}'
  );
}

function load(...objects: readonly string[]) {
  const scenario = loaded(
    `workload: {operations: [{op: apply, objects: [${objects.join(', ')}]}]}`,
  );
  const [operation] = scenario.operations;
  const jobs = operation?.op === 'apply' ? operation.objects : [];
  const notices = scenario.notices.filter((each) => each.includes('how long its pods run'));
  return { jobs, notices };
}

const runTimeOf = (object: unknown): string | undefined =>
  (object as Job).spec.template.metadata?.annotations?.[RUN_TIME];

describe('a Job that does not say how long its pods run', () => {
  test('has them run for 10 s, which is said', () => {
    const { jobs, notices } = load(job('sum'));
    expect(jobs.map(runTimeOf)).toEqual(['10s']);
    expect(notices).toEqual([
      `Job sum does not say how long its pods run: 10s each; annotate its template with ${RUN_TIME}.`,
    ]);
  });

  test('is named once with the number of others', () => {
    const { notices } = load(job('a'), job('b'), cronJob('c'));
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/^Job a and 2 more /);
  });

  test('may be made by a CronJob', () => {
    const { jobs } = load(cronJob('nightly'));
    const { spec } = (jobs[0] as CronJob).spec.jobTemplate;
    expect(runTimeOf({ spec })).toBe('10s');
  });
});

describe('a Job is left as it is', () => {
  test.each([`${RUN_TIME}: 3s`, `${RUN_TIME}.c: never`, 'kubeclock.dev/crash-after: 5s'])(
    'when its template says %s',
    (annotation) => {
      const { jobs, notices } = load(job('sum', annotation));
      expect(notices).toEqual([]);
      if (!annotation.startsWith(`${RUN_TIME}:`)) expect(runTimeOf(jobs[0])).toBeUndefined();
      else expect(runTimeOf(jobs[0])).toBe('3s');
    },
  );
});
