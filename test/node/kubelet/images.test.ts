// Images: when they are pulled, what a pull takes, and what happens when the registry limit is hit.

import { describe, expect, test } from 'vitest';
import type { Container } from '../../../src/api/container.js';
import { imageName, pullPolicyOf } from '../../../src/node/kubelet/image-name.js';
import { type BenchOptions, KubeletBench, msUs, secondUs } from './kubelet-bench.js';

const container = (image: string, more: Partial<Container> = {}): Container => ({
  name: 'app',
  image,
  ...more,
});

/** Binds one pod of one container for each image at time 0; returns when each has its image, ms. */
function pulled(
  images: readonly Container[],
  options: BenchOptions = {},
  untilUs = 100 * secondUs,
): [number[], KubeletBench] {
  const bench = new KubeletBench(options);
  for (const [index, each] of images.entries()) {
    bench.bind(0, `web-${index}`, { containers: [each] });
  }
  bench.run(untilUs);
  const times = bench.stages.filter(([, , stage]) => stage === 'imagesPulled');
  return [times.map(([time]) => time), bench];
}

describe('names of images', () => {
  test('mean the same with and without their defaults', () => {
    expect(imageName('nginx')).toBe('nginx:latest');
    expect(imageName('docker.io/library/nginx:latest')).toBe('nginx:latest');
    expect(imageName('localhost:5000/app')).toBe('localhost:5000/app:latest');
    expect(imageName('registry.k8s.io/pause:3.10')).toBe('registry.k8s.io/pause:3.10');
    expect(imageName('app@sha256:0123')).toBe('app@sha256:0123');
  });

  test('say when to pull, unless the container does', () => {
    expect(pullPolicyOf(container('nginx'))).toBe('Always');
    expect(pullPolicyOf(container('nginx:1.29'))).toBe('IfNotPresent');
    expect(pullPolicyOf(container('nginx', { imagePullPolicy: 'Never' }))).toBe('Never');
  });
});

describe('a pull', () => {
  test('takes the manifest and then the slower of disk and registry', () => {
    // sandbox at 161, manifest 100; 100 MB from the node's side at 50 MB/s
    expect(pulled([container('new:1')])[0]).toEqual([161 + 100 + 2_000]);
    const slow = { network: { registryBytesPerSecond: 10_000_000 } };
    expect(pulled([container('new:1')], slow)[0]).toEqual([161 + 100 + 10_000]);
  });

  test('is reported with its size and duration', () => {
    const [, bench] = pulled([container('new:1')]);
    expect(bench.recorder.pulls).toEqual([['node-0', 'new:1', 100_000_000, 2_100 * msUs]]);
  });

  test('is needed once a node: a later pod finds the image', () => {
    const bench = new KubeletBench();
    bench.bind(0, 'first', { containers: [container('new:1')] });
    bench.bind(10 * secondUs, 'second', { containers: [container('new:1')] });
    bench.run(20 * secondUs);
    expect(bench.stages.filter(([, , stage]) => stage === 'imagesPulled')).toEqual([
      [2_261, 'uid-first', 'imagesPulled'],
      [10_161, 'uid-second', 'imagesPulled'],
    ]);
  });

  test('of a present image that is always pulled asks for the manifest only', () => {
    const always = container('app:1', { imagePullPolicy: 'Always' });
    const [times, bench] = pulled([always]);
    expect(times).toEqual([261]);
    expect(bench.recorder.pulls).toEqual([]);
  });

  test('shares the registry with the pulls of all other nodes', () => {
    const bench = new KubeletBench({
      nodes: 4,
      network: { registryBytesPerSecond: 100_000_000 },
    });
    for (let i = 0; i < 4; i++) {
      bench.bind(0, `web-${i}`, { containers: [container('new:1')] }, { node: `node-${i}` });
    }
    bench.run(10 * secondUs);
    const times = bench.stages.filter(([, , stage]) => stage === 'imagesPulled');
    expect(times.map(([time]) => time)).toEqual(Array(4).fill(161 + 100 + 4_000));
  });

  test('takes the same time for a pod wherever the pod is placed', () => {
    const at = (node: string): number | undefined => {
      const settings = { manifestP99Us: 1_500_000, pullSlowdownP99: 4 };
      const bench = new KubeletBench({ nodes: 2, settings });
      bench.bind(0, 'web', { containers: [container('new:1')] }, { node });
      bench.run(100 * secondUs);
      return bench.recorder.pulls[0]?.[3];
    };
    expect(at('node-0')).toBeGreaterThan(0);
    expect(at('node-1')).toBe(at('node-0'));
  });

  test('adds its image to what the node reports within 10 s', () => {
    const [, bench] = pulled([container('new:1')], {}, 14 * secondUs);
    const { object } = bench.server.log.findLast(({ object }) => object.kind === 'Node') ?? {};
    expect(object).toBeUndefined(); // the Node is not stored here: nothing to patch
    expect(bench.requests('nodes')).toEqual(['patch/status']);
  });
});

describe('several pulls on one node', () => {
  const four = ['a:1', 'b:1', 'c:1', 'd:1'].map((image) => container(image));

  test('run one after the other when they are serial', () => {
    expect(pulled(four)[0]).toEqual([2_261, 4_361, 6_461, 8_561]);
  });

  test('share the disk when they are parallel: three units of it for four pulls', () => {
    const node = { serializeImagePulls: false, maxParallelImagePulls: 0 };
    expect(pulled(four, { node })[0].map(Math.floor)).toEqual(Array(4).fill(161 + 100 + 2_666));
  });

  test('are limited in number by maxParallelImagePulls', () => {
    const node = { serializeImagePulls: false, maxParallelImagePulls: 2 };
    expect(pulled(four, { node })[0]).toEqual([2_261, 2_261, 4_361, 4_361]);
  });

  test('of the same image download it once', () => {
    const same = Array.from({ length: 5 }, () => container('new:1'));
    const parallel = { serializeImagePulls: false, maxParallelImagePulls: 0 };
    const bytes = (node: BenchOptions['node'] & object): number[] =>
      pulled(same, { node })[1].recorder.pulls.map(([, , size]) => size);
    expect(bytes(parallel)).toEqual([100_000_000]);
    expect(bytes({})).toEqual([100_000_000]); // the others find it present in their turn
  });
});

describe('the registry limit of a node', () => {
  const many = Array.from({ length: 12 }, (_, index) => container(`image-${index}:1`));
  const node = { serializeImagePulls: false, maxParallelImagePulls: 0 };

  test('refuses pulls beyond its burst at once, with ErrImagePull', () => {
    const [, bench] = pulled(many, { node }, secondUs);
    const reasons = Array.from({ length: 12 }, (_, index) => {
      const [status] = bench.pod(`web-${index}`).status?.containerStatuses ?? [];
      return status?.state?.waiting?.reason;
    });
    expect(reasons.filter((reason) => reason === 'ErrImagePull')).toHaveLength(2);
    expect(reasons.filter((reason) => reason === 'ContainerCreating')).toHaveLength(10);
  });

  test('tries again after the backoff, and succeeds when there are tokens', () => {
    const [times] = pulled(many, { node });
    expect(times).toHaveLength(12);
    expect(Math.min(...times.slice(10))).toBeGreaterThanOrEqual(10_000 + 161);
  });

  test('shows ImagePullBackOff while a pod waits', () => {
    const settings = { syncBackoffUs: 4 * secondUs };
    const [, bench] = pulled(many, { node, settings }, 5 * secondUs);
    const waiting = bench.podHistory().filter(([, , what]) => what.includes('ImagePullBackOff'));
    expect(waiting).toHaveLength(2);
  });

  test('retries ever more rarely (reference vector 2)', () => {
    const settings = { registryPullQps: 0.000_001, registryBurst: 1 };
    const bench = new KubeletBench({ settings });
    bench.bind(0, 'taker', { containers: [container('taken:1')] });
    bench.bind(secondUs, 'web', { containers: [container('new:1')] });
    bench.run(1000 * secondUs);
    const refused = bench
      .podHistory()
      .filter(([, name, what]) => name === 'web' && what.includes('ErrImagePull'))
      .map(([time]) => time);
    const gaps = refused.slice(1).map((time, index) => time - (refused[index] as number));
    // backoffs 10, 20, 40, 80, 160, 300, 300 s; the second refusal, after 10 s, changes nothing
    // in the status and is not seen
    expect(gaps.map((gap) => Math.round(gap / 1000))).toEqual([30, 40, 80, 160, 300, 300]);
  });
});

describe('an image that may not be pulled', () => {
  test('leaves its container waiting with ErrImageNeverPull', () => {
    const [, bench] = pulled([container('absent:1', { imagePullPolicy: 'Never' })]);
    const [status] = bench.pod('web-0').status?.containerStatuses ?? [];
    expect(status?.state?.waiting?.reason).toBe('ErrImageNeverPull');
  });
});
