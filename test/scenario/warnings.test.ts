import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import type { LoadedScenario } from '../../src/scenario/scenario.js';
import { deployment, load, loaded, service } from './memory-files.js';

const web = deployment('web', 2);

describe('warnings', () => {
  const warningsOf = (objects: string): readonly string[] =>
    load(`workload: {operations: [{op: apply, objects: [${objects}]}]}`)
      .problems.filter(({ severity }) => severity === 'warning')
      .map(({ code, message }) => `${code} ${message}`);

  test('a workload without faults has none', () => {
    expect(warningsOf(`${web}, ${service('web')}`)).toEqual([]);
  });

  test('a Service that selects nothing', () => {
    expect(warningsOf(`${web}, ${service('web', 'wob')}`)).toEqual([
      'KUBECLOCK2101 Service "web" selects no pod of this workload (app=wob)',
    ]);
  });

  test('two objects of one name, of which the second is applied over the first', () => {
    const { problems, scenario } = load(
      `workload: {operations: [{op: apply, objects: [${web}, ${deployment('web', 3)}]}]}`,
    );
    expect(problems.map(({ severity, code }) => [severity, code])).toEqual([
      ['warning', 'KUBECLOCK1007'],
    ]);
    const result = runScenario(scenario as LoadedScenario);
    expect(result.pods.length).toBe(3);
    expect(result.convergence.map(({ reason }) => reason)).toEqual(['', '']);
  });

  test('a Service of another namespace selects nothing', () => {
    const elsewhere = service('web').replace('{name: web}', '{name: web, namespace: other}');
    expect(warningsOf(`${web}, ${elsewhere}`)).toHaveLength(1);
  });

  test('an ExternalName Service and one without selector are left alone', () => {
    const external =
      '{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: ExternalName, externalName: x.example, selector: {app: none}}}';
    const bare =
      '{apiVersion: v1, kind: Service, metadata: {name: b}, spec: {ports: [{port: 80}]}}';
    expect(warningsOf(`${web}, ${external}, ${bare}`)).toEqual([]);
  });

  test('a PodDisruptionBudget that selects nothing', () => {
    const budget =
      '{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b}, spec: {minAvailable: 1, selector: {matchLabels: {app: none}}}}';
    expect(warningsOf(`${web}, ${budget}`).join()).toContain(
      'KUBECLOCK2101 PodDisruptionBudget "b"',
    );
  });

  test('an autoscaler without its target', () => {
    const autoscaler =
      '{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: h}, spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: wob}}}';
    expect(warningsOf(`${web}, ${autoscaler}`).join()).toContain('Deployment/default/wob');
    expect(warningsOf(`${web}, ${autoscaler.replace('wob', 'web')}`)).toEqual([]);
  });

  test('a required affinity term that matches no pod', () => {
    const term = '{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: APP}}}';
    const spread = (app: string): string =>
      web.replace(
        'spec: {containers',
        `spec: {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [${term.replace('APP', app)}]}}, containers`,
      );
    expect(warningsOf(spread('web'))).toEqual([]);
    expect(warningsOf(spread('other')).join()).toContain('KUBECLOCK2103');
  });

  test('containers without requests are counted in one warning', () => {
    const bare = (name: string): string => deployment(name, 3, '{}');
    expect(warningsOf(`${bare('a')}, ${web}, ${bare('b')}`)).toEqual([
      'KUBECLOCK2104 2 containers have no requests, which the scheduler counts as nothing',
    ]);
  });

  test('strict makes errors of them, and of kinds that are not simulated', () => {
    const objects = `${deployment('a', 1, '{}')}, {apiVersion: example.com/v1, kind: Widget, metadata: {name: w}}`;
    const spec = `workload: {operations: [{op: apply, objects: [${objects}]}]}`;
    expect(loaded(spec).ignored).toEqual([
      { apiVersion: 'example.com/v1', kind: 'Widget', count: 1 },
    ]);
    const { scenario, problems } = load(spec, {}, { strict: true });
    expect(scenario).toBeUndefined();
    expect(problems.map(({ severity, code }) => [severity, code])).toEqual([
      ['error', 'KUBECLOCK2104'],
      ['error', 'KUBECLOCK1006'],
    ]);
  });
});
