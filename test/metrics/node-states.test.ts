import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Node } from '../../src/api/node.js';
import type { Pod, PodPhase } from '../../src/api/pod.js';
import { NodeStates } from '../../src/metrics/node-states.js';
import { pod, Story } from './story.js';

function node(name: string, overrides: Partial<Node['status']> = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: name, labels: { 'topology.kubernetes.io/zone': 'zone-b' } },
    spec: {},
    status: {
      capacity: { cpu: '4', memory: '8Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True' }],
      ...overrides,
    },
  };
}

function asking(name: string, cpu: string, nodeName?: string, phase: PodPhase = 'Pending'): Pod {
  const resources = { requests: { cpu, memory: '1Mi' } };
  return {
    ...pod(name),
    spec: { containers: [{ name: 'app', resources }], ...(nodeName && { nodeName }) },
    status: { phase },
  };
}

function told(): Story & { readonly states: NodeStates } {
  const states = new NodeStates();
  return Object.assign(new Story(() => [states]), { states });
}

describe('the row of a node', () => {
  test('has what the node offers and what is asked of it', () => {
    const story = told().put(node('n', { allocatable: { cpu: '3800m', memory: '7Gi' } }));
    story.put(asking('a', '250m', 'n'), asking('b', '1', 'n'), asking('c', '9'));
    story.states.imagePulled('n', 'nginx:1', 70_000_000, 5);
    story.states.imagePulled('n', 'redis:8', 30_000_000, 5);
    expect(story.states.rows).toEqual([
      {
        name: 'n',
        zone: 'zone-b',
        ready: true,
        pods: 2,
        cpuAllocatableMilli: 3800,
        cpuRequestedMilli: 1250,
        memoryAllocatableBytes: 7 * 1024 ** 3,
        memoryRequestedBytes: 2 * 1024 ** 2,
        imagesPulled: 2,
        imageBytesPulled: 100_000_000,
      },
    ]);
  });

  test('falls back to the capacity, no zone and not ready', () => {
    const bare = { ...node('n', { conditions: [] }), metadata: { name: 'n', uid: 'n' } };
    const [row] = told().put(bare).states.rows;
    expect(row).toMatchObject({ zone: '', ready: false, cpuAllocatableMilli: 4000, pods: 0 });
  });

  test('stands in order of registration, and goes with its node', () => {
    const story = told()
      .put(node('b'), node('a'), node('c'))
      .put(node('a', { conditions: [] }));
    expect(story.states.rows.map(({ name, ready }) => [name, ready])).toEqual([
      ['b', true],
      ['a', false],
      ['c', true],
    ]);
    story.remove('Node', 'b');
    expect(story.states.rows.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(story.states.nodeCount).toBe(2);
  });
});

test('pods and requests of every node equal a recount after any history', () => {
  const state = fc.record({
    cpu: fc.constantFrom('100m', '1', '2500m'),
    nodeName: fc.constantFrom('n', 'm', undefined),
    phase: fc.constantFrom<PodPhase>('Pending', 'Running', 'Succeeded', 'Failed'),
  });
  const step = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.option(state));
  fc.assert(
    fc.property(fc.array(step), (history) => {
      const story = told().put(node('n'), node('m'));
      const pods = new Map<string, Pod>();
      for (const [name, next] of history) {
        if (next !== null) {
          pods.set(name, asking(name, next.cpu, next.nodeName, next.phase));
          story.put(pods.get(name) as Pod);
        } else if (pods.delete(name)) {
          story.remove('Pod', name);
        }
      }
      const milli: Readonly<Record<string, number>> = { '100m': 100, '1': 1000, '2500m': 2500 };
      for (const row of story.states.rows) {
        const here = [...pods.values()].filter(
          ({ spec, status }) =>
            spec.nodeName === row.name && ['Pending', 'Running'].includes(status?.phase ?? ''),
        );
        const asked = here.map(
          ({ spec }) => spec.containers[0]?.resources?.requests?.['cpu'] ?? '',
        );
        expect(row.pods).toBe(here.length);
        expect(row.cpuRequestedMilli).toBe(asked.reduce((sum, cpu) => sum + (milli[cpu] ?? 0), 0));
        expect(row.memoryRequestedBytes).toBe(here.length * 1024 ** 2);
      }
    }),
  );
});
