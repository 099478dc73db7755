import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Node } from '../../src/api/node.js';
import type { Pod, PodStatus } from '../../src/api/pod.js';
import { allCheckers } from '../../src/checkers/all-checkers.js';
import { PodPlacement } from '../../src/checkers/pod-placement.js';
import { pod, Story } from '../metrics/story.js';

const capacity = { cpu: '1', memory: '1Gi', pods: '3' };

function node(name: string): Node {
  const metadata = { name, uid: name };
  return { apiVersion: 'v1', kind: 'Node', metadata, spec: {}, status: { capacity } };
}

function asking(name: string, requests: Readonly<Record<string, string>> = {}): Pod {
  const containers = [{ name: 'app', resources: { requests } }];
  return { ...pod(name), spec: { containers } };
}

/** A cluster of one node, `node-0`, on which Story binds. */
function told(): Story & { readonly checker: PodPlacement } {
  let checker: PodPlacement | undefined;
  const story = new Story((simulation) => {
    checker = new PodPlacement(simulation);
    return [checker];
  });
  story.put(node('node-0')).at(2_000_000);
  return Object.assign(story, { checker: checker as unknown as PodPlacement });
}

function withStatus(story: Story, name: string, status: PodStatus): Story {
  const found = story.get('Pod', name);
  return story.put({ ...found, status: { ...found.status, ...status } });
}

describe('a sound history', () => {
  test('of pods that come, run and go has no violation', () => {
    const story = told().put(asking('a', { cpu: '600m' }), asking('b', { cpu: '400m' }));
    story.bind('a', 'b').phase('a', 'Running').ready('a').phase('b', 'Running').ready('b');
    withStatus(story, 'a', { podIP: '10.0.0.1' });
    story.phase('b', 'Succeeded').terminate('a');
    story.put(asking('c', { cpu: '400m' })).bind('c');
    withStatus(story, 'c', { podIP: '10.0.0.1' });
    story
      .remove('Pod', 'a')
      .put(asking('d', { cpu: '600m' }))
      .bind('d')
      .remove('Pod', 'b');
    expect(story.checker.violations).toEqual([]);
  });

  test('lets pods share an address that use the network of their node', () => {
    const story = told();
    for (const name of ['a', 'b']) {
      const shared = pod(name);
      story.put({ ...shared, spec: { ...shared.spec, hostNetwork: true } }).bind(name);
      withStatus(story, name, { podIP: '192.168.0.1' });
    }
    expect(story.checker.violations).toEqual([]);
  });

  test('does not blame the scheduler for pods that a client has put on a node', () => {
    const story = told();
    const placed = asking('a', { cpu: '5' });
    story.put({ ...placed, spec: { ...placed.spec, nodeName: 'node-0' } });
    story.put(asking('b', { cpu: '100m' })).bind('b');
    expect(story.checker.violations).toEqual([]);
  });

  test('may take a node away under its pods', () => {
    const story = told().put(asking('a')).bind('a').remove('Node', 'node-0').phase('a', 'Failed');
    expect(story.remove('Pod', 'a')).toBe(story);
    expect((story as ReturnType<typeof told>).checker.violations).toEqual([]);
  });

  test('counts a pod by what it asks for now', () => {
    const story = told()
      .put(asking('a', { cpu: '900m' }))
      .bind('a');
    const bound = story.get('Pod', 'a');
    story.put({ ...bound, spec: { ...asking('a', { cpu: '100m' }).spec, nodeName: 'node-0' } });
    story
      .put(asking('b', { cpu: '900m' }))
      .bind('b')
      .remove('Pod', 'a');
    story.put(asking('c', { cpu: '100m' })).bind('c');
    expect(story.checker.violations).toEqual([]);
  });
});

describe('a violation is found, with the time and the pod, when', () => {
  test('a pod moves to another node', () => {
    const story = told().put(pod('a')).bind('a');
    const bound = story.get('Pod', 'a');
    story.put({ ...bound, spec: { ...bound.spec, nodeName: 'node-1' } });
    expect(story.checker.violations).toEqual(['2 s: default/a moved from node-0 to node-1']);
  });

  test('a pod loses its node', () => {
    const story = told().put(pod('a')).bind('a');
    story.put({ ...story.get('Pod', 'a'), spec: pod('a').spec });
    expect(story.checker.violations).toEqual(['2 s: default/a moved from node-0 to undefined']);
  });

  test('a pod is bound to a node that never was there', () => {
    const story = told().put(pod('a'));
    story.put({ ...pod('a'), spec: { ...pod('a').spec, nodeName: 'nowhere' } });
    expect(story.checker.violations).toEqual([
      '2 s: default/a is bound to nowhere, which never was there',
    ]);
  });

  test.each([
    ['CPU', { cpu: '500m' }, { cpu: '501m' }],
    ['memory', { memory: '1Gi' }, { memory: '1' }],
  ])('a binding takes more %s than a node has', (_, first, second) => {
    const story = told().put(asking('a', first), asking('b', second)).bind('a', 'b');
    expect(story.checker.violations).toEqual(['2 s: node-0 is over-committed by default/b']);
  });

  test('a binding gives a node more pods than it may have', () => {
    const names = ['a', 'b', 'c', 'd'];
    const story = told()
      .put(...names.map((name) => pod(name)))
      .bind(...names);
    expect(story.checker.violations).toEqual(['2 s: node-0 is over-committed by default/d']);
  });

  test('two pods have one address', () => {
    const story = told().put(pod('a'), pod('b')).bind('a', 'b');
    withStatus(withStatus(story, 'a', { podIP: '10.0.0.1' }), 'b', { podIP: '10.0.0.1' });
    expect(story.checker.violations).toEqual(['2 s: default/b has 10.0.0.1 of default/a']);
  });

  test.each([
    ['Running', 'Pending'],
    ['Succeeded', 'Running'],
    ['Failed', 'Pending'],
    ['Failed', 'Succeeded'],
  ] as const)('a phase goes from %s to %s', (was, is) => {
    const story = told().put(pod('a')).bind('a').phase('a', was).phase('a', is);
    expect(story.checker.violations).toEqual([`2 s: default/a went from ${was} to ${is}`]);
  });

  test('a pod is Ready that no node has', () => {
    const story = told().put(pod('a')).ready('a');
    expect(story.checker.violations).toEqual(['2 s: default/a is Ready and not bound']);
  });
});

test('a node is over-committed by bindings exactly when a recount says so', () => {
  const step = fc.tuple(fc.constantFrom('bind', 'finish', 'remove'), fc.nat({ max: 4 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (history) => {
      const story = told();
      const running: { readonly name: string; readonly milli: number }[] = [];
      let faults = 0;
      history.forEach(([action, size], index) => {
        const name = `pod-${index}`;
        if (action === 'bind') {
          const milli = 150 * size;
          story.put(asking(name, { cpu: `${milli}m` })).bind(name);
          running.push({ name, milli });
          const sum = running.reduce((total, each) => total + each.milli, 0);
          if (sum > 1000 || running.length > 3) faults++;
        } else {
          const [gone] = running.splice(size, 1);
          if (gone !== undefined && action === 'finish') story.phase(gone.name, 'Succeeded');
          if (gone !== undefined && action === 'remove') story.remove('Pod', gone.name);
        }
      });
      expect(story.checker.violations).toHaveLength(faults);
    }),
  );
});

describe('where room may be promised twice', () => {
  function shared(): ReturnType<typeof told> {
    let checker: PodPlacement | undefined;
    const story = new Story((simulation) => {
      checker = new PodPlacement(simulation, false);
      return [checker];
    });
    story.put(node('node-0')).at(2_000_000);
    return Object.assign(story, { checker: checker as unknown as PodPlacement });
  }

  test('a node may be promised twice, when the kubelet turns one of the pods away', () => {
    const story = shared().put(asking('a', { cpu: '600m' }), asking('b', { cpu: '600m' }));
    story.bind('a', 'b').phase('a', 'Running').phase('b', 'Failed');
    story
      .put(asking('c', { cpu: '600m' }))
      .bind('c')
      .terminate('a')
      .phase('c', 'Running');
    expect(story.checker.violations).toEqual([]);
  });

  test('more than fits must not run', () => {
    const story = shared().put(asking('a', { cpu: '600m' }), asking('b', { cpu: '600m' }));
    story.bind('a', 'b').phase('a', 'Running').phase('b', 'Running');
    expect(story.checker.violations).toEqual(['2 s: node-0 is over-committed by default/b']);
  });
});

test('every run is checked for all of this', () => {
  const { simulation } = new Story(() => []);
  const names = allCheckers(simulation).map((checker) => checker.constructor.name);
  expect(names).toEqual([
    'StoreHistory',
    'PodPlacement',
    'StatefulIdentity',
    'DisruptionBudgets',
    'OwnerReferences',
    'ServiceAddresses',
    'SeatLimits',
    'WatchHistory',
    'EtcdHistory',
    'VolumeBindings',
  ]);
});
