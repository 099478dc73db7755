/**
 * What a workload needs and does not say: nodes to run on, namespaces to be in, an end of the pods
 * of Jobs. Whatever is added is named in a notice, because it decides the results.
 */

import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { IgnoredKind } from '../api/manifests.js';
import type { PodTemplateSpec } from '../api/pod.js';
import { behaviour } from '../api/pod-behaviour.js';
import type { Problem } from '../api/problem.js';
import type { Operation } from '../cluster/operation.js';
import type { Phase } from '../cluster/phase-operation.js';
import { hostsOf } from './cluster-of.js';
import { scenarioDefaults } from './constants.js';
import { withDefaults } from './defaults.js';
import { formatDuration } from './duration.js';
import { fittingPool, fittingRule, type PodDemand } from './node-pools.js';
import { namespaceOf, type ScenarioObject } from './objects.js';
import type { BuiltOperation } from './operations-of.js';
import { containersWithoutRequests, podTemplateOf } from './pod-templates.js';
import { problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';

/** Namespaces that every cluster has. */
const bornNamespaces: readonly string[] = [
  'default',
  'kube-node-lease',
  'kube-public',
  'kube-system',
];

/** A workload that can run. */
export interface CompletedWorkload {
  /** With node pools, and their defaults. */
  readonly spec: ScenarioSpec;
  /** With the namespaces that they need. */
  readonly operations: readonly Operation[];
  readonly notices: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Adds nodes and namespaces. `spec` has its defaults but for the node pools.
 *
 * @param isSound whether all objects are valid; others may lack the fields that are read here.
 */
export function completeWorkload(
  spec: ScenarioSpec,
  built: readonly BuiltOperation[],
  isSound: boolean,
): CompletedWorkload {
  const inNamespaces = withNamespaces(built);
  const { operations, notices: ofJobs } = isSound
    ? withRunTimes(inNamespaces.operations)
    : { operations: inNamespaces.operations, notices: [] };
  const notices = [...inNamespaces.notices, ...ofJobs];
  const objects = built.flatMap((each) => each.objects);
  const problems = isSound ? warnOfMissingRequests(objects) : [];
  if (spec.nodePools !== undefined) return { spec, operations, notices, problems };
  const pool = fittingPool(isSound ? built.flatMap(demandsOf) : []);
  const size = `${pool.count} nodes of ${pool.cpu} CPU and ${pool.memory}`;
  return {
    spec: withDefaults({ ...spec, nodePools: [pool] }),
    operations,
    notices: [
      `No nodes are described: the default pool has ${size} (rule: ${fittingRule}).`,
      ...notices,
    ],
    problems,
  };
}

/** The pods of one operation; createPods multiplies its template, createPodMix each of its own. */
function demandsOf({ operation, objects }: BuiltOperation): readonly PodDemand[] {
  return objects.flatMap(({ object }, index) => {
    const template = podTemplateOf(object);
    const { count = 1 } =
      operation.op === 'createPods'
        ? operation
        : operation.op === 'createPodMix'
          ? (operation.kinds[index] ?? {})
          : {};
    const factor = count;
    return template === undefined ? [] : [{ ...template, replicas: template.replicas * factor }];
  });
}

function withNamespaces(built: readonly BuiltOperation[]): {
  operations: readonly Operation[];
  notices: readonly string[];
} {
  const present = new Set(bornNamespaces);
  const added: string[] = [];
  const operations = built.flatMap(({ operation, objects }): readonly Operation[] => {
    for (const { object } of objects) {
      if (object.kind === 'Namespace') present.add(object.metadata.name);
    }
    const used = new Set(objects.map(({ object }) => namespaceOf(object)));
    const missing = [...used].filter((name) => name !== '' && !present.has(name));
    if (missing.length === 0) return [operation];
    const sorted = missing.sort((a, b) => (a < b ? -1 : 1));
    for (const name of sorted) present.add(name);
    added.push(...sorted);
    return withObjectsFirst(operation, sorted.map(namespaceObject));
  });
  if (added.length === 0) return { operations, notices: [] };
  const [noun, verb] = added.length === 1 ? ['Namespace', 'is'] : ['Namespaces', 'are'];
  const notice =
    `${noun} ${added.join(', ')} ${verb} used but not declared, and created first ` +
    '(kubectl would refuse).';
  return { operations, notices: [notice] };
}

/** Lets the pods of Jobs come to an end that their templates do not state. */
function withRunTimes(operations: readonly Operation[]): {
  operations: readonly Operation[];
  notices: readonly string[];
} {
  const changed: string[] = [];
  const runTime = formatDuration(scenarioDefaults.jobRunTimeUs);
  const ended = (object: KubernetesObject): KubernetesObject => {
    const found = withRunTime(object, runTime);
    if (found !== object) changed.push(`${object.kind} ${object.metadata.name}`);
    return found;
  };
  const completed = operations.map((each) => {
    if (each.op === 'phases')
      return { ...each, phases: each.phases.map((of) => endedIn(of, ended)) };
    return each.op === 'apply' || each.op === 'create'
      ? { ...each, objects: each.objects.map(ended) }
      : each;
  });
  const [first, ...more] = changed;
  if (first === undefined) return { operations, notices: [] };
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  const notice =
    `${first}${others} does not say how long its pods run: ${runTime} each; ` +
    `annotate its template with ${behaviour.runTime}.`;
  return { operations: completed, notices: [notice] };
}

function endedIn(phase: Phase, ended: (object: KubernetesObject) => KubernetesObject): Phase {
  if (phase.action === 'delete') return phase;
  return { ...phase, units: phase.units.map((unit) => unit.map(ended)) };
}

/** The object itself where it is no Job, or its template says when its containers end. */
function withRunTime(object: KubernetesObject, runTime: string): KubernetesObject {
  if (object.kind === 'Job') {
    const template = endingTemplate(object.spec.template, runTime);
    return template === undefined ? object : { ...object, spec: { ...object.spec, template } };
  }
  if (object.kind !== 'CronJob') return object;
  const { jobTemplate } = object.spec;
  const template = endingTemplate(jobTemplate.spec.template, runTime);
  if (template === undefined) return object;
  const spec = { ...jobTemplate.spec, template };
  return { ...object, spec: { ...object.spec, jobTemplate: { ...jobTemplate, spec } } };
}

function endingTemplate(
  template: PodTemplateSpec | undefined,
  runTime: string,
): PodTemplateSpec | undefined {
  const annotations = template?.metadata?.annotations ?? {};
  const ends = [behaviour.runTime, behaviour.crashAfter, behaviour.crashProbability];
  const isStated = Object.keys(annotations).some((key) => ends.some((end) => key.startsWith(end)));
  if (template === undefined || isStated) return undefined;
  const metadata = {
    ...template.metadata,
    annotations: { ...annotations, [behaviour.runTime]: runTime },
  };
  return { ...template, metadata };
}

/** As the API server stores one that names only itself. */
function namespaceObject(name: string): KubernetesObject {
  const labels = { 'kubernetes.io/metadata.name': name };
  const spec = { finalizers: ['kubernetes'] };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels }, spec };
}

function withObjectsFirst(
  operation: Operation,
  objects: readonly KubernetesObject[],
): readonly Operation[] {
  if (operation.op === 'apply' || operation.op === 'create') {
    return [{ ...operation, objects: [...objects, ...operation.objects] }];
  }
  const { atUs, source } = operation;
  return [{ op: 'apply', atUs, source, objects }, operation];
}

function warnOfMissingRequests(objects: readonly ScenarioObject[]): readonly Problem[] {
  let count = 0;
  let first: ScenarioObject | undefined;
  for (const entry of objects) {
    const template = podTemplateOf(entry.object);
    const missing = template === undefined ? 0 : containersWithoutRequests(template.spec);
    if (missing > 0) first ??= entry;
    count += missing;
  }
  if (first === undefined) return [];
  const { file, line, column } = first.manifest;
  const subject = count === 1 ? '1 container has' : `${count} containers have`;
  const message = `${subject} no requests, which the scheduler counts as nothing`;
  const expected = 'resources.requests with cpu and memory';
  const { noRequests } = scenarioProblemCodes;
  return [
    problemAt({ file, line, column }, noRequests, message, { severity: 'warning', expected }),
  ];
}

/** Notices about the cluster that nobody described. */
export function describeChoices(stated: ScenarioSpec, spec: ScenarioSpec): readonly string[] {
  const heartbeats = describeHeartbeats(spec);
  if (stated.controlPlane !== undefined) return heartbeats;
  const [host] = hostsOf(spec.controlPlane?.hosts);
  const members = spec.controlPlane?.etcd?.members;
  return [
    `No control plane is described: 1 host of ${host?.cores} cores with ${members} etcd member ` +
      'on local SSD.',
    ...heartbeats,
  ];
}

/** The notice about the load that lazy heartbeats leave out. */
function describeHeartbeats({ heartbeats }: ScenarioSpec): readonly string[] {
  if (heartbeats !== 'lazy') return [];
  return [
    'Heartbeats are lazy: while all is calm, Leases are not renewed and statuses without news not ' +
      'reported. What they would ask of the apiservers and of etcd is left out.',
  ];
}

/** The notice about kinds that are not simulated. */
export function describeIgnored(ignored: readonly IgnoredKind[]): readonly string[] {
  if (ignored.length === 0) return [];
  const kinds = ignored.map(({ count, kind }) => `${count} ${kind}`);
  return [`Ignored, because not simulated: ${kinds.join(', ')}.`];
}
