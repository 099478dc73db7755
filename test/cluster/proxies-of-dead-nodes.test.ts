// Whom network programming waits for: the proxy of a node whose machine is off programs nothing,
// that of a node whose kubelet alone is down goes on.
import { describe, expect, it } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { loaded } from '../scenario/memory-files.js';

const web = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 1, \
selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, \
spec: {nodeSelector: {tier: quick}, containers: [{name: c, image: i}]}}}}`;

/** Seconds from Ready until all have programmed the endpoint, when a slow node has that fault. */
function programmingSeconds(fault: string): number {
  const scenario = loaded(`until: horizon
horizon: 60s
applicationStart: 0s
nodePools:
  - {name: quick, count: 1, cpu: 4, memory: 8Gi, labels: {tier: quick}, images: [i]}
  - {name: slow, count: 1, cpu: 4, memory: 8Gi, kubeProxy: {version: '1.25', cpuFactor: 60}}
workload:
  operations:
    - op: apply
      objects: [{apiVersion: v1, kind: Service, metadata: {name: web}, \
spec: {selector: {app: web}, ports: [{port: 80}]}}]
    - {op: sleep, duration: 20s}
    ${fault}
    - {op: apply, objects: [${web}]}`);
  const [pod] = runScenario(scenario).pods;
  return ((pod?.endpointProgrammedUs ?? 0) - (pod?.readyUs ?? 0)) / 1_000_000;
}

describe('network programming', () => {
  it('waits for a slow proxy, also while its kubelet is down', () => {
    const found = programmingSeconds('');
    expect(found).toBeGreaterThan(5);
    const fault = '- {op: nodeFault, fault: stopKubelet, nodes: [slow-0]}';
    expect(programmingSeconds(fault)).toBeCloseTo(found, 0);
  });

  it('does not wait for one whose machine is off', () => {
    const found = programmingSeconds('- {op: nodeFault, fault: crash, nodes: [slow-0]}');
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThan(2);
  });
});
