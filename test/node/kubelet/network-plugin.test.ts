// What a kubelet does while its node has no network plugin, or no range for its pods.
import { describe, expect, test } from 'vitest';
import type { Event } from '../../../src/api/event.js';
import type { Node } from '../../../src/api/node.js';
import type { NetworkPlugin } from '../../../src/node/kubelet/pod-network.js';
import { KubeletBench, secondUs } from './kubelet-bench.js';

/** A plugin whose parts come when a test says so. */
function comingPlugin(): {
  isInstalled: boolean;
  range: string | undefined;
  plugin: NetworkPlugin;
} {
  const state = {
    isInstalled: false,
    range: undefined as string | undefined,
    plugin: {
      isInstalled: () => state.isInstalled,
      podCidr: () => state.range,
      noRangeMessage: 'open /run/flannel/subnet.env: no such file or directory',
    },
  };
  return state;
}

const eventsOf = (bench: KubeletBench): readonly string[] =>
  bench.server
    .list<Event>('events')
    .map(({ reason, count, message }) => `${reason} ${count}: ${message}`);

describe('a node without a network plugin', () => {
  const network = comingPlugin();
  const bench = new KubeletBench({
    networkPlugin: network.plugin,
    settings: { recordEvents: true },
  });
  bench.bind(0, 'web');
  bench.bind(0, 'agent', { hostNetwork: true });
  bench.run(10 * secondUs);

  test('starts pods of the host network only', () => {
    expect(bench.pod('agent').status?.phase).toBe('Running');
    expect(bench.pod('web').status?.phase).toBe('Pending');
  });

  test('tries the others again every second, with an Event', () => {
    const event = eventsOf(bench).find((text) => text.startsWith('NetworkNotReady'));
    expect(event).toMatch(/^NetworkNotReady (8|9|10): network is not ready: .* not initialized$/);
  });

  test('starts them when it has the plugin and a range', () => {
    network.isInstalled = true;
    network.range = '10.244.3.0/24';
    bench.run(12 * secondUs);
    expect(bench.pod('web').status).toMatchObject({ phase: 'Running', podIP: '10.244.3.2' });
  });
});

test('a pod of a node without a range fails its sandbox until there is one', () => {
  const network = comingPlugin();
  network.isInstalled = true;
  const bench = new KubeletBench({
    networkPlugin: network.plugin,
    settings: { recordEvents: true },
  });
  bench.bind(0, 'web');
  bench.run(35 * secondUs);
  expect(bench.pod('web').status?.phase).toBe('Pending');
  const [event] = eventsOf(bench).filter((text) => text.startsWith('FailedCreatePodSandBox'));
  expect(event).toMatch(/^FailedCreatePodSandBox [34]: .*subnet\.env: no such file or directory$/);
  network.range = '10.244.0.0/24';
  bench.run(50 * secondUs);
  expect(bench.pod('web').status?.phase).toBe('Running');
});

test('a registering node is Ready only when its plugin is there', () => {
  const network = comingPlugin();
  const bench = new KubeletBench({ networkPlugin: network.plugin, node: { isRegistered: false } });
  const ready = (): string | undefined =>
    bench.server.list<Node>('nodes')[0]?.status?.conditions?.find(({ type }) => type === 'Ready')
      ?.message;
  bench.run(20 * secondUs);
  expect(ready()).toMatch(/NetworkPluginNotReady/);
  network.isInstalled = true;
  bench.fleet.networkInstalled(0);
  bench.run(26 * secondUs);
  expect(ready()).toBe('kubelet is posting ready status');
});
