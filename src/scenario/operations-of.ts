/**
 * From operations as written to operations as performed: objects read, targets resolved, durations
 * in microseconds. What is checked against the rest of the scenario is in `checks.ts`.
 */

import type { FieldPath } from '../api/field-path.js';
import type { EtcdFaultOperation } from '../cluster/etcd-operation.js';
import { isFaultOperation } from '../cluster/fault-operation.js';
import type {
  ObjectReference,
  Operation,
  RequestsOperation,
  RestartOperation,
} from '../cluster/operation.js';
import { arrivalsOf } from './arrivals-of.js';
import { durationUs } from './duration.js';
import { etcdOperationOf } from './etcd-operations.js';
import { faultOperationOf } from './fault-operations.js';
import { nodeOperationOf } from './node-operations.js';
import { objectsFrom } from './object-sources.js';
import { inNamespace, type ObjectReader, type ScenarioObject } from './objects.js';
import { type Pacing, PhasesBuilder } from './phases-of.js';
import { podMixOf } from './pod-mix-of.js';
import { type PlaceOf, problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type { OperationText, TargetText } from './schema-operations.js';
import { resolveTarget } from './targets.js';
import {
  isWorkloadText,
  type WorkloadOperationText,
  workloadOperationOf,
} from './workload-operations.js';
import type { YamlTree } from './yaml-tree.js';

/** An operation with where it stands, and the objects that it brings or is a template of. */
export interface BuiltOperation {
  readonly operation: Operation;
  /** `['spec', 'workload', 'operations', 3]`. */
  readonly path: FieldPath;
  readonly objects: readonly ScenarioObject[];
}

type Text<O extends OperationText['op']> = Extract<OperationText, { readonly op: O }>;

interface Common {
  readonly atUs: number;
  readonly source: string;
}

class OperationBuilder {
  readonly #reader: ObjectReader;
  readonly #tree: YamlTree;
  readonly #placeOf: PlaceOf;
  readonly #phases: PhasesBuilder;

  constructor(reader: ObjectReader, tree: YamlTree, placeOf: PlaceOf, pacing: Pacing) {
    this.#reader = reader;
    this.#tree = tree;
    this.#placeOf = placeOf;
    this.#phases = new PhasesBuilder(reader, tree, placeOf, pacing);
  }

  build(text: OperationText, index: number): BuiltOperation | undefined {
    const path: FieldPath = ['spec', 'workload', 'operations', index];
    const common = { atUs: durationUs(text.at), source: `operations[${index}]` };
    const built = this.#operation(text, common, path);
    return built === undefined ? undefined : { ...built, path };
  }

  #operation(
    text: OperationText,
    common: Common,
    path: FieldPath,
  ): Omit<BuiltOperation, 'path'> | undefined {
    if (isFaultOperation(text)) {
      return { operation: faultOperationOf(text, common), objects: [] };
    }
    if (isWorkloadText(text)) return this.#onWorkload(text, common, path);
    switch (text.op) {
      case 'apply':
      case 'create': {
        const context = { reader: this.#reader, tree: this.#tree, placeOf: this.#placeOf };
        const objects = objectsFrom(text, path, text.op, context);
        const plain = objects.map(({ object }) => object);
        return { operation: { op: text.op, ...common, objects: plain }, objects };
      }
      case 'delete':
        return this.#delete(text, common, path);
      case 'scale': {
        const target = this.#target(text.target, [...path, 'target']);
        if (target === undefined) return undefined;
        const { replicas } = text;
        return { operation: { op: 'scale', ...common, target, replicas }, objects: [] };
      }
      case 'update': {
        const target = this.#target(text.target, [...path, 'target']);
        if (target === undefined) return undefined;
        return { operation: { op: 'update', ...common, target, patch: text.patch }, objects: [] };
      }
      case 'createNodes': {
        const { pool, count } = text;
        return { operation: { op: 'createNodes', ...common, pool, count }, objects: [] };
      }
      case 'createPods':
        return this.#createPods(text, common, path);
      case 'arrivals':
        return this.#arrivals(text, common, path);
      case 'createPodMix':
        return this.#createPodMix(text, common, path);
      case 'churn':
        return this.#churn(text, common, path);
      case 'phases':
        return this.#phases.build(text, common, path);
      case 'forEach': {
        const operation = this.#phases.forEach(text, common, path);
        return operation && { operation, objects: [] };
      }
      case 'restart':
        return { operation: restartOf(text, common), objects: [] };
      case 'etcdFault':
      case 'compact':
      case 'defrag':
      case 'disarm':
        return { operation: etcdOperationOf(text, common), objects: [] };
      case 'cordon':
      case 'uncordon':
      case 'drain':
      case 'taint':
      case 'terminateInstances':
      case 'stopInstances':
        return { operation: nodeOperationOf(text, common), objects: [] };
      case 'barrier':
        return { operation: { op: 'barrier', ...common }, objects: [] };
      case 'sleep': {
        const sleepUs = durationUs(text.duration);
        return { operation: { op: 'sleep', ...common, durationUs: sleepUs }, objects: [] };
      }
      case 'requests':
        return { operation: requestsOf(text, common), objects: [] };
    }
  }

  #onWorkload(
    text: WorkloadOperationText,
    common: Common,
    path: FieldPath,
  ): Omit<BuiltOperation, 'path'> | undefined {
    const target = this.#target(text.target, [...path, 'target']);
    if (target === undefined) return undefined;
    return { operation: workloadOperationOf(text, common, target), objects: [] };
  }

  #delete(text: Text<'delete'>, common: Common, path: FieldPath): Omit<BuiltOperation, 'path'> {
    const targets = text.targets.flatMap((target, index) => {
      const found = this.#target(target, [...path, 'targets', index]);
      return found === undefined ? [] : [found];
    });
    const { propagationPolicy } = text;
    const policy = propagationPolicy === undefined ? {} : { propagationPolicy };
    return { operation: { op: 'delete', ...common, targets, ...policy }, objects: [] };
  }

  #target(text: TargetText, path: FieldPath): ObjectReference | undefined {
    const target = resolveTarget(text);
    if (!('fault' in target)) return target;
    const { fault, suggestion } = target;
    const { unknownTarget } = scenarioProblemCodes;
    const place = this.#placeOf(path);
    this.#reader.problems.push(problemAt(place, unknownTarget, fault, { path, suggestion }));
    return undefined;
  }

  #createPods(
    text: Text<'createPods'>,
    common: Common,
    path: FieldPath,
  ): Omit<BuiltOperation, 'path'> | undefined {
    const pods = this.#pods(text, path);
    if (pods === undefined) return undefined;
    const { placed, ...named } = pods;
    const { count, qps = Number.POSITIVE_INFINITY, workers = 1 } = text;
    const operation = { op: 'createPods', ...common, ...named, count, qps, workers } as const;
    return { operation, objects: [placed] };
  }

  #arrivals(
    text: Text<'arrivals'>,
    common: Common,
    path: FieldPath,
  ): Omit<BuiltOperation, 'path'> | undefined {
    const pods = this.#pods(text, path);
    const arrivals = arrivalsOf(text, path, this.#reader, this.#placeOf);
    if (pods === undefined || arrivals === undefined) return undefined;
    const { placed, ...named } = pods;
    return { operation: { op: 'arrivals', ...common, ...named, arrivals }, objects: [placed] };
  }

  /** The bare pods that an operation creates. */
  #pods(text: Text<'createPods'> | Text<'arrivals'>, path: FieldPath) {
    const template = this.#reader.template(text.template, this.#tree, [...path, 'template']);
    if (template === undefined) return undefined;
    const { object } = template;
    if (object.kind !== 'Pod') {
      const message = `the template is a ${object.kind}; ${text.op} creates bare Pods`;
      const at = [...path, 'template'];
      const { impossible } = scenarioProblemCodes;
      this.#reader.problems.push(problemAt(this.#placeOf(at), impossible, message, { path: at }));
      return undefined;
    }
    const written = template.manifest.object.metadata.namespace;
    const namespace = text.namespace ?? written ?? 'default';
    const placed = inNamespace(template, namespace);
    const namePrefix = text.namePrefix ?? `${object.metadata.name}-`;
    return { placed, namespace, namePrefix, template: placed.object };
  }

  #createPodMix(
    text: Text<'createPodMix'>,
    common: Common,
    path: FieldPath,
  ): Omit<BuiltOperation, 'path'> | undefined {
    const source = { reader: this.#reader, tree: this.#tree, placeOf: this.#placeOf };
    return podMixOf(text, common, path, source);
  }

  #churn(text: Text<'churn'>, common: Common, path: FieldPath): Omit<BuiltOperation, 'path'> {
    const namespace = text.namespace ?? 'default';
    const templates = text.templates.flatMap((template, index) => {
      const at = [...path, 'templates', index];
      const found = this.#reader.template(template, this.#tree, at);
      if (found === undefined) return [];
      return [inNamespace(found, found.manifest.object.metadata.namespace ?? namespace)];
    });
    return {
      operation: {
        op: 'churn',
        ...common,
        mode: text.mode,
        namespace,
        templates: templates.map(({ object }) => object),
        count: text.number,
        intervalUs: durationUs(text.interval),
      },
      objects: templates,
    };
  }
}

/**
 * Builds operations, each given with its index in the file; those that cannot be built are left
 * out, their problems in `reader`.
 */
export function buildOperations(
  texts: Iterable<readonly [index: number, text: OperationText]>,
  reader: ObjectReader,
  tree: YamlTree,
  placeOf: PlaceOf,
  pacing: Pacing,
): readonly BuiltOperation[] {
  const builder = new OperationBuilder(reader, tree, placeOf, pacing);
  return [...texts].flatMap(([index, text]) => builder.build(text, index) ?? []);
}

function requestsOf(text: Text<'requests'>, common: Common): RequestsOperation {
  const { verb, resource, namespace = '', name = '', consistent = true } = text;
  const { user = 'load-generator', clients = 1, workers = 1 } = text;
  const { qps = Number.POSITIVE_INFINITY, duration, contentType = 'protobuf' } = text;
  const what = { verb, resource, namespace, name, isConsistent: consistent, contentType };
  const who = { user, clients, qps, workers, durationUs: durationUs(duration) };
  return { op: 'requests', ...common, ...what, ...who };
}

function restartOf(text: Text<'restart'>, common: Common): RestartOperation | EtcdFaultOperation {
  const { component, signal = 'SIGTERM', replica } = text;
  if (component === 'etcd') return etcdRestartOf(text, common);
  const which = replica === undefined ? {} : { replica };
  const downUs = durationUs(text.downtime);
  return { op: 'restart', ...common, component, signal, ...which, downUs };
}

/** The restart of a member of etcd: it is a fault that is mended when the process begins again. */
function etcdRestartOf(text: Text<'restart'>, common: Common): EtcdFaultOperation {
  const { signal = 'SIGTERM', replica: member = 'leader', downtime } = text;
  const fault = signal === 'SIGKILL' ? 'crash' : 'stop';
  return {
    op: 'etcdFault',
    ...common,
    fault,
    member,
    durationUs: durationUs(downtime),
    factor: 1,
    delayUs: 0,
  };
}
