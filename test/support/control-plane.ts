// A control plane for component tests: one host, one etcd member, one apiserver, constant delays.
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { DefinitionOwner } from '../../src/api/resource-kinds.js';
import { ApiClient } from '../../src/client/api-client.js';
import type { ApiRequest, ApiResponse } from '../../src/client/api-request.js';
import { ApiTransport } from '../../src/client/api-transport.js';
import type { Connection } from '../../src/client/connection.js';
import { type ClusterObserver, SilentObserver } from '../../src/client/observer.js';
import type { WatchEvent } from '../../src/client/watch.js';
import type { WebhookSpec } from '../../src/control-plane/apiserver/admission/webhook.js';
import { ApiServer } from '../../src/control-plane/apiserver/apiserver.js';
import { IdentityGenerator } from '../../src/control-plane/apiserver/registry.js';
import { defaultEtcdOptions, Etcd } from '../../src/control-plane/etcd/etcd.js';
import { distribution } from '../../src/kernel/distributions.js';
import { FastEventQueue } from '../../src/kernel/fast-event-queue.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { CpuHost, Disk, Link } from '../../src/kernel/stations.js';

const constant = (value: number) => distribution({ kind: 'constant', value });

/** Records every committed change. */
export class CommitLog extends SilentObserver {
  readonly events: { readonly atUs: number; readonly event: WatchEvent }[] = [];
  simulation: Simulation | undefined;

  override committed(event: WatchEvent): void {
    this.events.push({ atUs: this.simulation?.now ?? 0, event });
  }

  /** `ADDED Pod/web-1` in order. */
  get lines(): string[] {
    return this.events.map(
      ({ event }) => `${event.type} ${event.object.kind}/${event.object.metadata.name}`,
    );
  }

  count(kind: string, type: string): number {
    return this.events.filter(({ event }) => event.object.kind === kind && event.type === type)
      .length;
  }
}

export interface TestControlPlaneOptions {
  readonly seed?: string;
  readonly cores?: number;
  readonly members?: number;
  readonly fsyncUs?: number;
  readonly preload?: readonly KubernetesObject[];
  readonly maxRequestsInflight?: number;
  readonly maxMutatingRequestsInflight?: number;
  /** Default: the two limits in flight. */
  readonly enablePriorityAndFairness?: boolean;
  readonly requestTimeoutUs?: number;
  readonly webhooks?: readonly WebhookSpec[];
  readonly definitionsOf?: readonly DefinitionOwner[];
  readonly observer?: ClusterObserver;
}

/** Everything wired; `run` lets time pass. */
export class TestControlPlane {
  readonly queue: FastEventQueue = new FastEventQueue();
  readonly simulation: Simulation;
  readonly host: CpuHost;
  readonly transport: ApiTransport;
  readonly etcd: Etcd;
  readonly server: ApiServer;
  readonly log = new CommitLog();
  readonly #waited: number;
  #connections = 0;

  constructor(options: TestControlPlaneOptions = {}) {
    const { seed = 'test', cores = 8, members = 1, fsyncUs = 500 } = options;
    this.simulation = new Simulation(seed, this.queue);
    this.log.simulation = this.simulation;
    this.#waited = this.simulation.defineEvent('test.TimePassed', () => {});
    this.host = new CpuHost(this.simulation, 'host-0', cores);
    this.transport = new ApiTransport(this.simulation);
    const observer = options.observer ?? this.log;
    const places = Array.from({ length: members }, (_, index) => {
      const disk = new Disk(this.simulation, `disk-${index}`, constant(fsyncUs), 1e9);
      const host = index === 0 ? this.host : new CpuHost(this.simulation, `host-${index}`, cores);
      return { name: `etcd-${index}`, host, wal: disk, backend: disk };
    });
    const linkBetween = (from: number, to: number) =>
      new Link(this.simulation, `etcd-${from}/etcd-${to}`, constant(125), 1.25e9);
    const setup = { members: places, options: defaultEtcdOptions, linkBetween };
    this.etcd = new Etcd(this.simulation, setup, observer);
    this.etcd.preload(options.preload ?? []);
    this.server = new ApiServer(this.simulation, {
      name: 'kube-apiserver-0',
      host: this.host,
      etcd: this.etcd.connect('kube-apiserver-0', [{ member: 0, up: undefined, down: undefined }]),
      transport: this.transport,
      observer,
      identities: new IdentityGenerator(this.simulation.random),
      settings: {
        maxRequestsInflight: options.maxRequestsInflight ?? 400,
        maxMutatingRequestsInflight: options.maxMutatingRequestsInflight ?? 200,
        enablePriorityAndFairness: options.enablePriorityAndFairness ?? false,
        requestTimeoutUs: options.requestTimeoutUs ?? 60_000_000,
        goawayChance: 0,
        webhooks: options.webhooks,
        definitionsOf: options.definitionsOf,
      },
    });
  }

  /** A connection with 100 µs each way. */
  connection(): Connection {
    const name = `connection-${this.#connections++}`;
    const link = (direction: string) =>
      new Link(this.simulation, `${name}/${direction}`, constant(100), 1.25e9);
    return { up: link('up'), down: link('down'), server: this.server };
  }

  client(limit?: { qps: number; burst: number }): ApiClient {
    const name = `test-client-${this.#connections}`;
    const connection = this.connection();
    return new ApiClient(this.transport, { name, user: name, connection, ...(limit && { limit }) });
  }

  /** Sends and runs until the answer is there. */
  request(client: ApiClient, request: ApiRequest): ApiResponse {
    let response: ApiResponse | undefined;
    client.send(request, (call) => {
      response = call.response;
      this.simulation.stop();
    });
    while (response === undefined && this.simulation.run() === 'stopped');
    return response as unknown as ApiResponse;
  }

  run(untilUs: number): void {
    this.simulation.run(untilUs);
  }

  /** Lets time pass, also when nothing happens. */
  wait(us: number): void {
    this.simulation.after(us, this.#waited);
    this.simulation.run(this.simulation.now + us);
  }

  /** Opens a watch that writes down what it gets, and when. */
  watch(request: Partial<ApiRequest> & Pick<ApiRequest, 'resource'>): RecordedWatch {
    return new RecordedWatch(this, request);
  }
}

/** A watch of a test. Its events are read when they have arrived. */
export class RecordedWatch {
  readonly events: { readonly atUs: number; readonly event: WatchEvent }[] = [];
  /** The answer to the request, when it is there. */
  response: ApiResponse | undefined;
  static #count = 0;

  constructor(
    controlPlane: TestControlPlane,
    request: Partial<ApiRequest> & Pick<ApiRequest, 'resource'>,
  ) {
    const { simulation } = controlPlane;
    const read = (): void => {
      const { watch } = this.response ?? {};
      for (let event = watch?.next(simulation.now); event !== undefined; ) {
        this.events.push({ atUs: simulation.now, event });
        event = watch?.next(simulation.now);
      }
    };
    const name = `test.WatchEventArrived${RecordedWatch.#count++}`;
    const watcher = { kind: simulation.defineEvent(name, read), target: 0 };
    controlPlane
      .client()
      .send({ verb: 'watch', namespace: '', name: '', watcher, ...request }, ({ response }) => {
        this.response = response;
        read();
      });
  }

  /** `ADDED web-1` in order of arrival. */
  get lines(): string[] {
    return this.events.map(({ event }) => `${event.type} ${event.object.metadata.name}`);
  }

  get revisions(): number[] {
    return this.events.map(({ event }) => event.revision);
  }
}
