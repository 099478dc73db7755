/**
 * Stages as what the programs of pods do: a pod is ready, ends, fails or stops after the delay of
 * the Stage that is for it, as annotations say it to the kubelet.
 */

import { behaviour } from '../../../api/pod-behaviour.js';
import { formatDuration } from '../../../scenario/duration.js';
import { isTree, type Tree } from '../../../scenario/yaml-tree.js';
import { annotated, withPods } from '../live-object.js';
import {
  delayOf,
  effectOf,
  isFor,
  marksOf,
  type Stage,
  type StageDelay,
  type StagedPod,
  type StageEffect,
  weightOf,
} from './stage.js';

/** Kind of the controller of the pods that an object makes. */
const podOwners: Readonly<Record<string, string>> = {
  CronJob: 'Job',
  DaemonSet: 'DaemonSet',
  Deployment: 'ReplicaSet',
  Job: 'Job',
  ReplicaSet: 'ReplicaSet',
  ReplicationController: 'ReplicationController',
  StatefulSet: 'StatefulSet',
};

/** The object with the life that Stages give its pods; the same object when it has no pods. */
export function withLifeCycle(object: Tree, stages: readonly Stage[]): Tree {
  const ownerKind = podOwners[String(object['kind'])];
  return withPods(object, (pod) => {
    const metadata = isTree(pod['metadata']) ? pod['metadata'] : {};
    const staged = {
      labels: isTree(metadata['labels']) ? metadata['labels'] : {},
      annotations: isTree(metadata['annotations']) ? metadata['annotations'] : {},
      ownerKind,
    };
    const life = lifeOf(staged, stages);
    const isLate = life.some(([key, value]) => key === behaviour.readyAfter && value !== '0s');
    return life.reduce(
      (each, [key, value]) => (key in staged.annotations ? each : annotated(each, key, value)),
      isLate ? withReadinessProbes(pod) : pod,
    );
  });
}

/** Without a probe a pod is Ready as soon as its containers run. */
function withReadinessProbes(pod: Tree): Tree {
  const { spec } = pod;
  if (!isTree(spec) || !Array.isArray(spec['containers'])) return pod;
  const readinessProbe = { tcpSocket: { port: 80 }, periodSeconds: 1 };
  const containers = spec['containers'].map((each: Tree) => ({ readinessProbe, ...each }));
  return { ...pod, spec: { ...spec, containers } };
}

/** A Pod and a Job that show what Stages do: marked so that every Stage is for them. */
export function shownPods(stages: readonly Stage[]): readonly Tree[] {
  const marks = stages.flatMap(marksOf);
  const of = (where: 'labels' | 'annotations'): Tree =>
    Object.fromEntries(
      marks.flatMap((each) => (each.of === where ? [[each.name, each.value]] : [])),
    );
  const marked = { labels: of('labels'), annotations: of('annotations') };
  const requests = { cpu: '100m', memory: '64Mi' };
  const spec = {
    restartPolicy: 'Never',
    containers: [{ name: 'main', image: 'fake', resources: { requests } }],
  };
  const named = (name: string): Tree => ({ name, namespace: 'default' });
  return [
    { apiVersion: 'v1', kind: 'Pod', metadata: { ...named('pod'), ...marked }, spec },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: named('job'),
      spec: { template: { metadata: marked, spec } },
    },
  ];
}

/** The annotations that say what Stages do with a pod. */
export function lifeOf(
  pod: StagedPod,
  stages: readonly Stage[],
): readonly (readonly [key: string, value: string])[] {
  const matching = stages.filter((stage) => isFor(stage, pod));
  const chosen = (effect: StageEffect): Stage | undefined =>
    heaviest(
      matching.filter((stage) => effectOf(stage) === effect),
      pod,
    );
  const annotations: (readonly [string, string])[] = [];
  const add = (key: string, stage: Stage | undefined, text = drawn): void => {
    if (stage !== undefined) annotations.push([key, text(delayOf(stage, pod))]);
  };
  const [completed, failed] = [chosen('completed'), chosen('failed')];
  add(behaviour.readyAfter, chosen('ready'));
  add(behaviour.initRunTime, chosen('initialised'));
  add(behaviour.runTime, completed);
  add(behaviour.crashAfter, failed);
  if (failed !== undefined && completed !== undefined) {
    const [to, of] = [weightOf(failed, pod), weightOf(failed, pod) + weightOf(completed, pod)];
    annotations.push([behaviour.crashProbability, (of === 0 ? 0.5 : to / of).toFixed(4)]);
  }
  add(behaviour.stopTime, chosen('deleted'), ({ lowUs }) => formatDuration(lowUs));
  return annotations;
}

/** Of Stages with the same effect the one that is chosen most; of equal ones the first. */
function heaviest(stages: readonly Stage[], pod: StagedPod): Stage | undefined {
  return stages.reduce<Stage | undefined>(
    (best, stage) =>
      best !== undefined && weightOf(best, pod) >= weightOf(stage, pod) ? best : stage,
    undefined,
  );
}

function drawn({ lowUs, highUs }: StageDelay): string {
  const low = formatDuration(lowUs);
  return lowUs === highUs ? low : `${low}..${formatDuration(highUs)}`;
}
