// Files that nobody here wrote: every one gets a verdict. The folder is named by
// KUBECLOCK_CORPUS; without it, these tests say that they were left out.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../tidy/source-files.js';
import { kubeclockHere } from './kubeclock.js';

const corpus = resolve(root, process.env['KUBECLOCK_CORPUS'] ?? '../shared/corpus');

interface Verdict {
  readonly file: string;
  readonly verdict: string;
  readonly objects: number;
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

describe('a corpus of real files', () => {
  test.beforeEach((context) => {
    context.skip(!existsSync(corpus), `${corpus} is absent; set KUBECLOCK_CORPUS`);
  });

  test('gets a verdict per file', async () => {
    const { code, out, err } = await kubeclockHere(['validate', corpus, '--json']);
    expect(code, err.slice(0, 500)).toBe(2);
    const files: readonly Verdict[] = JSON.parse(out).files;
    const count = (verdict: string): number =>
      files.filter((each) => each.verdict === verdict).length;
    expect(files.length).toBeGreaterThan(1000);
    expect(count('template')).toBeGreaterThan(130);
    expect(count('manifests')).toBeGreaterThan(250);
    expect(count('invalid')).toBeLessThan(40);
    for (const { problems } of files) {
      for (const { line, message } of problems) {
        expect(line).toBeGreaterThan(0);
        expect(message).not.toBe('');
      }
    }
  });

  test.each([
    ['apps/microservices-demo/release/kubernetes-manifests.yaml', 'manifests'],
    ['scheduler-plugins/manifests/appgroup/onlineBoutique-appGroup-example.yaml', 'invalid'],
    ['kubernetes-website/pods/pod-with-node-affinity-INVALID-4672b9c.yaml', 'invalid'],
    ['kubernetes-website/application/job/cronjob-v1beta1.yaml', 'invalid'],
    ['clusterloader2/testing/load/config.yaml', 'template'],
  ])('%s: %s', async (file, verdict) => {
    const { out } = await kubeclockHere(['validate', join(corpus, file), '--json']);
    expect(JSON.parse(out).files[0].verdict).toBe(verdict);
  });

  test('an application with an init container without requests is warned of once', async () => {
    const file = join(corpus, 'apps/microservices-demo/release/kubernetes-manifests.yaml');
    const { code, out, err } = await kubeclockHere(['plan', file, '--json']);
    expect(code, err).toBe(0);
    expect(err.match(/1 container has no requests/g)).toHaveLength(1);
    expect(JSON.parse(out).operations[0].objects).toHaveLength(35);
  });

  test('a selector that matches nothing in a published example is found', async () => {
    const { err } = await kubeclockHere([
      'plan',
      join(corpus, 'kubernetes-website/application/zookeeper/zookeeper.yaml'),
    ]);
    expect(err).toContain('KUBECLOCK2103');
  });
});
