// JobSets as the Jobs that their controller would make.
import { describe, expect, test } from 'vitest';
import type { Tree } from '../../../src/scenario/yaml-tree.js';
import { importerOf } from '../../../src/workload/import/import-files.js';
import { jobsetImporter } from '../../../src/workload/import/jobset/jobset-importer.js';
import { importFile, loaded, read } from './import-support.js';

const text = `apiVersion: v1
kind: ConfigMap
metadata: {name: beside}
---
apiVersion: jobset.x-k8s.io/v1alpha2
kind: JobSet
metadata:
  name: train
  namespace: ml
  annotations: {alpha.jobset.sigs.k8s.io/exclusive-topology: rack}
spec:
  failurePolicy: {maxRestarts: 3}
  replicatedJobs:
  - name: driver
    template:
      spec:
        template: {spec: {containers: [{name: c, image: busybox}]}}
  - name: workers
    replicas: 2
    dependsOn: [{name: driver, status: Ready}]
    template:
      metadata: {labels: {tier: work}}
      spec:
        completionMode: NonIndexed
        parallelism: 3
        completions: 3
        template:
          metadata: {labels: {app: w}}
          spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}
`;
const file = importFile('set.yaml', text);

const objectsOf = (content: string): readonly Tree[] => {
  const { imported, problems } = read(jobsetImporter, [importFile('set.yaml', content)]);
  expect(problems).toEqual([]);
  const spec = imported?.scenario['spec'] as Tree;
  const [operation] = (spec['workload'] as Tree)['operations'] as readonly Tree[];
  return operation?.['objects'] as readonly Tree[];
};

describe('a JobSet', () => {
  test('is known by its kind, and Jobs alone are none', () => {
    expect(importerOf([file])).toBe(jobsetImporter);
    const job = 'apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\n';
    expect(importerOf([importFile('job.yaml', job)])).toBeUndefined();
  });

  test('becomes its Jobs, beside what stands in the file', () => {
    const objects = objectsOf(text);
    const names = objects.map(({ kind, metadata }) => `${kind} ${(metadata as Tree)['name']}`);
    expect(names).toEqual([
      'ConfigMap beside',
      'Job train-driver-0',
      'Job train-workers-0',
      'Job train-workers-1',
    ]);
  });

  test('gives its Jobs what the controller gives them, and keeps what they state', () => {
    const [, driver, , worker] = objectsOf(text);
    expect(driver).toMatchObject({
      metadata: { namespace: 'ml' },
      spec: { completionMode: 'Indexed', template: { spec: { restartPolicy: 'OnFailure' } } },
    });
    const own = {
      'jobset.sigs.k8s.io/jobset-name': 'train',
      'jobset.sigs.k8s.io/replicatedjob-name': 'workers',
      'jobset.sigs.k8s.io/job-index': '1',
    };
    expect(worker).toMatchObject({
      metadata: { labels: { tier: 'work', ...own } },
      spec: {
        completionMode: 'NonIndexed',
        parallelism: 3,
        template: { metadata: { labels: { app: 'w', ...own } }, spec: { restartPolicy: 'Never' } },
      },
    });
  });

  test('says what of it is not simulated, and can be run', () => {
    const { scenario, notes } = loaded(jobsetImporter, [file]);
    expect(notes).toEqual([
      'failurePolicy of 1 JobSets is not simulated.',
      'dependsOn of 1 replicated Jobs is not simulated.',
      '3 Jobs stand for JobSets.',
      'The exclusive placement of 1 JobSets is not simulated.',
    ]);
    expect(scenario.operations).toHaveLength(1);
  });

  test.each([
    [
      'apiVersion: jobset.x-k8s.io/v1\nkind: JobSet\nmetadata: {name: a}\n',
      'has metadata.name and',
    ],
    ['apiVersion: jobset.x-k8s.io/v1\nkind: JobSet\nspec: [\n', 'malformed'],
  ])('that is none is refused: %j', (content, message) => {
    const { imported, problems } = read(jobsetImporter, [importFile('set.yaml', content)]);
    expect(imported).toBeUndefined();
    expect(problems[0]?.message).toContain(message);
  });
});
