/**
 * What no schema can see: operations that refer to things that are not there, selectors that match
 * nothing, numbers that contradict each other.
 */

import { didYouMean } from '../api/did-you-mean.js';
import { findDuplicateObjects } from '../api/duplicate-objects.js';
import type { FieldPath } from '../api/field-path.js';
import type { Problem } from '../api/problem.js';
import { resourceKindOfResource, resourceKinds } from '../api/resource-kinds.js';
import { flowControlObjects } from '../cluster/bootstrap.js';
import { nodeOfPool } from '../cluster/cluster-spec.js';
import { dnsObjects } from '../cluster/dns-addon.js';
import type { SelectableNode } from '../cluster/node-selection.js';
import type {
  CreateNodesOperation,
  ObjectReference,
  RestartOperation,
} from '../cluster/operation.js';
import type { PhasesOperation } from '../cluster/phase-operation.js';
import type { AutoscaleOperation } from '../cluster/workload-operation.js';
import { autoscalerProblems } from './autoscaler-of.js';
import { cloudProblems } from './cloud-of.js';
import { hostsOf } from './cluster-of.js';
import { dnsProblems } from './dns-of.js';
import { electedProblems, replicasOf } from './elected-of.js';
import { etcdProblems } from './etcd-of.js';
import { checkEtcdOperation } from './etcd-operations.js';
import { type FaultPlaces, FaultSequence } from './fault-operations.js';
import { checkInitialObjects } from './initial-objects.js';
import { kubeProxyProblems } from './kube-proxy-of.js';
import { networkProblems } from './network-of.js';
import { nodeCidrProblems } from './node-cidrs.js';
import { nodePoolOf } from './node-pools.js';
import { namespaceOf, type ScenarioObject } from './objects.js';
import type { BuiltOperation } from './operations-of.js';
import { podAutoscalingProblems } from './pod-autoscaling.js';
import { podMixProblems } from './pod-mix-of.js';
import { mirrorsOf } from './pool-objects.js';
import { type PlaceOf, problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type { NodePoolText, ScenarioSpec } from './schema.js';
import { scopeProblems } from './scope-checks.js';
import { storageProblems } from './storage-of.js';
import { formatTarget } from './targets.js';
import { workloadKinds } from './workload-operations.js';

const codes = scenarioProblemCodes;

/** Kinds that `scale` works on. */
const scalable: ReadonlySet<string> = new Set([
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
]);

/** The nodes of pools, which are numbered from 0 where they have no names of their own. */
class NodeCounts {
  readonly #counts = new Map<string, number>();
  readonly #named = new Set<string>();

  name(names: readonly string[]): void {
    for (const name of names) this.#named.add(name);
  }

  add(pool: string, count: number): void {
    this.#counts.set(pool, (this.#counts.get(pool) ?? 0) + count);
  }

  get(pool: string): number {
    return this.#counts.get(pool) ?? 0;
  }

  /** True when a node of that name is there by now. */
  has(name: string): boolean {
    if (this.#named.has(name)) return true;
    const [, pool = '', index = ''] = /^(.*)-(0|[1-9]\d*)$/.exec(name) ?? [];
    return index !== '' && Number(index) < (this.#counts.get(pool) ?? 0);
  }
}

/** Everything wrong with the cluster as a whole. `spec` has its defaults. */
export function checkCluster(spec: ScenarioSpec, placeOf: PlaceOf): readonly Problem[] {
  const problems: Problem[] = [];
  const hosts = hostsOf(spec.controlPlane?.hosts).map(({ name }) => name);
  const found = [
    ...etcdProblems(spec, hosts),
    ...electedProblems(spec, hosts.length),
    ...kubeProxyProblems(spec),
    ...nodeCidrProblems(spec),
    ...storageProblems(spec.storage),
    ...networkProblems(spec),
    ...dnsProblems(spec),
    ...cloudProblems(spec, hosts.length),
    ...autoscalerProblems(spec, hosts.length),
    ...podMixProblems(spec),
    ...scopeProblems(spec),
  ];
  for (const { steps, message, expected, suggestion } of found) {
    const path = ['spec', ...steps];
    const more = { path, expected, suggestion };
    problems.push(problemAt(placeOf(path), codes.impossible, message, more));
  }
  checkPools(spec, placeOf, problems);
  return problems;
}

/** Everything wrong with the load that a workload brings. */
export function checkLoads(
  spec: ScenarioSpec,
  built: readonly BuiltOperation[],
  placeOf: PlaceOf,
): readonly Problem[] {
  return podAutoscalingProblems(spec, built).map(({ steps, message }) => {
    const path = ['spec', ...steps];
    return problemAt(placeOf(path), codes.impossible, message, { path });
  });
}

function checkPools(spec: ScenarioSpec, placeOf: PlaceOf, problems: Problem[]): void {
  const seen = new Set<string>();
  const named = new Set<string>();
  for (const [index, pool] of (spec.nodePools ?? []).entries()) {
    const path: FieldPath = ['spec', 'nodePools', index];
    if (seen.has(pool.name)) {
      const at = [...path, 'name'];
      const message = `a node pool named "${pool.name}" is there already`;
      problems.push(problemAt(placeOf(at), codes.duplicateName, message, { path: at }));
    }
    seen.add(pool.name);
    const most = pool.count + addedTo(pool.name, spec);
    checkNames(pool, most, [...path, 'nodeNames'], named, (at, message) =>
      problems.push(problemAt(placeOf(at), codes.duplicateName, message, { path: at })),
    );
    for (const size of ['cpu', 'memory', 'pods'] as const) {
      if (pool.template === undefined || pool[size] === undefined) continue;
      const at = [...path, size];
      const message = `${size} and template both say how large a node is`;
      problems.push(problemAt(placeOf(at), codes.impossible, message, { path: at }));
    }
  }
}

/** How many nodes the operations add to a pool. */
function addedTo(pool: string, { workload }: ScenarioSpec): number {
  return (workload?.operations ?? []).reduce(
    (sum, each) => sum + (each.op === 'createNodes' && each.pool === pool ? each.count : 0),
    0,
  );
}

/** Names of nodes are there once, and not more of them than nodes. */
function checkNames(
  { nodeNames = [] }: NodePoolText,
  most: number,
  path: FieldPath,
  named: Set<string>,
  report: (at: FieldPath, message: string) => void,
): void {
  if (nodeNames.length > most) {
    report(path, `${nodeNames.length} nodes have names, and the pool has ${most}`);
  }
  for (const [index, name] of nodeNames.entries()) {
    if (named.has(name)) report([...path, index], `a node named "${name}" is there already`);
    named.add(name);
  }
}

const everyClusters = flowControlObjects().map(({ kind, metadata }) =>
  formatTarget({ kind, namespace: '', name: metadata.name }),
);

/** Everything wrong with the operations as a sequence: duplicates, unknown pools and targets. */
export function checkOperations(
  built: readonly BuiltOperation[],
  spec: ScenarioSpec,
  placeOf: PlaceOf,
): readonly Problem[] {
  const sequence = new OperationSequence(spec, placeOf);
  for (const each of built) sequence.check(each);
  return sequence.problems;
}

/** What is there after the operations so far. */
class OperationSequence {
  readonly problems: Problem[] = [];
  readonly #spec: ScenarioSpec;
  readonly #placeOf: PlaceOf;
  readonly #pools: readonly string[];
  /** Those that every cluster has may be changed. */
  readonly #objects = new Set(everyClusters);
  readonly #nodes = new NodeCounts();
  readonly #faults = new FaultSequence();

  constructor(spec: ScenarioSpec, placeOf: PlaceOf) {
    this.#spec = spec;
    this.#placeOf = placeOf;
    if (spec.clusterDns?.runAs === 'pods') {
      for (const { kind, metadata } of dnsObjects(0, spec.clusterDns.nodeLocal === true)) {
        const { namespace = '', name } = metadata;
        this.#objects.add(formatTarget({ kind, namespace, name }));
      }
    }
    const pools = spec.nodePools ?? [];
    this.#pools = pools.map(({ name }) => name);
    for (const { name, count = 1, nodeNames = [] } of pools) {
      this.#nodes.add(name, count);
      this.#nodes.name(nodeNames);
    }
    for (const target of pools.flatMap(mirrorsOf)) this.#objects.add(formatTarget(target));
  }

  check(built: BuiltOperation): void {
    this.problems.push(...checkInitialObjects(built, (name) => this.#nodes.has(name)));
    this.#check(built);
  }

  #check({ operation, path, objects }: BuiltOperation): void {
    const report: Report = (steps, message, near) => {
      const at = [...path, ...steps];
      const code = operation.op === 'createNodes' ? codes.unknownPool : codes.unknownTarget;
      this.problems.push(
        problemAt(this.#placeOf(at), code, message, { path: at, suggestion: near }),
      );
    };
    switch (operation.op) {
      case 'apply':
      case 'create':
        return this.#bring(objects);
      case 'phases':
        return this.#runPhases(operation, objects, report);
      case 'createNodes':
        return this.#addNodes(operation, report);
      case 'requests':
        return checkResource(operation.resource, report);
      case 'restart':
        return checkReplica(operation, this.#spec, report);
      case 'etcdFault':
      case 'defrag': {
        const members = this.#spec.controlPlane?.etcd?.members ?? 1;
        const isFault = operation.op === 'etcdFault' && operation.name !== undefined;
        if (isFault) this.#faults.add(operation.name, report);
        return checkEtcdOperation(operation, members, report);
      }
      case 'nodeFault':
      case 'partition':
      case 'registryFault':
      case 'heal':
        return this.#faults.check(operation, this.#faultPlaces, report);
      case 'scale':
        return this.#requireKind(operation.target, scalable, 'scaled', report);
      case 'rolloutRestart':
      case 'rolloutUndo':
      case 'rolloutPause':
      case 'rolloutResume':
      case 'setImage':
      case 'autoscale':
      case 'label':
      case 'annotate': {
        if (operation.op === 'autoscale') checkBounds(operation, report);
        const found = workloadKinds.get(operation.op);
        if (found === undefined) return this.#require(operation.target, ['target'], report);
        return this.#requireKind(operation.target, ...found, report);
      }
      case 'update':
        return this.#require(operation.target, ['target'], report);
      case 'cordon':
      case 'uncordon':
      case 'drain':
      case 'taint':
      case 'terminateInstances':
      case 'stopInstances':
        this.#requireCloud(operation.op, report);
        for (const [index, name] of operation.nodes.entries()) {
          this.#require({ kind: 'Node', namespace: '', name }, ['nodes', index], report);
        }
        return;
      case 'delete':
        for (const [index, target] of operation.targets.entries()) {
          this.#require(target, ['targets', index], report);
          this.#objects.delete(formatTarget(target));
        }
        return;
      default:
    }
  }

  /** O(nodes) */
  get #faultPlaces(): FaultPlaces {
    const { traffic = [], dnsTraffic = [] } = this.#spec.workload ?? {};
    const hasTraffic = traffic.length + dnsTraffic.length > 0;
    return { nodes: this.#selectableNodes, hosts: this.#hosts, hasTraffic };
  }

  get #hosts(): readonly string[] {
    return hostsOf(this.#spec.controlPlane?.hosts).map(({ name }) => name);
  }

  /** Nodes as faults choose among them. O(nodes). */
  get #selectableNodes(): readonly SelectableNode[] {
    return (this.#spec.nodePools ?? []).flatMap((text) => {
      const pool = nodePoolOf(text);
      return Array.from({ length: this.#nodes.get(pool.name) }, (_, index) => {
        const { name, labels = {} } = nodeOfPool(pool, index).metadata;
        return { name, pool: pool.name, labels };
      });
    });
  }

  #bring(objects: readonly ScenarioObject[]): void {
    this.problems.push(...findDuplicateObjects(objects.map(({ manifest }) => manifest)));
    for (const { object } of objects) {
      const reference = { kind: object.kind, namespace: namespaceOf(object) };
      this.#objects.add(formatTarget({ ...reference, name: object.metadata.name }));
    }
  }

  #runPhases(
    { phases }: PhasesOperation,
    objects: readonly ScenarioObject[],
    report: Report,
  ): void {
    // An apply may change what is there: only what is created must not be there already.
    this.#bring(objects);
    for (const [index, { action, units }] of phases.entries()) {
      if (action !== 'delete') continue;
      for (const object of units.flat()) {
        const { kind, metadata } = object;
        const target = { kind, namespace: namespaceOf(object), name: metadata.name };
        this.#require(target, ['phases', index], report);
        this.#objects.delete(formatTarget(target));
      }
    }
  }

  #addNodes({ pool, count }: CreateNodesOperation, report: Report): void {
    this.#nodes.add(pool, count);
    if (this.#pools.includes(pool)) return;
    const near = didYouMean(pool, this.#pools);
    report(['pool'], `there is no node pool "${pool}"`, near && `pool: ${near}`);
  }

  /** Nodes are instances only where there is a cloud. */
  #requireCloud(op: string, report: Report): void {
    if (!op.endsWith('Instances') || this.#spec.cloud !== undefined) return;
    report(['op'], 'nodes are instances only in a cloud: state spec.cloud', undefined);
  }

  #requireKind(
    target: ObjectReference,
    kinds: ReadonlySet<string>,
    done: string,
    report: Report,
  ): void {
    if (kinds.has(target.kind)) this.#require(target, ['target'], report);
    else report(['target'], `a ${target.kind} cannot be ${done}`, undefined);
  }

  #require(target: ObjectReference, steps: FieldPath, report: Report): void {
    const name = formatTarget(target);
    if (this.#objects.has(name)) return;
    if (target.kind === 'Node' && this.#nodes.has(target.name)) return;
    const near = didYouMean(name, this.#objects);
    report(steps, `no operation before this one creates ${name}`, near);
  }
}

type Report = (steps: FieldPath, message: string, near: string | undefined) => void;

function checkBounds({ autoscaler }: AutoscaleOperation, report: Report): void {
  const { minReplicas = 1, maxReplicas } = autoscaler.spec;
  if (maxReplicas >= minReplicas) return;
  report(['max'], `max is ${maxReplicas}, and min is ${minReplicas}`, undefined);
}

function checkResource(name: string, report: Report): void {
  if (resourceKindOfResource(name) !== undefined) return;
  const resources = resourceKinds.map(({ resource }) => resource);
  const near = didYouMean(name, resources);
  report(['resource'], `no resource is called "${name}"`, near && `resource: ${near}`);
}

function checkReplica(
  { component, replica = 0 }: RestartOperation,
  spec: ScenarioSpec,
  report: Report,
): void {
  const hosts = hostsOf(spec.controlPlane?.hosts).length;
  const replicas = replicasOf(component, spec, hosts);
  if (replica < replicas) return;
  if (replicas === 0) {
    const isController = component === 'cloud-controller-manager';
    const needs = isController ? 'cloud' : 'autoscaler of that kind';
    const message = `there is no ${component}, since the cluster has no ${needs}`;
    return report(['component'], message, undefined);
  }
  const count = replicas === 1 ? 'there is 1 replica' : `there are ${replicas} replicas`;
  report(['replica'], `${count} of ${component}, numbered from 0`, undefined);
}
