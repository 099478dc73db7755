// What kubectl does to workloads, on a control plane without controllers: what it asks, what it
// refuses by itself.
import { describe, expect, test } from 'vitest';
import type { ControllerRevision } from '../../src/api/controller-revision.js';
import type { DaemonSet } from '../../src/api/daemon-set.js';
import type { Deployment } from '../../src/api/deployment.js';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { PodTemplateSpec } from '../../src/api/pod.js';
import type { ReplicaSet } from '../../src/api/replica-set.js';
import type { WorkloadOperation } from '../../src/cluster/workload-operation.js';
import { daemonSet, deployment, replicaSet, template } from '../support/objects.js';
import { DriverBench } from './bench.js';

const UID = 'uid-of-web';
const web = { kind: 'Deployment', namespace: 'default', name: 'web' };
const timed = { atUs: 0, source: 'operations[0]' };

const withUid = <T extends KubernetesObject>(object: T, extra: object = {}): T => ({
  ...object,
  metadata: { ...object.metadata, uid: UID, ...extra },
});

const owner = (kind: string) => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'web', uid: UID, controller: true }],
});

/** A Deployment of web:3 and ReplicaSets of all versions, of which the last is the present. */
function rolledOut(extra: Partial<Deployment['spec']> = {}): KubernetesObject[] {
  const present = deployment('web', 3, { template: template('web', 'web:3'), ...extra });
  const sets = [1, 2, 3].map((revision): ReplicaSet => {
    const base = replicaSet(`web-${revision}`, revision === 3 ? 3 : 0);
    const made = template('web', `web:${revision}`);
    const labels = { ...made.metadata?.labels, 'pod-template-hash': `h${revision}` };
    return {
      ...base,
      metadata: {
        ...base.metadata,
        ...owner('Deployment'),
        annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      },
      spec: { ...base.spec, template: { ...made, metadata: { labels } } },
    };
  });
  return [withUid(present), ...sets];
}

/** What an operation asks for, without when and where. */
type Asked<T> = T extends WorkloadOperation ? Omit<T, 'atUs' | 'source' | 'target'> : never;

function perform(
  preload: readonly KubernetesObject[],
  operation: Asked<WorkloadOperation>,
  target = web,
): DriverBench {
  const whole = { ...timed, target, ...operation } as WorkloadOperation;
  return new DriverBench(preload).perform([whole]);
}

const templateIn = (bench: DriverBench, key = 'Deployment/web'): PodTemplateSpec =>
  (bench.stored(key) as Deployment).spec.template;
const imageIn = (bench: DriverBench, key?: string): string | undefined =>
  templateIn(bench, key).spec.containers[0]?.image;

describe('rollout undo', () => {
  test('puts the template before the present one back, without the label of its ReplicaSet', () => {
    const bench = perform(rolledOut(), { op: 'rolloutUndo', toRevision: undefined });
    expect(bench.requests).toEqual([
      'get deployments default/web 200',
      'list replicasets default/ 200',
      'patch deployments default/web 200',
    ]);
    expect(imageIn(bench)).toBe('web:2');
    expect(templateIn(bench).metadata?.labels).toEqual({ app: 'web' });
    expect(bench.changes.lines).toEqual([
      'start rollout undo Deployment/default/web x1',
      'accept 0 web',
    ]);
  });

  test('goes to the revision that it is told', () => {
    const bench = perform(rolledOut(), { op: 'rolloutUndo', toRevision: 1 });
    expect(imageIn(bench)).toBe('web:1');
  });

  test('does nothing when that is the present one', () => {
    const bench = perform(rolledOut(), { op: 'rolloutUndo', toRevision: 3 });
    expect(bench.requests.filter((line) => line.startsWith('patch'))).toEqual([]);
    expect(bench.changes.lines.at(-1)).toMatch(/^accept 0/);
  });

  test.each<[string, KubernetesObject[], number | undefined, string]>([
    ['an unknown revision', rolledOut(), 9, 'unable to find specified revision 9 in history'],
    [
      'a first rollout',
      [withUid(deployment('web', 3))],
      undefined,
      'no rollout history found for deployments.apps "web"',
    ],
    [
      'a paused rollout',
      rolledOut({ paused: true }),
      undefined,
      "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
    ],
    ['what is not there', [], undefined, 'deployments.apps "web" not found'],
  ])('is refused for %s', (_, preload, toRevision, message) => {
    const bench = perform(preload, { op: 'rolloutUndo', toRevision });
    expect(bench.changes.lines.at(-1)).toBe(`refuse 0 ${message}`);
  });

  test('of a DaemonSet takes the template of its ControllerRevision', () => {
    const set = withUid<DaemonSet>(daemonSet('web'));
    const revisions = [1, 2].map(
      (revision): ControllerRevision => ({
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: { name: `web-${revision}`, namespace: 'default', ...owner('DaemonSet') },
        data: { spec: { template: template('web', `web:${revision}`) } },
        revision,
      }),
    );
    const target = { ...web, kind: 'DaemonSet' };
    const bench = perform(
      [set, ...revisions],
      { op: 'rolloutUndo', toRevision: undefined },
      target,
    );
    expect(imageIn(bench, 'DaemonSet/web')).toBe('web:1');
  });
});

describe('rollout pause and resume', () => {
  test('set and clear the field', () => {
    const paused = perform(rolledOut(), { op: 'rolloutPause' });
    expect((paused.stored('Deployment/web') as Deployment).spec.paused).toBe(true);
    const resumed = perform(rolledOut({ paused: true }), { op: 'rolloutResume' });
    expect((resumed.stored('Deployment/web') as Deployment).spec.paused).toBeUndefined();
  });

  test.each([
    ['rolloutPause', true, 'deployments.apps "web" is already paused'],
    ['rolloutResume', false, 'deployments.apps "web" is not paused'],
  ] as const)('%s refuses what is so already', (op, paused, message) => {
    const bench = perform(rolledOut({ paused }), { op });
    expect(bench.changes.lines.at(-1)).toBe(`refuse 0 ${message}`);
  });
});

describe('set image', () => {
  test.each([
    ['app', 'web:9'],
    ['*', 'web:9'],
  ])('gives the container %s its image and keeps the rest', (name, image) => {
    const bench = perform(rolledOut(), { op: 'setImage', images: [[name, image]] });
    expect(imageIn(bench)).toBe('web:9');
    const [container] = templateIn(bench).spec.containers;
    expect(container?.resources).toEqual({ requests: { cpu: '100m', memory: '128Mi' } });
  });

  test('refuses a container that is not there', () => {
    const bench = perform(rolledOut(), { op: 'setImage', images: [['db', 'web:9']] });
    expect(bench.changes.lines.at(-1)).toBe('refuse 0 unable to find container named "db"');
  });
});

test('label and annotate set keys and take them away', () => {
  const labelled = perform(rolledOut(), { op: 'label', marks: { tier: 'front' } });
  expect(labelled.stored('Deployment/web')?.metadata.labels).toMatchObject({ tier: 'front' });
  const [present, ...others] = rolledOut();
  const marked = withUid(present as Deployment, { annotations: { old: '1', kept: '2' } });
  const marks = { old: null, fresh: '3' };
  const annotated = perform([marked, ...others], { op: 'annotate', marks });
  expect(annotated.stored('Deployment/web')?.metadata.annotations).toEqual({
    kept: '2',
    fresh: '3',
  });
});

test('autoscale creates the autoscaler', () => {
  const autoscaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default' },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 5 },
  } as const;
  const bench = perform(rolledOut(), { op: 'autoscale', autoscaler });
  expect(bench.requests).toEqual(['create horizontalpodautoscalers default/web 201']);
  expect(bench.changes.lines[0]).toBe('start autoscale Deployment/default/web x1');
});
