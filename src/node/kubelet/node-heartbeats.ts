// How a kubelet makes its node known and keeps it alive: it registers the Node, reports Ready as
// soon as its runtime is up, renews its Lease every 10 s and reports the node's status every 5
// minutes, or within 10 s when its images have changed. None of this passes the limit of its other
// requests.
// A kubelet that starts with a registered node carries on at a
// random place of both periods. A node whose clock has been set back renews its Lease without being
// believed until the clock is where it was; until then its kubelet looks, as often as it renews,
// whether the node has been marked as lost.
// Source: Kubernetes v1.36 pkg/kubelet/kubelet_node_status.go, component-helpers lease (reference:
// nodes-controllers §1.18).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { type Lease, renewedLease } from '../../api/lease.js';
import type { Node } from '../../api/node.js';
import type { ApiCall } from '../../client/api-call.js';
import { type ApiRequest, type ApiResponse, isSuccess } from '../../client/api-request.js';
import type { EventHandle } from '../../kernel/event-queue.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import type { ClaimMounts } from './claim-mounts.js';
import type { ImageManager } from './image-manager.js';
import type { KubeletContext } from './kubelet-context.js';
import { clockOf, type NodeAgent } from './node-agent.js';
import { conditionsAt } from './node-conditions.js';
import { leasePeriodUs, NodeRests, statusPeriodUs } from './node-rests.js';
import { networkNotReady, type PodNetwork } from './pod-network.js';
import { noEvent } from './pod-record.js';

const leaseNamespace = 'kube-node-lease';

/** What heartbeats ask about, and whom they tell. */
export interface HeartbeatParts {
  readonly network: PodNetwork;
  readonly images: () => ImageManager;
  /** Undefined where there is no storage. */
  readonly claims: () => ClaimMounts | undefined;
  /** The Node object exists; called once a node. */
  readonly onRegistered: (agent: NodeAgent) => void;
}

/** A status under way. */
interface Report {
  readonly agent: NodeAgent;
  readonly volumesInUse?: readonly string[];
}

export class NodeHeartbeats {
  readonly #context: KubeletContext;
  readonly #network: PodNetwork;
  readonly #images: () => ImageManager;
  readonly #claims: () => ClaimMounts | undefined;
  readonly #onRegistered: (agent: NodeAgent) => void;
  readonly #registered: EventKind;
  readonly #leaseDue: EventKind;
  readonly #statusDue: EventKind;
  // Columns by node.
  readonly #streams: RandomStream[] = [];
  readonly #leases: (Lease | undefined)[] = [];
  readonly #leaseFailures: number[] = [];
  /** The latest renew time that was stored, and whether the last one was earlier than that. */
  readonly #latestRenewUs: SimTime[] = [];
  readonly #isSetBack: boolean[] = [];
  readonly #registerBackoffUs: number[] = [];
  /** Renewals have failed for so long that the node may have been marked NotReady. */
  readonly #mayBeNotReady: boolean[] = [];
  readonly #statusEvents: EventHandle[] = [];
  /** The next renewal of the lease, or the next try to register. */
  readonly #leaseEvents: EventHandle[] = [];
  readonly #isReady: boolean[] = [];
  readonly #hasNewImages: boolean[] = [];
  readonly #hasNewVolumes: boolean[] = [];
  /** Undefined: nobody rests. */
  readonly #rests: NodeRests | undefined;

  constructor(context: KubeletContext, parts: HeartbeatParts) {
    const { simulation } = context;
    const { network, images, claims, onRegistered } = parts;
    this.#context = context;
    this.#network = network;
    this.#images = images;
    this.#claims = claims;
    this.#onRegistered = onRegistered;
    this.#rests = this.#newRests();
    this.#registered = simulation.defineEvent('kubelet.NodeRegistrationRetried', (node) =>
      this.#register(context.agents[node] as NodeAgent),
    );
    this.#leaseDue = simulation.defineEvent('kubelet.LeaseRenewalDue', (node) =>
      this.#renew(context.agents[node] as NodeAgent),
    );
    this.#statusDue = simulation.defineEvent('kubelet.NodeStatusDue', (node, _, now) => {
      this.#statusEvents[node] = noEvent;
      this.#report(context.agents[node] as NodeAgent, now);
    });
  }

  #newRests(): NodeRests | undefined {
    const { lazyHeartbeats, settings, agents } = this.#context;
    if (lazyHeartbeats === undefined) return undefined;
    const rests = new NodeRests(lazyHeartbeats, settings, this.#streams);
    lazyHeartbeats.onDisturbed(() => {
      for (const agent of agents) this.#wake(agent, rests);
    });
    return rests;
  }

  /** A node that rests carries on where it would stand. */
  #wake({ index }: NodeAgent, rests: NodeRests): void {
    const { simulation } = this.#context;
    rests.catchUp(index, simulation.now);
    const leaseUs = rests.takeLease(index);
    if (leaseUs !== undefined)
      this.#leaseEvents[index] = simulation.at(leaseUs, this.#leaseDue, index);
    const statusUs = rests.takeStatus(index);
    if (statusUs === undefined || this.#statusEvents[index] !== noEvent) return;
    this.#statusEvents[index] = simulation.at(statusUs, this.#statusDue, index);
  }

  /** Starts the heartbeats of the next node. */
  start(agent: NodeAgent): void {
    const { simulation, settings } = this.#context;
    const { index, spec } = agent;
    const stream = simulation.random.stream(`${agent.name}/heartbeat`);
    const isUp = spec.isRegistered === true && agent.life === 0;
    this.#rests?.add(index, spec.name);
    this.#streams[index] = stream;
    this.#leases[index] = undefined;
    this.#leaseFailures[index] = 0;
    this.#mayBeNotReady[index] = false;
    this.#registerBackoffUs[index] = settings.registerBackoffInitialUs;
    this.#statusEvents[index] = noEvent;
    this.#leaseEvents[index] = noEvent;
    this.#isReady[index] = isUp && this.#network.isInstalled(index);
    this.#hasNewImages[index] = false;
    this.#hasNewVolumes[index] = false;
    if (!isUp) return this.#register(agent);
    this.#plan(index, this.#leaseDue, stream.below(settings.leaseRenewUs));
    this.#reportAfter(agent, stream.below(settings.nodeStatusReportUs));
    this.#onRegistered(agent);
  }

  /** The kubelet has ended, and with it its heartbeats. */
  stop({ index }: NodeAgent): void {
    const { simulation } = this.#context;
    for (const events of [this.#statusEvents, this.#leaseEvents]) {
      const event = events[index] as EventHandle;
      if (event !== noEvent) simulation.cancel(event);
      events[index] = noEvent;
    }
    this.#rests?.end(index, simulation.now);
  }

  #plan(index: number, kind: EventKind, delayUs: number): void {
    this.#leaseEvents[index] = this.#context.simulation.after(delayUs, kind, index);
  }

  /** The images of a node have changed: its next status tick reports them. */
  imagesChanged(node: number): void {
    this.#reportNews(node, this.#hasNewImages, this.#hasNewVolumes);
  }

  /** Other volumes of claims are in use on a node: its next status tick reports them. */
  volumesChanged(node: number): void {
    this.#reportNews(node, this.#hasNewVolumes, this.#hasNewImages);
  }

  /** News of one kind, by node; `others`: of the other kind, which the same tick reports. */
  #reportNews(node: number, news: boolean[], others: readonly boolean[]): void {
    const { settings, agents } = this.#context;
    if (news[node] === true) return;
    news[node] = true;
    if (this.#isReady[node] !== true) return; // its first report says so
    if (others[node] === true) return; // that tick is near
    const withinUs = (this.#streams[node] as RandomStream).below(settings.nodeStatusTickUs);
    this.#reportAfter(agents[node] as NodeAgent, withinUs);
  }

  /** The conditions of a node have changed: its next status tick reports them. */
  conditionsChanged(agent: NodeAgent): void {
    this.#reportAtNextTick(agent);
  }

  /** The next look at the runtime finds the network ready, and the node is reported Ready. */
  networkInstalled(agent: NodeAgent): void {
    const { runtimeCheckUs } = this.#context.settings;
    const stream = this.#streams[agent.index] as RandomStream;
    this.#reportAfter(agent, stream.below(runtimeCheckUs));
  }

  #register(agent: NodeAgent): void {
    this.#leaseEvents[agent.index] = noEvent;
    const now = clockOf(agent, this.#context.simulation.now);
    const { name, node } = agent.spec;
    const conditions = conditionsAt(node, agent.pressure, 'container runtime is not up yet', now);
    const body: Node = { ...node, status: { ...node.status, conditions } };
    agent.heartbeatClient.send(
      { verb: 'create', resource: 'nodes', namespace: '', name, body },
      this.#onPosted,
      agent,
    );
  }

  readonly #onPosted = (call: ApiCall): void => {
    const agent = call.context as NodeAgent;
    const response = call.response as ApiResponse;
    const { settings } = this.#context;
    const { index } = agent;
    if (!isSuccess(response) && response.code !== 409) {
      const backoffUs = this.#registerBackoffUs[index] as number;
      this.#registerBackoffUs[index] = Math.min(2 * backoffUs, settings.registerBackoffMaxUs);
      this.#plan(index, this.#registered, backoffUs);
      return;
    }
    const { networkReadyUs = 0 } = agent.spec;
    this.#reportAfter(agent, Math.max(settings.fastStatusPollUs, networkReadyUs));
    this.#createLease(agent);
    this.#onRegistered(agent);
  };

  #createLease(agent: NodeAgent): void {
    const request = leaseRequest(agent, 'create', this.#leaseBody(agent, undefined));
    agent.heartbeatClient.send(request, this.#onRenewed, agent);
  }

  #renew(agent: NodeAgent): void {
    this.#leaseEvents[agent.index] = noEvent;
    const known = this.#leases[agent.index];
    const request = leaseRequest(agent, 'update', this.#leaseBody(agent, known));
    agent.heartbeatClient.send(request, this.#onRenewed, agent);
  }

  #leaseBody(agent: NodeAgent, known: Lease | undefined): Lease {
    const { simulation, settings } = this.#context;
    const { spec } = agent;
    const renewTime = clockOf(agent, simulation.now);
    if (known !== undefined) return renewedLease(known, spec.name, renewTime);
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: spec.name, namespace: leaseNamespace },
      spec: {
        holderIdentity: spec.name,
        leaseDurationSeconds: settings.leaseDurationSeconds,
        renewTime,
      },
    };
  }

  /** Plans the next renewal; a failed one is repeated at once a few times. */
  readonly #onRenewed = (call: ApiCall): void => {
    const agent = call.context as NodeAgent;
    const response = call.response as ApiResponse;
    const { settings } = this.#context;
    const { index } = agent;
    const stream = this.#streams[index] as RandomStream;
    if (isSuccess(response)) {
      const isFirst = call.request.verb === 'create';
      this.#leases[index] = response.object as Lease;
      this.#leaseFailures[index] = 0;
      this.#noteRenewal(agent, (response.object as Lease).spec?.renewTime ?? 0);
      if (this.#mayBeNotReady[index] === true) this.#reportAtNextTick(agent);
      const periodUs = leasePeriodUs(settings, stream);
      // Nodes that register together would renew together for long: real ones start apart.
      const afterUs = isFirst ? stream.below(settings.leaseRenewUs) : periodUs;
      if (!isFirst && this.#leaseRests(call, afterUs)) return;
      this.#plan(index, this.#leaseDue, afterUs);
      return;
    }
    this.#leases[index] = undefined;
    if (response.code === 404) return this.#createLease(agent);
    const failures = (this.#leaseFailures[index] as number) + 1;
    if (failures > 1) agent.heartbeatClient.closeConnection();
    const isOver = failures >= settings.leaseRetries;
    this.#leaseFailures[index] = isOver ? 0 : failures;
    if (isOver) this.#mayBeNotReady[index] = true;
    this.#plan(index, this.#leaseDue, isOver ? settings.leaseRenewUs : 0);
  };

  /** Whether the next renewals of a node need not be sent. */
  #leaseRests(call: ApiCall, afterUs: number): boolean {
    const { index } = call.context as NodeAgent;
    if (this.#rests?.isAllowed !== true || this.#isSetBack[index] === true) return false;
    const { now } = this.#context.simulation;
    this.#rests.restLease(index, now - call.sentUs, now + afterUs);
    return true;
  }

  /** A time before one that was stored says nothing to who watches over nodes. */
  #noteRenewal(agent: NodeAgent, renewUs: SimTime): void {
    const { index } = agent;
    const latestUs = this.#latestRenewUs[index] ?? renewUs;
    const wasSetBack = this.#isSetBack[index] === true;
    this.#isSetBack[index] = renewUs < latestUs;
    this.#latestRenewUs[index] = Math.max(latestUs, renewUs);
    if (!wasSetBack && renewUs >= latestUs) return;
    const { name } = agent.spec;
    const request = { verb: 'get', resource: 'nodes', namespace: '', name } as const;
    agent.heartbeatClient.send(request, this.#onSeen, agent);
  }

  /** A node that was marked as lost is reported as it is. */
  readonly #onSeen = (call: ApiCall): void => {
    const node = call.response?.object as Node | undefined;
    const ready = node?.status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status === 'Unknown') this.#reportAfter(call.context as NodeAgent, 0);
  };

  /** The next tick finds that the stored conditions are not those of the node. */
  #reportAtNextTick(agent: NodeAgent): void {
    const { settings } = this.#context;
    this.#mayBeNotReady[agent.index] = false;
    const stream = this.#streams[agent.index] as RandomStream;
    this.#reportAfter(agent, stream.below(settings.nodeStatusTickUs));
  }

  #reportAfter({ index }: NodeAgent, delayUs: number): void {
    const { simulation } = this.#context;
    this.#rests?.takeStatus(index);
    const at = simulation.now + Math.round(delayUs);
    const pending = this.#statusEvents[index] as EventHandle;
    if (pending !== noEvent) simulation.reschedule(pending, at);
    else this.#statusEvents[index] = simulation.at(at, this.#statusDue, index);
  }

  #report(agent: NodeAgent, now: SimTime): void {
    const { settings } = this.#context;
    const { index, spec, pressure } = agent;
    const hasNewImages = this.#hasNewImages[index] === true;
    const images = hasNewImages
      ? this.#images().imagesOf(index, settings.nodeStatusMaxImages)
      : undefined;
    this.#hasNewImages[index] = false;
    this.#hasNewVolumes[index] = false;
    const volumesInUse = this.#claims()?.volumesInUse(index);
    const fault = this.#network.isInstalled(index) ? '' : networkNotReady;
    const nodeUs = clockOf(agent, now);
    const apply = (current: KubernetesObject): KubernetesObject => {
      const node = current as Node;
      const conditions = conditionsAt(node, pressure, fault, nodeUs);
      const news = { ...(images && { images }), ...(volumesInUse && { volumesInUse }) };
      const status = { ...node.status, conditions, ...news };
      return { ...node, status };
    };
    agent.heartbeatClient.send(
      {
        verb: 'patch',
        resource: 'nodes',
        subresource: 'status',
        namespace: '',
        name: spec.name,
        patch: { bytes: settings.nodePatchBytes, apply },
      },
      this.#onReported,
      volumesInUse === undefined ? { agent } : { agent, volumesInUse },
    );
  }

  readonly #onReported = (call: ApiCall): void => {
    const { agent, volumesInUse } = call.context as Report;
    const { index } = agent;
    const { settings, simulation } = this.#context;
    const stream = this.#streams[index] as RandomStream;
    if (!isSuccess(call.response as ApiResponse))
      return this.#reportAfter(agent, settings.nodeStatusTickUs);
    if (volumesInUse !== undefined) this.#claims()?.reported(agent, volumesInUse);
    const wasReady = this.#isReady[index] === true;
    this.#isReady[index] = this.#network.isInstalled(index);
    if (this.#statusEvents[index] !== noEvent) return; // news came meanwhile
    // Reports are made at ticks; a change shifts the next one by up to half a period either way.
    const periodUs = statusPeriodUs(settings, stream);
    const shiftUs = wasReady ? 0 : settings.nodeStatusReportUs * (stream.uniform() - 0.5);
    const { now } = simulation;
    const delayUs = Math.round(periodUs + shiftUs);
    if (this.#rests?.isAllowed === true) {
      return this.#rests.restStatus(index, now - call.sentUs, now + delayUs);
    }
    this.#reportAfter(agent, delayUs);
  };
}

function leaseRequest({ spec }: NodeAgent, verb: 'create' | 'update', body: Lease): ApiRequest {
  return { verb, resource: 'leases', namespace: leaseNamespace, name: spec.name, body };
}
