// A week of 500 nodes whose heartbeats are lazy: pods of a Deployment, renewed every day, and a
// node that fails each day.

import { runScenario } from '../dist/experiment/run-scenario.js';
import { cpuSeconds, scenarioOf } from './whole-run.mjs';

const NODES = 500;
const DAYS = 7;
const PODS = 500;

const deployment =
  '{apiVersion: apps/v1, kind: Deployment, metadata: {name: shop, namespace: default}, ' +
  `spec: {replicas: ${PODS}, selector: {matchLabels: {app: shop}}, template: {metadata: ` +
  '{labels: {app: shop}}, spec: {containers: [{name: c, image: i, resources: ' +
  '{requests: {cpu: 100m}}}]}}}}';

const daily = Array.from({ length: DAYS }, (_, day) => [
  `{op: nodeFault, at: ${24 * day + 6}h, fault: crash, nodes: [workers-${day}], duration: 20m}`,
  `{op: rolloutRestart, at: ${24 * day + 18}h, target: Deployment/default/shop}`,
]).flat();

const week = `
  seed: 1
  until: horizon
  horizon: ${24 * DAYS}h
  heartbeats: lazy
  outputs: {sampleInterval: 10m}
  controlPlane:
    hosts: {count: 3, cores: 8}
    etcd: {members: 3}
  nodePools:
    - {name: workers, count: ${NODES}, cpu: 4, memory: 16Gi, images: [i]}
  workload:
    operations:
      - {op: apply, objects: [${deployment}]}
${daily.map((line) => `      - ${line}`).join('\n')}
`;

function secondsOfAWeek() {
  const startCpu = cpuSeconds();
  const { outcome, pods } = runScenario(scenarioOf(week));
  const cpu = cpuSeconds() - startCpu;
  if (outcome.partial || pods.length < PODS * (DAYS + 1)) throw new Error(outcome.message);
  return cpu;
}

export const cases = [
  {
    name: 'lazy-week-500-nodes',
    unit: 's',
    atMost: 120,
    timeoutSeconds: 3_000,
    isLong: true,
    measure: secondsOfAWeek,
  },
];
