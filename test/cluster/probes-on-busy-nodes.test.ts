// Probes that run commands on a node whose CPU is used up: what they make of a pod depends on what
// it requests.
import { describe, expect, it } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { loaded } from '../scenario/memory-files.js';

const exec = (more: string): string => `{exec: {command: [check]}, ${more}}`;

/** A pod on the node; `more`: of its container. */
function pod(name: string, more: string, annotations = ''): string {
  return (
    `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, annotations: {${annotations}}}, ` +
    `spec: {containers: [{name: c, image: i, ${more}}]}}`
  );
}

const liveness = `livenessProbe: ${exec('periodSeconds: 10, failureThreshold: 3')}`;
const early = [
  pod('hog', 'resources: {requests: {cpu: 1}}', 'kubeclock.dev/cpu-use: "0s=0,60s=4"'),
  pod('poor', liveness),
  pod('rich', `${liveness}, resources: {requests: {cpu: 500m}}`),
  pod('patient', `livenessProbe: ${exec('timeoutSeconds: 10')}`),
  pod('http', 'livenessProbe: {httpGet: {port: 80}}'),
];
const late = [
  pod('unready', `readinessProbe: ${exec('periodSeconds: 5')}`),
  pod('slow', `readinessProbe: ${exec('periodSeconds: 5, timeoutSeconds: 10')}`),
  pod('other', 'readinessProbe: {httpGet: {port: 80}}'),
  pod('unstarted', `startupProbe: ${exec('periodSeconds: 5, failureThreshold: 2')}`),
];

/** A node of two cores, on which a pod that requests one asks for four from second 60 on. */
const result = runScenario(
  loaded(`until: horizon
horizon: 110s
applicationStart: 0s
nodePools: [{name: a, count: 1, cpu: 2, memory: 8Gi, images: [i]}]
workload:
  operations:
    - {op: apply, objects: [${early.join(', ')}]}
    - {op: sleep, duration: 70s}
    - {op: apply, objects: [${late.join(', ')}]}`),
);

const eventsOf = (name: string) =>
  result.kubernetesEvents.filter(({ involved }) => involved === `Pod/${name}`);

const secondsReady = (name: string): number | undefined => {
  const row = result.pods.find((each) => each.name === name);
  return row?.readyUs === undefined ? undefined : (row.readyUs - row.createdUs) / 1_000_000;
};

describe('a liveness probe that runs a command', () => {
  it('kills a container that gets too little to answer three times in time', () => {
    const unhealthy = eventsOf('poor').filter(({ reason }) => reason === 'Unhealthy');
    expect(unhealthy.length).toBeGreaterThan(0);
    const atSeconds = (unhealthy[0]?.timeUs ?? 0) / 1_000_000;
    expect(atSeconds).toBeGreaterThan(60 + 20);
    expect(atSeconds).toBeLessThan(60 + 35);
  });

  it.each(['rich', 'patient', 'http'])('spares the pod %s', (name) => {
    expect(eventsOf(name).map(({ reason }) => reason)).not.toContain('Unhealthy');
  });
});

describe('probes of pods that start on such a node', () => {
  it('find nobody Ready whose answers all take too long', () => {
    expect(secondsReady('unready')).toBeUndefined();
  });

  it('find a pod Ready when the command is done, where they wait for it', () => {
    const slow = secondsReady('slow') ?? 0;
    const other = secondsReady('other') ?? 0;
    expect(slow - other).toBeGreaterThan(1.5);
    expect(slow - other).toBeLessThan(8);
  });

  it('have a container killed that has not started for as often as it may fail', () => {
    const reasons = eventsOf('unstarted').map(({ reason }) => reason);
    expect(reasons).toContain('Unhealthy');
    expect(secondsReady('unstarted')).toBeUndefined();
  });
});
