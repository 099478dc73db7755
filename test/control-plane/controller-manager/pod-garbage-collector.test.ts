// The pods that nobody else deletes: when they go, which ones stay, and what is said before.
import { describe, expect, test } from 'vitest';
import type { Node } from '../../../src/api/node.js';
import type { Pod } from '../../../src/api/pod.js';
import { podGcConstants } from '../../../src/control-plane/controller-manager/pod-gc/constants.js';
import { ControllerBench } from './controller-bench.js';

const SECOND = 1_000_000;

function node(name: string, ready: 'True' | 'False' = 'True', taint?: string): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec: taint === undefined ? {} : { taints: [{ key: taint, effect: 'NoExecute' }] },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  };
}

function pod(name: string, nodeName?: string, more: Partial<Pod> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      containers: [{ name: 'main', image: 'pause' }],
      ...(nodeName !== undefined && { nodeName }),
    },
    ...more,
  };
}

/** A bench on which these are stored from the start. */
function bench(...preload: (Node | Pod)[]): ControllerBench {
  return new ControllerBench({ preload, disabledControllers: [] });
}

const names = (own: ControllerBench): string[] => own.pods.map(({ metadata }) => metadata.name);
const passes = (own: ControllerBench, count: number): void => own.wait(count * 21 * SECOND);

describe('a pod on a node that no longer exists', () => {
  test('goes after a quarantine of 40 s, within a pass, marked as failed', () => {
    const own = bench(node('here'), pod('stays', 'here'), pod('orphan', 'gone'));
    own.wait(34 * SECOND);
    expect(names(own), 'in quarantine').toEqual(['stays', 'orphan']);
    own.wait(28 * SECOND);
    expect(names(own)).toEqual(['stays']);
    const changes = own.log.events.filter(({ event }) => event.object.metadata.name === 'orphan');
    const [marked, deleted] = changes.map(({ event }) => event);
    expect((marked?.object as Pod | undefined)?.status).toMatchObject({
      phase: 'Failed',
      conditions: [
        {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'DeletionByPodGC',
          message: 'PodGC: node no longer exists',
        },
      ],
    });
    expect(deleted?.type).toBe('DELETED');
  });

  test('stays when the node is there again by the end of the quarantine', () => {
    const own = bench(pod('patient', 'late'));
    own.wait(30 * SECOND);
    own.create(node('late'));
    passes(own, 4);
    expect(names(own)).toEqual(['patient']);
    expect(own.pods[0]?.status?.phase).not.toBe('Failed');
  });

  test('that has ended already is deleted without a word', () => {
    const own = bench(pod('ended', 'gone', { status: { phase: 'Succeeded' } }));
    passes(own, 4);
    const types = own.log.events
      .filter(({ event }) => event.object.kind === 'Pod')
      .map(({ event }) => event.type);
    expect(types).toEqual(['DELETED']);
  });
});

describe('a pod that is being deleted', () => {
  const leaving = (name: string, nodeName?: string): Pod => ({
    ...pod(name, nodeName),
    metadata: { name, namespace: 'default', deletionTimestamp: 1, deletionGracePeriodSeconds: 30 },
  });

  test('goes within a pass when it never had a node', () => {
    const own = bench(leaving('homeless'));
    passes(own, 1);
    expect(names(own)).toEqual([]);
  });

  test('goes when its node is out of service, and only then', () => {
    const own = bench(
      node('broken', 'False', 'node.kubernetes.io/out-of-service'),
      node('silent', 'False', 'example.com/other'),
      node('healthy', 'True', 'node.kubernetes.io/out-of-service'),
      leaving('a', 'broken'),
      leaving('b', 'silent'),
      leaving('c', 'healthy'),
    );
    passes(own, 2);
    expect(names(own)).toEqual(['b', 'c']);
  });
});

describe('pods that have ended', () => {
  test('stay up to 12,500; of more the oldest go', () => {
    const { terminatedPodThreshold } = podGcConstants;
    const ended = Array.from({ length: terminatedPodThreshold + 3 }, (_, i) =>
      pod(`p-${i}`, 'here', { status: { phase: i % 2 === 0 ? 'Succeeded' : 'Failed' } }),
    ).map((each, i) => ({
      ...each,
      metadata: { ...each.metadata, creationTimestamp: (i * 7919) % 20_011 },
    }));
    const own = bench(node('here'), ...ended);
    passes(own, 1);
    const oldest = ended
      .toSorted((a, b) => a.metadata.creationTimestamp - b.metadata.creationTimestamp)
      .slice(0, 3)
      .map(({ metadata }) => metadata.name);
    const left = new Set(names(own));
    expect(left.size).toBe(terminatedPodThreshold);
    for (const name of oldest) expect(left.has(name), name).toBe(false);
  });
});
