// One kubelet: what it was started with and the data its parts keep for it. Data only; the fleet's
// parts act on it.
import type { EventSource } from '../../api/event.js';
import { extended } from '../../api/extended.js';
import type { Node, NodeAddress } from '../../api/node.js';
import type { Pod } from '../../api/pod.js';
import { ApiClient } from '../../client/api-client.js';
import type { ApiTransport } from '../../client/api-transport.js';
import type { Connection } from '../../client/connection.js';
import type { WatchEvent, WatchStream } from '../../client/watch.js';
import type { EventHandle } from '../../kernel/event-queue.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import type { RuntimeName } from '../cri.js';
import type { KubeletSettings } from './constants.js';
import { defaultKubeletConfiguration, type KubeletConfiguration } from './kubelet-configuration.js';
import { NodeUsage } from './pod-admission.js';
import { noEvent, type PodRecord } from './pod-record.js';

/** What a kubelet is started with. */
export interface KubeletNode {
  readonly name: string;
  /** The Node object that the kubelet registers. */
  readonly node: Node;
  readonly runtime: RuntimeName;
  readonly cores: number;
  /** Images that are on the node from the start. */
  readonly images: readonly string[];
  readonly serializeImagePulls: boolean;
  /** Ignored when pulls are serial; 0: as many as there are. */
  readonly maxParallelImagePulls: number;
  /** Manifests of pods that it runs from files; absent: none. */
  readonly staticPods?: readonly Pod[];
  /** Absent: what a kubelet is started with when nobody says anything. */
  readonly configuration?: KubeletConfiguration;
  /** The Node and its Lease are stored already: the kubelet is long up and only carries on. */
  readonly isRegistered?: boolean;
  /** From registration until its network is up, µs; absent: as soon as its runtime is. */
  readonly networkReadyUs?: number;
}

/** What a node is short of. */
export interface NodePressure {
  readonly memory: boolean;
  /** Of bytes or of inodes. */
  readonly disk: boolean;
  readonly pid: boolean;
}

/** State of one kubelet. */
export class NodeAgent {
  readonly index: number;
  readonly spec: KubeletNode;
  /** Of the process, in reports and of its streams: another one in each life. */
  readonly name: string;
  /** How many kubelets there were on the node before this one. */
  readonly life: number;
  readonly connection: Connection;
  /** When this kubelet started; -Infinity when long ago. */
  readonly startedUs: SimTime;
  /** Leases and node status, not limited. */
  readonly heartbeatClient: ApiClient;
  readonly client: ApiClient;
  readonly eventClient: ApiClient;
  /** Who posts its Events. */
  readonly eventSource: EventSource;
  readonly usage: NodeUsage = new NodeUsage();
  /** Critical pods for which others go. */
  readonly preemptors: Set<PodRecord> = new Set();
  readonly configuration: KubeletConfiguration;
  /** What the node is short of, or was a short while ago. */
  pressure: NodePressure = { memory: false, disk: false, pid: false };
  /** Of the machine; '' when the Node states none. */
  readonly address: string;
  /** The same as the status of a pod shows it. */
  readonly hostIPs: readonly { readonly ip: string }[];
  /** Pods that this kubelet knows, by UID. */
  readonly pods: Map<string, PodRecord> = new Map();
  /** Static pods by the UID of their mirror. */
  readonly mirrors: Map<string, PodRecord> = new Map();
  /** Pods whose status waits to be written; the first is at `statusHead`. */
  statusQueue: PodRecord[] = [];
  isWritingStatus = false;
  /** The process has ended: nothing more is sent from it, and nothing is read. */
  isStopped = false;
  /** What the clock of its machine is ahead of the true time, µs; negative: behind. */
  clockOffsetUs = 0;
  /** The start of the next process. */
  startEvent: EventHandle = noEvent;
  /** Pods that kubelets before this one have left on the node, by UID. */
  readonly leftovers: Map<string, PodRecord> = new Map();
  watch: WatchStream | undefined;
  /** Reasons of Events about the node that were posted before. */
  readonly nodeEvents: Set<string> = new Set();
  /** Watch events that its process decodes, where that takes CPU time. */
  readonly decoding: WatchEvent[] = [];
  /** Everything up to this store revision has come over the watch. */
  watchedRevision = 0;
  /** Of the times for which its watches are asked; made with the first one. */
  watchTimeouts: RandomStream | undefined;
  /** The watch is to be opened again where it was, not after a list. */
  isWatchLost = false;
  listBackoffUs = 0;
  listEvent: EventHandle = noEvent;
  /** When the sync loop has worked off what it was given. */
  syncLoopFreeUs: SimTime = 0;
  /** Phases of periodic loops: each in [0, period). */
  readonly relistPhaseUs: number;
  readonly syncPhaseUs: number;
  readonly populatorPhaseUs: number;
  readonly reconcilerPhaseUs: number;
  readonly evictionPhaseUs: number;
  readonly imageGCPhaseUs: number;

  constructor(
    transport: ApiTransport,
    settings: KubeletSettings,
    index: number,
    spec: KubeletNode,
    connection: Connection,
    host: CpuHost | undefined,
    life = 0,
  ) {
    this.index = index;
    this.spec = spec;
    this.configuration = spec.configuration ?? defaultKubeletConfiguration;
    this.life = life;
    this.name = life === 0 ? `kubelet/${spec.name}` : `kubelet/${spec.name}#${life}`;
    this.connection = connection;
    const { simulation } = transport;
    const isOld = spec.isRegistered === true && life === 0;
    this.startedUs = isOld ? Number.NEGATIVE_INFINITY : simulation.now;
    const user = `system:node:${spec.name}`;
    const { name } = this;
    const { kubeApiQps, kubeApiBurst, eventRecordQps, eventBurst } = settings;
    const common = { name, user, connection, ...(host && { host }) };
    const timeoutUs = settings.heartbeatTimeoutUs;
    this.heartbeatClient = new ApiClient(transport, extended(common, { timeoutUs }));
    const limit = { qps: kubeApiQps, burst: kubeApiBurst };
    this.client = new ApiClient(transport, extended(common, { limit }));
    const eventLimit = { qps: eventRecordQps, burst: eventBurst };
    this.eventClient = new ApiClient(transport, extended(common, { limit: eventLimit }));
    this.eventSource = { component: 'kubelet', host: spec.name };
    const isInternal = ({ type }: NodeAddress): boolean => type === 'InternalIP';
    this.address = spec.node.status?.addresses?.find(isInternal)?.address ?? '';
    this.hostIPs = [{ ip: this.address }];
    const phase = phases(simulation, name);
    this.relistPhaseUs = phase(settings.relistPeriodUs);
    this.syncPhaseUs = phase(settings.syncTickUs);
    this.populatorPhaseUs = phase(settings.volumeLoopUs);
    this.reconcilerPhaseUs = phase(settings.volumeLoopUs);
    this.evictionPhaseUs = phase(settings.evictionMonitoringUs);
    this.imageGCPhaseUs = phase(settings.imageGCPeriodUs);
  }
}

/** What the clock of a kubelet's machine shows at `now`. */
export function clockOf({ clockOffsetUs }: NodeAgent, now: SimTime): SimTime {
  return now + clockOffsetUs;
}

function phases(simulation: Simulation, name: string): (periodUs: number) => number {
  const stream = simulation.random.stream(`${name}/phases`);
  return (periodUs) => (periodUs === 0 ? 0 : stream.below(periodUs));
}
