// A recorded run's figures, predicted: its input, simulated on the machine that a profile
// describes.
import type { ClusterSpec } from '../../cluster/cluster-spec.js';
import { loadScenario } from '../../scenario/load.js';
import { Bench } from './bench.js';
import { IMAGE, NEXT_IMAGE } from './objects.js';
import type { Figures } from './pod-stamps.js';
import { protocols } from './protocols.js';
import type { RunInput } from './run-input.js';

/** A machine profile: the file's name, for messages, and its text. */
export interface Profile {
  readonly file: string;
  readonly text: string;
}

/** Figures by their names in a summary.json, or why there are none. */
export type Prediction = { readonly figures: Figures } | { readonly notModelled: string };

/** Nodes of recorded clusters: 32 CPU, 256Gi, 110 pods, three zones. */
function scenarioText({ nodes, scheduler, controllerManager }: RunInput): string {
  const limit = ({ qps, burst }: RunInput['scheduler']): object => ({
    kubeAPIQPS: qps,
    kubeAPIBurst: burst,
  });
  const pool = {
    name: 'node',
    count: nodes,
    cpu: '32',
    memory: '256Gi',
    pods: 110,
    zones: ['zone-a', 'zone-b', 'zone-c'],
    images: [IMAGE, NEXT_IMAGE],
  };
  const spec = {
    controlPlane: { scheduler: limit(scheduler), controllerManager: limit(controllerManager) },
    nodePools: [pool],
    clusterDns: { replicas: 0 },
  };
  const head = { apiVersion: 'kubeclock.dev/v1alpha1', kind: 'Scenario' };
  return JSON.stringify({ ...head, metadata: { name: 'recorded-run' }, spec });
}

/**
 * The cluster of a run. @throws AssertionError when the profile does not load; the command has
 * checked it before.
 */
function clusterOf(input: RunInput, profile: Profile): ClusterSpec {
  const noFiles = { read: () => '', list: () => [] };
  const { scenario, problems } = loadScenario(scenarioText(input), 'recorded run', noFiles, {
    profile,
  });
  if (scenario === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  return scenario.cluster;
}

/** Simulates one run; equal arguments give equal figures. */
export function predict(input: RunInput, profile: Profile, seed: string): Prediction {
  const protocol = protocols.get(input.kind);
  if (protocol === undefined) return { notModelled: `scenario kind "${input.kind}"` };
  const agents = input.kubeletEvents > 0 ? { recordEvents: true } : {};
  const bench = new Bench(seed, clusterOf(input, profile), agents, input.otherCores);
  protocol(bench, input);
  return { figures: bench.figures };
}
