// The clients outside the cluster: they perform a scenario's operations, one after the other, by
// API requests of their own, as kubectl or a load generator would. `apply` is a GET and then a
// POST, a PATCH or, where nothing differs, nothing for each object, in order, one at a time;
// kubectl makes a new client for each kind, so its requests are not rate limited in practice. Left
// out: removal of what an earlier apply had set and this one does not mention. Source: Kubernetes
// v1.36 kubectl (reference: nodes-controllers 10.9).
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { Node } from '../api/node.js';
import type { ApiCall } from '../client/api-call.js';
import { ApiClient } from '../client/api-client.js';
import { type ApiResponse, isSuccess } from '../client/api-request.js';
import type { ApiTransport } from '../client/api-transport.js';
import type { Connection } from '../client/connection.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import { ArrivalLoad } from './arrival-load.js';
import type { ArrivalsOperation } from './arrivals-operation.js';
import type { ChangeListener } from './change-listener.js';
import { Churn } from './churn.js';
import type { NodePoolSpec } from './cluster-spec.js';
import { noteDisturbance } from './disturbances.js';
import { cordonRequest, Drain } from './drain.js';
import {
  addressOf,
  applyStep,
  createStep,
  deleteStep,
  patchRequest,
  type Step,
  type StepRequest,
} from './driver-step.js';
import type { EtcdOperation } from './etcd-operation.js';
import { type FaultOperation, type HealOperation, isFaultOperation } from './fault-operation.js';
import { ForEachLoad } from './for-each-load.js';
import { isEqual } from './merge-patch.js';
import type { InstanceOperation, TaintChange } from './node-operation.js';
import type {
  ChurnOperation,
  ObjectReference,
  Operation,
  RequestsOperation,
  RestartOperation,
} from './operation.js';
import { PhaseLoad } from './phase-load.js';
import { PodLoad } from './pod-load.js';
import { RequestLoad } from './request-load.js';
import { workloadStep } from './workload-steps.js';

export interface DriverOptions {
  readonly simulation: Simulation;
  readonly transport: ApiTransport;
  readonly connection: Connection;
  readonly changes: ChangeListener;
  /** Adds nodes of a pool; they register by themselves. */
  readonly createNodes: (pool: string, count: number) => void;
  /** Of the nodes that are there from the start. */
  readonly nodePools: readonly NodePoolSpec[];
  /** A connection of another client outside the cluster. */
  readonly connect: (client: string) => Connection;
  /** Stops a component and lets it start again. */
  readonly restart: (operation: RestartOperation) => void;
  /** Does something to etcd, then calls `onDone`. */
  readonly operateEtcd: (operation: EtcdOperation | HealOperation, onDone: () => void) => void;
  /** Lets a fault strike, or ends one. */
  readonly strike: (operation: FaultOperation) => void;
  /** Does something to instances of the cloud. */
  readonly operateInstances: (operation: InstanceOperation) => void;
}

/** Performs operations in their order; `atUs` holds each back until then. */
export class Driver {
  readonly #options: DriverOptions;
  readonly #operations: readonly Operation[];
  readonly #client: ApiClient;
  readonly #began: EventKind;
  readonly #resumed: EventKind;
  readonly #onFinished: () => void;
  #next = 0;
  #steps: Step[] = [];
  #change = -1;

  /** `onFinished` is called when the last operation has been performed. */
  constructor(options: DriverOptions, operations: readonly Operation[], onFinished: () => void) {
    const { simulation, transport, connection } = options;
    this.#options = options;
    this.#operations = operations;
    this.#onFinished = onFinished;
    this.#client = new ApiClient(transport, {
      name: 'kubectl',
      user: 'kubernetes-admin',
      connection,
      contentType: 'json',
    });
    this.#began = simulation.defineEvent('kubectl.OperationBegan', () => this.#perform());
    this.#resumed = simulation.defineEvent('kubectl.SleepEnded', () => this.#beginNext());
  }

  start(): void {
    this.#beginNext();
  }

  #beginNext(): void {
    const operation = this.#operations[this.#next];
    if (operation === undefined) return this.#onFinished();
    const { simulation } = this.#options;
    simulation.at(Math.max(operation.atUs, simulation.now), this.#began);
  }

  #perform(): void {
    const operation = this.#operations[this.#next++] as Operation;
    const { heartbeats } = this.#options.transport;
    if (heartbeats !== undefined) noteDisturbance(operation, heartbeats);
    if (isFaultOperation(operation)) this.#strike(operation);
    else this.#carryOut(operation);
  }

  #carryOut(operation: Exclude<Operation, FaultOperation>): void {
    const { simulation, changes, createNodes } = this.#options;
    switch (operation.op) {
      case 'apply':
        return this.#run(operation.objects.map(applyStep));
      case 'create':
        return this.#run(operation.objects.map((object) => createStep(object)));
      case 'delete':
        return this.#run(
          operation.targets.map((target) => deleteStep(target, operation.propagationPolicy)),
        );
      case 'scale':
        return this.#run([
          patchStep('scale', operation.target, { spec: { replicas: operation.replicas } }),
        ]);
      case 'update':
        return this.#run([patchStep('update', operation.target, operation.patch)]);
      case 'rolloutRestart':
      case 'rolloutUndo':
      case 'rolloutPause':
      case 'rolloutResume':
      case 'setImage':
      case 'label':
      case 'annotate':
      case 'autoscale':
        return this.#run([workloadStep(operation, simulation.now)]);
      case 'cordon':
      case 'uncordon':
        return this.#run(operation.nodes.map((name) => cordonStep(operation.op, name)));
      case 'taint':
        return this.#run(operation.nodes.map((name) => taintStep(name, operation.changes)));
      case 'drain':
        return new Drain(this.#options, operation, () => this.#beginNext()).start();
      case 'createNodes':
        createNodes(operation.pool, operation.count);
        return this.#beginNext();
      case 'createPods':
      case 'createPodMix':
        new PodLoad(this.#options, operation, () => this.#beginNext()).start();
        return;
      case 'phases':
        return new PhaseLoad(this.#options, operation, () => this.#beginNext()).start();
      case 'forEach':
        return new ForEachLoad(this.#options, operation, () => this.#beginNext()).start();
      case 'arrivals':
      case 'churn':
      case 'requests':
        this.#loadBeside(operation).start();
        return this.#beginNext();
      case 'restart':
        this.#options.restart(operation);
        return this.#beginNext();
      case 'etcdFault':
      case 'compact':
      case 'defrag':
      case 'disarm':
        return this.#options.operateEtcd(operation, () => this.#beginNext());
      case 'terminateInstances':
      case 'stopInstances':
        this.#options.operateInstances(operation);
        return this.#beginNext();
      case 'barrier':
        return changes.whenSettled(() => this.#beginNext());
      case 'sleep':
        simulation.after(operation.durationUs, this.#resumed);
        return;
    }
  }

  /** A load that goes on beside what follows. */
  #loadBeside(
    operation: ArrivalsOperation | ChurnOperation | RequestsOperation,
  ): ArrivalLoad | Churn | RequestLoad {
    switch (operation.op) {
      case 'arrivals':
        return new ArrivalLoad(this.#options, operation);
      case 'churn':
        return new Churn(this.#options, operation);
      case 'requests':
        return new RequestLoad(this.#options, operation);
    }
  }

  /** Members of etcd have faults that are healed with all others. */
  #strike(operation: FaultOperation): void {
    this.#options.strike(operation);
    if (operation.op !== 'heal') return this.#beginNext();
    this.#options.operateEtcd(operation, () => this.#beginNext());
  }

  #run(steps: Step[]): void {
    this.#steps = steps;
    this.#nextStep();
  }

  #nextStep(): void {
    const step = this.#steps[0];
    if (step === undefined) return this.#beginNext();
    this.#change = this.#options.changes.changeStarted(step.verb, step.target, 1);
    this.#client.send(step.request, this.#answered, step);
  }

  readonly #answered = (call: ApiCall): void => {
    const { next } = call.context as StepRequest;
    const response = call.response as ApiResponse;
    const following = next?.(response);
    if (following !== undefined && 'request' in following) {
      return this.#client.send(following.request, this.#answered, following);
    }
    const { changes } = this.#options;
    if (following !== undefined) changes.changeRefused(this.#change, following.refusal);
    else if (isSuccess(response)) changes.changeAccepted(this.#change, response.object);
    else changes.changeRefused(this.#change, response.message);
    this.#steps.shift();
    this.#nextStep();
  };
}

function patchStep(
  verb: string,
  target: ObjectReference,
  patch: Readonly<Record<string, unknown>>,
): Step {
  return { verb, target, request: patchRequest(target, patch) };
}

const nodeNamed = (name: string): ObjectReference => ({ kind: 'Node', namespace: '', name });

function cordonStep(verb: 'cordon' | 'uncordon', name: string): Step {
  return { verb, target: nodeNamed(name), request: cordonRequest(name, verb === 'cordon') };
}

function taintStep(name: string, changes: readonly TaintChange[]): Step {
  const apply = (current: KubernetesObject): KubernetesObject =>
    current.kind === 'Node' ? changes.reduce<Node>(tainted, current) : current;
  const target = nodeNamed(name);
  const patch = { bytes: JSON.stringify({ spec: { taints: changes } }).length, apply };
  return { verb: 'taint', target, request: { verb: 'patch', ...addressOf(target), patch } };
}

/** A taint is known by its key and effect: one that is set replaces another value. */
function tainted(node: Node, change: TaintChange): Node {
  const taints = node.spec.taints ?? [];
  const others = taints.filter(({ key, effect }) =>
    'set' in change
      ? key !== change.set.key || effect !== change.set.effect
      : key !== change.removeKey || effect !== (change.removeEffect ?? effect),
  );
  const next = 'set' in change ? [...others, change.set] : others;
  return isEqual(taints, next) ? node : { ...node, spec: { ...node.spec, taints: next } };
}
