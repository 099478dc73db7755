// Small recordings made by hand, for a profile of two filters and one score: two nodes, pods that
// fit or not. Everything expected here was worked out on paper.

import type { RecordingSource } from '../../../src/experiment/conformance/conformance.js';
import type {
  Json,
  JsonObject,
  RecordedCase,
} from '../../../src/experiment/conformance/recording.js';

/** NodeName and NodeResourcesFit filter, NodeResourcesFit scores cpu alone with weight 3. */
export const smallProfile: JsonObject = {
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  profiles: [
    {
      schedulerName: 'small',
      plugins: {
        multiPoint: {
          disabled: [{ name: '*' }],
          enabled: [
            { name: 'SchedulingGates' },
            { name: 'PrioritySort' },
            { name: 'NodeName' },
            { name: 'NodeAffinity' },
            { name: 'NodeResourcesFit', weight: 3 },
            { name: 'DefaultBinder' },
          ],
        },
      },
      pluginConfig: [
        {
          name: 'NodeResourcesFit',
          args: { scoringStrategy: { resources: [{ name: 'cpu', weight: 1 }] } },
        },
      ],
    },
  ],
};

/** A node of 10 pods. */
export function node(name: string, cpu: string): JsonObject {
  return { metadata: { name }, status: { allocatable: { cpu, memory: '8Gi', pods: '10' } } };
}

/** A pod of the small profile. */
export function pod(name: string, cpu: string, spec: JsonObject = {}): JsonObject {
  const containers = [{ name: 'c', resources: { requests: { cpu, memory: '1Gi' } } }];
  return {
    metadata: { name, namespace: 'default' },
    spec: { containers, schedulerName: 'small', ...spec },
  };
}

const insufficientCpu = { code: 'UnschedulableAndUnresolvable', reasons: ['Insufficient cpu'] };

/** 2 of 4 CPU are free on `a`, 8 of 8 on `b`: the pod of 2 CPU scores 0 and 75. */
export const fittingCase: RecordedCase = {
  id: 'hand-1',
  family: 'hand',
  config: smallProfile,
  cluster: {
    nodes: [node('a', '4'), node('b', '8'), node('tiny', '1')],
    pods: [pod('old', '2', { nodeName: 'a' })],
  },
  pod: pod('new', '2'),
  expected: {
    preEnqueue: null,
    perPluginPreFilter: {
      NodeAffinity: { code: 'Skip', plugin: 'NodeAffinity', reasons: [], nodeNames: null },
    },
    preFilter: { code: 'Success', plugin: '', reasons: [], nodeNames: null },
    skippedFilterPlugins: ['NodeAffinity'],
    perPluginFilter: { NodeResourcesFit: { tiny: insufficientCpu } },
    filter: { a: null, b: null, tiny: { ...insufficientCpu, plugin: 'NodeResourcesFit' } },
    feasibleNodes: ['a', 'b'],
    skippedScorePlugins: ['NodeAffinity'],
    weights: { NodeAffinity: 1, NodeResourcesFit: 3 },
    scores: {
      NodeResourcesFit: { a: { raw: 0, normalized: 0 }, b: { raw: 75, normalized: 75 } },
    },
    total: { a: 0, b: 225 },
    schedulePod: { selectedHost: 'b', evaluatedNodes: 3, feasibleNodes: 2 },
    fitErrorMessage: null,
    postFilter: null,
  },
};

/** Files of recordings as they would lie in a folder. */
export function folderOf(
  files: Readonly<Record<string, Json | readonly RecordedCase[]>>,
  inputs: Readonly<Record<string, string>> = {},
): RecordingSource {
  return {
    files: Object.keys(files).sort(),
    read: (file) => {
      const content = files[file];
      const isLines = file.endsWith('.ndjson');
      if (!isLines) return JSON.stringify(content);
      return (content as readonly Json[]).map((line) => `${JSON.stringify(line)}\n`).join('');
    },
    readInput: (name) => inputs[name],
  };
}
