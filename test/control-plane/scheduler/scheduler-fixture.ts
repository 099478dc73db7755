// A scheduler on a host of its own, with an API server in memory behind links of 500 µs.

import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { Node } from '../../../src/api/node.js';
import type { Pod } from '../../../src/api/pod.js';
import { ApiClient } from '../../../src/client/api-client.js';
import { ApiTransport } from '../../../src/client/api-transport.js';
import { Informer } from '../../../src/client/informer.js';
import {
  type PodStage,
  type SchedulingResult,
  SilentObserver,
} from '../../../src/client/observer.js';
import { pluginHandle } from '../../../src/control-plane/scheduler/configuration/plugin-sets.js';
import { schedulerConstants } from '../../../src/control-plane/scheduler/constants.js';
import {
  featureGatesOf,
  type StatedGates,
} from '../../../src/control-plane/scheduler/feature-gates.js';
import { Framework } from '../../../src/control-plane/scheduler/framework/framework.js';
import type {
  PluginHandle,
  SchedulerHandle,
} from '../../../src/control-plane/scheduler/framework/plugin-handle.js';
import {
  type EnabledPlugin,
  multiPoint,
} from '../../../src/control-plane/scheduler/framework/plugin-set.js';
import { Scheduler } from '../../../src/control-plane/scheduler/scheduler.js';
import type { SchedulerMonitor } from '../../../src/control-plane/scheduler/scheduler-monitor.js';
import type { SchedulingRecorder } from '../../../src/control-plane/scheduler/scheduling-recorder.js';
import { distribution } from '../../../src/kernel/distributions.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { CpuHost, Link } from '../../../src/kernel/stations.js';
import { FakeApiServer } from '../../support/fake-api-server.js';
import { plainPlugins } from './plain-plugins.js';
import { frameworksOf } from './preemption-fixture.js';

/** Notes what the scheduler reports, one line each: `12345 scheduled uid-p`. */
export class SchedulingLog extends SilentObserver {
  readonly lines: string[] = [];
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    super();
    this.#simulation = simulation;
  }

  override podReached(uid: string, stage: PodStage): void {
    this.lines.push(`${this.#simulation.now} ${stage} ${uid}`);
  }

  override schedulingAttempted(uid: string, result: SchedulingResult, durationUs: number): void {
    this.lines.push(`${this.#simulation.now} attempt ${result} ${uid} ${durationUs}`);
  }
}

export interface SchedulerFixtureOptions {
  readonly plugins?:
    | readonly EnabledPlugin[]
    | ((handle: PluginHandle) => readonly EnabledPlugin[]);
  /** All default plugins, with preemption, instead; they see PodDisruptionBudgets. */
  readonly isComplete?: boolean;
  readonly qps?: number;
  readonly burst?: number;
  readonly recorder?: SchedulingRecorder;
  readonly gates?: StatedGates;
  readonly monitorFor?: (simulation: Simulation) => SchedulerMonitor;
}

function frameworkWith(
  schedulerName: string,
  plugins: NonNullable<SchedulerFixtureOptions['plugins']>,
  handle: SchedulerHandle,
): Framework {
  const own = pluginHandle(handle, () => framework);
  const enabled = typeof plugins === 'function' ? plugins(own) : plugins;
  const framework = new Framework({ schedulerName, plugins: multiPoint(enabled) });
  return framework;
}

export class SchedulerFixture {
  readonly simulation = new Simulation('scheduler-test');
  readonly transport = new ApiTransport(this.simulation);
  readonly server = new FakeApiServer(this.transport);
  readonly host = new CpuHost(this.simulation, 'master', 2);
  readonly log = new SchedulingLog(this.simulation);
  readonly scheduler: Scheduler;
  #clients = 0;

  constructor(options: SchedulerFixtureOptions = {}) {
    this.scheduler = this.addScheduler('kube-scheduler', 'default-scheduler', options);
  }

  /** Another scheduler with its own informers; pods ask for it by `schedulerName`. */
  addScheduler(
    name: string,
    schedulerName: string,
    options: SchedulerFixtureOptions = {},
  ): Scheduler {
    const { simulation, host, log } = this;
    const { qps = schedulerConstants.clientQps, burst = schedulerConstants.clientBurst } = options;
    const { isComplete = false, plugins = plainPlugins() } = options;
    const pods = this.#informer<Pod>(`${name}/pods`, 'pods');
    const nodes = this.#informer<Node>(`${name}/nodes`, 'nodes');
    const resources = isComplete ? ['poddisruptionbudgets'] : [];
    const objects = resources.map((resource) => this.#informer(`${name}/${resource}`, resource));
    const scheduler = new Scheduler({
      name,
      simulation,
      host,
      client: this.#client(name, { qps, burst }),
      eventsClient: this.#client(`${name}/events`, { qps, burst }),
      pods,
      nodes,
      observer: log,
      recorder: options.recorder,
      featureGates: featureGatesOf(options.gates ?? {}),
      monitor: options.monitorFor?.(simulation),
      objects,
      profiles: (handle) =>
        isComplete ? frameworksOf(null, handle) : [frameworkWith(schedulerName, plugins, handle)],
    });
    for (const informer of [pods, nodes, ...objects]) informer.start();
    return scheduler;
  }

  #client(name: string, limit?: { qps: number; burst: number }): ApiClient {
    const link = (way: string) =>
      new Link(
        this.simulation,
        `${name}/${this.#clients}/${way}`,
        distribution({ kind: 'constant', value: 500 }),
        1e9,
      );
    this.#clients++;
    const connection = { up: link('up'), down: link('down'), server: this.server };
    return new ApiClient(this.transport, {
      name,
      user: `system:${name}`,
      connection,
      ...(limit && { limit }),
    });
  }

  #informer<T extends KubernetesObject>(name: string, resource: string): Informer<T> {
    return new Informer<T>(this.simulation, { name, resource, client: this.#client(name) });
  }

  create(...objects: KubernetesObject[]): void {
    for (const object of objects) this.server.create(object);
  }

  /** Starts the scheduler and lets `seconds` pass. */
  start(seconds = 1): void {
    this.scheduler.start();
    this.run(seconds);
  }

  run(seconds: number): void {
    this.simulation.run(this.simulation.now + seconds * 1_000_000);
  }

  nodeOf(name: string): string {
    return this.server.get<Pod>('pods', `default/${name}`).spec.nodeName ?? '';
  }

  /** Events as `Normal Scheduled: text`, in order of creation. */
  events(): string[] {
    return this.server
      .list<KubernetesObject & { kind: 'Event' }>('events')
      .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
  }
}
