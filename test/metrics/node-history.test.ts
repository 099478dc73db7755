import { describe, expect, test } from 'vitest';
import { NodeHistoryRecorder, type NodeUse } from '../../src/metrics/node-history.js';
import { NodeStates } from '../../src/metrics/node-states.js';
import { pod, Story } from './story.js';

const idle: NodeUse = { ready: true, pods: 0, cpuShare: 0, memoryShare: 0 };

/** Rows of the table of changes: sample, node, state, pods, CPU, memory. */
function rows({ history }: NodeHistoryRecorder): number[][] {
  return history.sample.map((sample, row) => [
    sample,
    history.node[row] ?? -1,
    history.state[row] ?? -1,
    history.pods[row] ?? -1,
    history.cpuPercent[row] ?? -1,
    history.memoryPercent[row] ?? -1,
  ]);
}

describe('the history of nodes', () => {
  test('holds changes only, in whole percents', () => {
    const recorder = new NodeHistoryRecorder();
    recorder.note(0, 'a', 'zone-a', idle);
    recorder.note(1, 'a', 'zone-a', { ...idle, cpuShare: 0.0049 });
    recorder.note(2, 'a', 'zone-a', { ...idle, pods: 1, cpuShare: 0.255, memoryShare: 1.2 });
    recorder.note(3, 'a', 'zone-a', { ...idle, pods: 1, cpuShare: 0.2549, memoryShare: 1.2 });
    expect(rows(recorder)).toEqual([
      [0, 0, 2, 0, 0, 0],
      [2, 0, 2, 1, 26, 120],
      [3, 0, 2, 1, 25, 120],
    ]);
  });

  test('tells ready, not ready and gone apart, and knows a node that comes again', () => {
    const recorder = new NodeHistoryRecorder();
    recorder.note(0, 'b', 'zone-b', idle);
    recorder.note(0, 'a', '', { ...idle, ready: false });
    recorder.note(1, 'b', '', undefined);
    recorder.note(4, 'b', 'zone-b', { ...idle, pods: 2 });
    expect(recorder.history.names).toEqual(['b', 'a']);
    expect(recorder.history.zones).toEqual(['zone-b', '']);
    expect(rows(recorder).map(([sample, node, state]) => [sample, node, state])).toEqual([
      [0, 0, 2],
      [0, 1, 1],
      [1, 0, 0],
      [4, 0, 2],
    ]);
  });

  test('knows nothing of a node that was never registered', () => {
    const recorder = new NodeHistoryRecorder();
    recorder.note(0, 'ghost', '', undefined);
    expect(recorder.history.names).toEqual([]);
    expect(rows(recorder)).toEqual([]);
  });
});

test('samples of node states follow what is committed between them', () => {
  const states = new NodeStates();
  const story = new Story(() => [states]);
  const node = {
    apiVersion: 'v1' as const,
    kind: 'Node' as const,
    metadata: { name: 'n', uid: 'n' },
    spec: {},
    status: {
      capacity: { cpu: '4', memory: '8Gi', pods: '110' },
      conditions: [{ type: 'Ready' as const, status: 'True' as const }],
    },
  };
  const resources = { requests: { cpu: '1', memory: '2Gi' } };
  const asking = {
    ...pod('a'),
    spec: { nodeName: 'n', containers: [{ name: 'app', image: 'nginx:1', resources }] },
  };
  story.put(node);
  states.sample(0);
  story.put(asking);
  states.sample(1);
  states.sample(2);
  story.remove('Node', 'n');
  states.sample(3);
  expect(states.history).toMatchObject({
    names: ['n'],
    sample: [0, 1, 3],
    state: [2, 2, 0],
    pods: [0, 1, 0],
    cpuPercent: [0, 25, 0],
    memoryPercent: [0, 25, 0],
  });
});
