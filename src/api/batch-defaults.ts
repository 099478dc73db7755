/**
 * Defaults of jobs and cron jobs.
 *
 * Source: Kubernetes v1.36 `pkg/apis/batch/v1/defaults.go`.
 */

import type { CronJob } from './cron-job.js';
import type { DefaultFiller } from './default-filler.js';
import type { Job, JobSpec } from './job.js';
import { defaultPodTemplate } from './pod-defaults.js';

/** With a limit per index the job as a whole has none. */
const unlimitedBackoff = 2_147_483_647;

function defaultJobSpec(spec: JobSpec): Partial<JobSpec> {
  const isUncounted = spec.completions === undefined && spec.parallelism === undefined;
  return {
    ...(isUncounted ? { completions: 1 } : {}),
    parallelism: 1,
    backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : unlimitedBackoff,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
  };
}

/** Defaults a Job; its labels come from the template when it has none. */
export function defaultJob(filler: DefaultFiller, job: Job): Job {
  const labels = job.spec?.template?.metadata?.labels;
  const labelled = filler.within(job, [], 'metadata', (metadata, path) =>
    labels === undefined ? metadata : filler.fill(metadata, path, { labels }),
  );
  return filler.within(labelled, [], 'spec', (spec, path) => {
    const filled = filler.fill(spec, path, defaultJobSpec(spec));
    const counted = filler.within(filled, path, 'podFailurePolicy', (policy, at) =>
      filler.within(policy, at, 'rules', (rules, rulesPath) =>
        filler.each(rules, rulesPath, (rule, rulePath) =>
          filler.within(rule, rulePath, 'onPodConditions', (patterns, patternsPath) =>
            filler.each(patterns, patternsPath, (pattern, each) =>
              filler.fill(pattern, each, { status: 'True' }),
            ),
          ),
        ),
      ),
    );
    return filler.within(counted, path, 'template', (template, at) =>
      defaultPodTemplate(filler, template, at),
    );
  });
}

/** Defaults a CronJob. The job template gets pod defaults only; the rest comes with each job. */
export function defaultCronJob(filler: DefaultFiller, cronJob: CronJob): CronJob {
  return filler.within(cronJob, [], 'spec', (spec, path) => {
    const filled = filler.fill(spec, path, {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    return filler.within(filled, path, 'jobTemplate', (jobTemplate, at) =>
      filler.within(jobTemplate, at, 'spec', (jobSpec, specPath) =>
        filler.within(jobSpec, specPath, 'template', (template, templatePath) =>
          defaultPodTemplate(filler, template, templatePath),
        ),
      ),
    );
  });
}
