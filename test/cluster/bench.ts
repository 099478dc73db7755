// A driver on a small control plane: what was asked of the server and what the listener was told.
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { ApiCall } from '../../src/client/api-call.js';
import type { ChangeListener } from '../../src/cluster/change-listener.js';
import { Driver } from '../../src/cluster/driver.js';
import type { EtcdOperation } from '../../src/cluster/etcd-operation.js';
import type { FaultOperation, HealOperation } from '../../src/cluster/fault-operation.js';
import type { InstanceOperation } from '../../src/cluster/node-operation.js';
import type { ObjectReference, Operation, RestartOperation } from '../../src/cluster/operation.js';
import { CommitLog, TestControlPlane } from '../support/control-plane.js';

/** A request as the server answered it. */
export interface Served {
  readonly line: string;
  /** Sent by the client, answered by the server, µs. */
  readonly sentUs: number;
  readonly servedUs: number;
  readonly user: string;
}

class Wire extends CommitLog {
  readonly served: Served[] = [];

  override requestServed({ request, createdUs, caller }: ApiCall, code: number): void {
    const { verb, resource, namespace, name } = request;
    const where = namespace === '' ? name : `${namespace}/${name}`;
    const servedUs = this.simulation?.now ?? 0;
    const line = `${verb} ${resource} ${where} ${code}`;
    this.served.push({ line, user: caller.user, sentUs: createdUs, servedUs });
  }
}

/** Writes down what it is told; settles when the test says so. */
class Changes implements ChangeListener {
  readonly lines: string[] = [];
  readonly callbacks: (() => void)[] = [];
  isOpen = false;

  changeStarted(verb: string, target: ObjectReference, objects: number): number {
    const { kind, namespace, name } = target;
    return this.lines.push(`start ${verb} ${kind}/${namespace}/${name} x${objects}`) - 1;
  }

  changeAccepted(id: number, object: KubernetesObject | undefined): void {
    this.lines.push(`accept ${id} ${object?.metadata.name}`);
  }

  changeRefused(id: number, message: string): void {
    this.lines.push(`refuse ${id} ${message}`);
  }

  isSettled(): boolean {
    return !this.isOpen;
  }

  whenSettled(callback: () => void): void {
    if (this.isSettled()) callback();
    else this.callbacks.push(callback);
  }
}

export class DriverBench {
  readonly wire = new Wire();
  readonly changes = new Changes();
  readonly plane: TestControlPlane;
  readonly newNodes: string[] = [];
  readonly restarts: string[] = [];
  /** When the last operation had been performed, µs. */
  finishedUs: number | undefined;
  readonly #preloaded: number;

  constructor(preload: readonly KubernetesObject[] = []) {
    this.plane = new TestControlPlane({ observer: this.wire, preload });
    this.wire.simulation = this.plane.simulation;
    this.#preloaded = this.wire.events.length;
  }

  /** Performs operations until `untilUs`. */
  perform(operations: readonly Operation[], untilUs = 60_000_000): this {
    this.start(operations);
    this.plane.run(untilUs);
    return this;
  }

  /** Lets the driver begin; nothing has run. */
  start(operations: readonly Operation[]): void {
    const { simulation, transport } = this.plane;
    const options = {
      simulation,
      transport,
      connection: this.plane.connection(),
      changes: this.changes,
      connect: () => this.plane.connection(),
      createNodes: (pool: string, count: number) => {
        this.newNodes.push(`${count} of ${pool} at ${simulation.now}`);
      },
      operateEtcd: ({ op }: EtcdOperation | HealOperation, onDone: () => void) => {
        this.restarts.push(`${op} at ${simulation.now}`);
        onDone();
      },
      nodePools: [],
      strike: ({ op }: FaultOperation) => {
        this.restarts.push(`${op} at ${simulation.now}`);
      },
      operateInstances: ({ op, nodes }: InstanceOperation) => {
        this.newNodes.push(`${op} ${nodes.join(' ')} at ${simulation.now}`);
      },
      restart: ({ component, signal }: RestartOperation) => {
        this.restarts.push(`${signal} to ${component} at ${simulation.now}`);
      },
    };
    const driver = new Driver(options, operations, () => {
      this.finishedUs = simulation.now;
    });
    driver.start();
  }

  /** What was committed after the driver began. */
  get writes(): readonly string[] {
    return this.wire.lines.slice(this.#preloaded);
  }

  get requests(): readonly string[] {
    return this.wire.served.map(({ line }) => line);
  }

  stored(key: string): KubernetesObject | undefined {
    return this.plane.etcd
      .snapshot()
      .values.find(({ kind, metadata }) => `${kind}/${metadata.name}` === key);
  }
}
