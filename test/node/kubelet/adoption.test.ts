// Pods that have been running since before the run.
import { expect, test } from 'vitest';
import { behaviour } from '../../../src/api/pod-behaviour.js';
import { boundPod, KubeletBench, secondUs } from './kubelet-bench.js';

test('a pod uses the same CPU whether it was there before or has been started', () => {
  const bench = new KubeletBench({ sharesCpu: true });
  const spec = {
    hostNetwork: true,
    initContainers: [{ name: 'proxy', image: 'app:1', restartPolicy: 'Always' as const }],
  };
  const annotations = { [behaviour.cpuUse]: '1' };
  const before = boundPod('before', spec, { annotations });
  bench.server.create(before);
  bench.fleet.adopt(0, before);
  bench.bind(0, 'started', spec, { annotations });
  const found: (readonly number[])[] = [];
  for (const second of [10, 20]) {
    bench.at(second * secondUs, () => {
      const uses = bench.cpus?.podUses;
      found.push(['before', 'started'].map((name) => uses?.get(`uid-${name}`)?.askedMilliUs ?? 0));
    });
  }
  bench.run(20 * secondUs);
  const grown = found[1]?.map((asked, index) => asked - (found[0]?.[index] ?? 0));
  expect(grown).toEqual([10_000 * secondUs, 10_000 * secondUs]); // of the app alone
});
