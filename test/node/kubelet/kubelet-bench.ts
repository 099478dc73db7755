// A cluster of kubelets on the in-memory API server, with constant times: links take 1 ms, a pod
// without volumes and with its image present runs after exact steps.

import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { Node } from '../../../src/api/node.js';
import type { Pod, PodSpec } from '../../../src/api/pod.js';
import { ApiTransport } from '../../../src/client/api-transport.js';
import type { Connection } from '../../../src/client/connection.js';
import { type PodStage, SilentObserver } from '../../../src/client/observer.js';
import type { WatchEvent } from '../../../src/client/watch.js';
import { distribution } from '../../../src/kernel/distributions.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { Link } from '../../../src/kernel/stations.js';
import { ContainerRuntimes } from '../../../src/node/container-runtime/container-runtimes.js';
import type { RuntimeProfile } from '../../../src/node/cri.js';
import type { KubeletSettings } from '../../../src/node/kubelet/constants.js';
import { KubeletFleet, type KubeletFleetOptions } from '../../../src/node/kubelet/kubelet-fleet.js';
import type { KubeletNode } from '../../../src/node/kubelet/node-agent.js';
import {
  type NetworkPlugin,
  nodePodCidr,
  staticNetwork,
} from '../../../src/node/kubelet/pod-network.js';
import { NodeCpus } from '../../../src/node/node-cpus.js';
import { FakeApiServer } from '../../support/fake-api-server.js';

export const msUs = 1_000;
export const secondUs = 1_000_000;
/** Zero of all times that a test states: by then the kubelets are watching. */
export const originUs = 1_000_000;

const constant = (value: number) => ({ kind: 'constant', value }) as const;

/** A runtime with one exact time a call. */
export const exactRuntime: RuntimeProfile = {
  runPodSandbox: constant(100 * msUs),
  networkAdd: constant(50 * msUs),
  createContainer: constant(30 * msUs),
  startContainer: constant(20 * msUs),
  stopContainer: constant(40 * msUs),
  stopPodSandbox: constant(60 * msUs),
};

/** Every drawn or periodic delay of the kubelet's own is nothing, but for what a test sets. */
export const plainSettings: Partial<KubeletSettings> = {
  syncLoopUs: 0,
  podDirectoriesP50Us: 10 * msUs,
  podDirectoriesP99Us: 10 * msUs,
  mountP50Us: 0,
  mountP99Us: 0,
  volumeLoopUs: 0,
  relistPeriodUs: 0,
  relistUs: 0,
  relistPerPodNanoseconds: 0,
  podRelistUs: 5 * msUs,
  syncTickUs: 0,
  syncBackoffJitter: 0,
  manifestP50Us: 100 * msUs,
  manifestP99Us: 100 * msUs,
  pullSlowdownP99: 1,
  networkProbeUs: 0,
  requestTokens: false,
  recordEvents: false,
  reportPodSandbox: false,
};

/** What an observer was told, as text with the time in milliseconds. */
class Recorder extends SilentObserver {
  readonly stages: [number, string, PodStage][] = [];
  readonly pulls: [string, string, number, number][] = [];
  readonly commits: [number, WatchEvent][] = [];
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    super();
    this.#simulation = simulation;
  }

  override podReached(uid: string, stage: PodStage): void {
    this.stages.push([this.#simulation.now, uid, stage]);
  }

  override imagePulled(node: string, image: string, bytes: number, durationUs: number): void {
    this.pulls.push([node, image, bytes, durationUs]);
  }

  override committed(event: WatchEvent): void {
    this.commits.push([this.#simulation.now, event]);
  }
}

export interface BenchOptions {
  readonly nodes?: number;
  readonly settings?: Partial<KubeletSettings>;
  readonly node?: Partial<KubeletNode>;
  readonly network?: Partial<KubeletFleetOptions['network']>;
  readonly runtime?: RuntimeProfile;
  readonly applicationStartUs?: number;
  readonly seed?: string;
  readonly networkPlugin?: NetworkPlugin;
  readonly servers?: KubeletFleetOptions['servers'];
  readonly storage?: KubeletFleetOptions['storage'];
  /** Containers may say what CPU they use. */
  readonly sharesCpu?: boolean;
}

/** The node object of the i-th node. */
export function nodeObject(index: number, podLimit = 110): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${index}` },
    spec: {},
    status: {
      capacity: { cpu: '4', memory: '8Gi', pods: `${podLimit}` },
      allocatable: { cpu: '4', memory: '8Gi', pods: `${podLimit}` },
      addresses: [{ type: 'InternalIP', address: `192.168.0.${index + 1}` }],
    },
  };
}

export class KubeletBench {
  readonly simulation: Simulation;
  readonly server: FakeApiServer;
  readonly recorder: Recorder;
  readonly fleet: KubeletFleet;
  readonly cpus: NodeCpus | undefined;
  /** [time in ms, what] of everything that `watch` was asked to note. */
  readonly log: [number, string][] = [];
  readonly #options: BenchOptions;

  constructor(options: BenchOptions = {}) {
    this.#options = options;
    this.simulation = new Simulation(options.seed ?? 'kubelet');
    const { simulation } = this;
    const transport = new ApiTransport(simulation);
    this.recorder = new Recorder(simulation);
    this.server = new FakeApiServer(transport, this.recorder);
    const { nodes = 1, runtime = exactRuntime } = options;
    const profiles = { containerd: runtime, 'cri-o': runtime, docker: runtime, rkt: runtime };
    const delay = distribution({ kind: 'constant', value: msUs });
    const connectionFor = (index: number): Connection => ({
      up: new Link(simulation, `node-${index}/up`, delay, Number.POSITIVE_INFINITY),
      down: new Link(simulation, `node-${index}/down`, delay, Number.POSITIVE_INFINITY),
      server: this.server,
    });
    this.cpus = options.sharesCpu === true ? new NodeCpus(simulation) : undefined;
    this.fleet = new KubeletFleet({
      simulation,
      ...(this.cpus && { cpus: this.cpus }),
      transport,
      nodes: Array.from({ length: nodes }, (_, index) => this.kubeletNode(index)),
      runtime: new ContainerRuntimes(simulation, profiles),
      connectionFor,
      observer: this.recorder,
      network: {
        registryBytesPerSecond: Number.POSITIVE_INFINITY,
        imageSizes: new Map([['app:1', 50_000_000]]),
        imageBytes: constant(100_000_000),
        ...options.network,
      },
      applicationStart: constant(options.applicationStartUs ?? 0),
      networkPlugin:
        options.networkPlugin ?? staticNetwork((index) => nodePodCidr('10.244.0.0/16', index, 24)),
      settings: { ...plainSettings, ...options.settings },
      servers: options.servers,
      storage: options.storage,
    });
  }

  kubeletNode(index: number): KubeletNode {
    return {
      name: `node-${index}`,
      node: nodeObject(index),
      runtime: 'containerd',
      cores: 4,
      images: ['app:1'],
      serializeImagePulls: true,
      maxParallelImagePulls: 0,
      isRegistered: true,
      ...this.#options.node,
    };
  }

  /** Creates a pod that is bound to a node, at a time. */
  bind(atUs: number, name: string, spec: Partial<PodSpec> = {}, more: PodMore = {}): void {
    const pod = boundPod(name, spec, more);
    this.at(atUs, () => this.server.create(pod));
  }

  /** Lets an outside hand act at a time. */
  at(atUs: number, act: () => void): void {
    const { simulation } = this;
    const kind = simulation.defineEvent(`test.${this.#acts++}`, act);
    simulation.at(originUs + atUs, kind);
  }

  #acts = 0;

  /** Asks for a pod to be deleted, as a user would. */
  delete(atUs: number, name: string, graceSeconds: number): void {
    this.at(atUs, () => {
      const pod = this.pod(name);
      const deletionTimestamp = this.simulation.now + graceSeconds * secondUs;
      const metadata = {
        ...pod.metadata,
        deletionTimestamp,
        deletionGracePeriodSeconds: graceSeconds,
      };
      this.server.update({ ...pod, metadata } as KubernetesObject);
    });
  }

  pod(name: string): Pod {
    return this.server.get<Pod>('pods', `default/${name}`);
  }

  run(untilUs: number): void {
    this.simulation.run(originUs + untilUs);
  }

  /** Every commit of pods as [ms, name, what the pod shows]. */
  podHistory(show: (pod: Pod) => string = summaryOf): [number, string, string][] {
    return this.recorder.commits.flatMap(([time, { object, type }]) => {
      if (object.kind !== 'Pod') return [];
      const what = type === 'DELETED' ? 'gone' : show(object);
      return [[sinceOrigin(time), object.metadata.name, what] as [number, string, string]];
    });
  }

  /** Stages of pods as [ms, uid, stage]. */
  get stages(): [number, string, string][] {
    return this.recorder.stages.map(([time, uid, stage]) => [sinceOrigin(time), uid, stage]);
  }

  /** Requests as `verb resource/subresource`, in order of arrival. */
  requests(resource: string): string[] {
    return this.server.requests
      .filter((request) => request.resource === resource)
      .map(({ verb, subresource }) => (subresource ? `${verb}/${subresource}` : verb));
  }
}

/** Milliseconds since the origin. */
export function sinceOrigin(timeUs: number | undefined): number {
  return ((timeUs ?? Number.NaN) - originUs) / msUs;
}

/** Phase, readiness and the states of all containers: `Running ready app:running`. */
export function summaryOf(pod: Pod): string {
  const {
    phase,
    conditions,
    initContainerStatuses = [],
    containerStatuses = [],
  } = pod.status ?? {};
  const isReady = conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  const states = [...initContainerStatuses, ...containerStatuses].map(
    ({ name, state, restartCount }) => {
      const what =
        state?.waiting?.reason ??
        (state?.running ? 'running' : `exit ${state?.terminated?.exitCode}`);
      return `${name}:${what}${restartCount > 0 ? ` x${restartCount}` : ''}`;
    },
  );
  const deleting = pod.metadata.deletionTimestamp === undefined ? [] : ['deleting'];
  return [phase, ...(isReady ? ['ready'] : []), ...deleting, ...states].join(' ');
}

/** Labels and the like of a pod in a test. */
export interface PodMore {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly node?: string;
  readonly uid?: string;
}

/** A pod of one container with the image `app:1`, bound to node-0. */
export function boundPod(name: string, spec: Partial<PodSpec> = {}, more: PodMore = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: more.uid ?? `uid-${name}`,
      ...(more.annotations && { annotations: more.annotations }),
    },
    spec: {
      nodeName: more.node ?? 'node-0',
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      containers: [{ name: 'app', image: 'app:1' }],
      ...spec,
    },
    status: {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'True' }],
    },
  };
}
