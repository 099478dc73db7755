// Karpenter: pods that find no place are gathered (until none has come for 1 s, 10 s at most),
// packed into as few nodes as will do, and each node is asked for as the cheapest instance type
// that has room for its pods. Nodes that are not needed any more are consolidated (disruption.ts).
// Source: kubernetes-sigs/karpenter pkg/controllers (reference: nodes-controllers 4.5).
import type { DaemonSet } from '../../../api/daemon-set.js';
import type { Node } from '../../../api/node.js';
import type { NodeClaim as NodeClaimObject } from '../../../api/node-claim.js';
import type { Pod } from '../../../api/pod.js';
import type { PodDisruptionBudget } from '../../../api/pod-disruption-budget.js';
import { nodeAllocatable } from '../../../api/resource-requests.js';
import type { ApiClient } from '../../../client/api-client.js';
import { EventRecorder } from '../../../client/event-recorder.js';
import type { Informer } from '../../../client/informer.js';
import type { EventHandle } from '../../../kernel/event-queue.js';
import type { EventKind, Simulation } from '../../../kernel/simulation.js';
import type { CpuHost } from '../../../kernel/stations.js';
import type { SimTime } from '../../../kernel/time.js';
import type { CloudAnswer, CloudProvider } from '../../cloud-provider.js';
import { autoscalingConstants } from '../constants.js';
import { NodeRemover, type RemovableNode } from '../node-remover.js';
import { hasTaint, taintRequest } from '../node-taints.js';
import { PendingPods } from '../pending-pods.js';
import { keepsPod, staysWithNode } from '../pod-removal.js';
import type { SchedulingSimulation } from '../scheduling-simulation.js';
import { ThoughtNodes } from '../thought-nodes.js';
import { karpenterConstants as constants } from './constants.js';
import { type Command, type DisruptionView, findCommand, validated } from './disruption.js';
import type { KarpenterMonitor, KarpenterSettings, Offering } from './karpenter-settings.js';
import { claimFrom, NodeClaimObjects } from './node-claim-objects.js';
import { type NodeClaim, NodeClaims, newClaim, nodeOf } from './node-claims.js';
import { NodePlan, type PlannedNode } from './node-plan.js';
import { disruptedTaint, karpenterName, removal } from './removal.js';

export interface KarpenterOptions {
  readonly simulation: Simulation;
  readonly host: CpuHost;
  readonly client: ApiClient;
  readonly cloud: CloudProvider;
  readonly settings: KarpenterSettings;
  readonly scheduling: SchedulingSimulation;
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly budgets: Informer<PodDisruptionBudget>;
  readonly daemonSets: Informer<DaemonSet>;
  readonly nodeClaims: Informer<NodeClaimObject>;
  readonly monitor?: KarpenterMonitor | undefined;
}

const NONE = -1;

export class Karpenter {
  readonly #options: KarpenterOptions;
  readonly #claims: NodeClaims;
  readonly #objects: NodeClaimObjects;
  readonly #pending: PendingPods;
  readonly #remover: NodeRemover<RemovableNode>;
  readonly #recorder: EventRecorder;
  readonly #view: DisruptionView;
  readonly #batchEnded: EventKind;
  readonly #planned: EventKind;
  readonly #disruptionDue: EventKind;
  readonly #validationDue: EventKind;
  readonly #lastPodEventUs = new Map<string, SimTime>();
  /** Types that the cloud has not, until when. */
  readonly #unavailable = new Map<string, SimTime>();
  #batch: EventHandle = NONE;
  #batchStartUs: SimTime = 0;
  #plan: readonly PlannedNode[] = [];
  #planStartUs: SimTime = 0;
  #command: Command | undefined;
  /** Nodes that go as soon as the node of a claim is there. */
  readonly #replacing = new Map<NodeClaim, Command>();

  constructor(options: KarpenterOptions) {
    const { simulation, client, cloud, scheduling, pods, nodes, budgets, monitor } = options;
    this.#options = options;
    this.#claims = new NodeClaims(monitor);
    this.#objects = new NodeClaimObjects(simulation, client, (claim, isRefused) => {
      if (isRefused) this.#giveUp(claim);
      else this.#askCloud(claim);
    });
    this.#recorder = new EventRecorder(simulation, karpenterName, client);
    this.#remover = new NodeRemover({
      simulation,
      client,
      cloud,
      pods,
      recorder: this.#recorder,
      ...removal,
      onEvicted: () => {},
      onRemoved: ({ node }) => this.#gone(node.metadata.name),
      onFailed: () => {},
    });
    const event = (name: string, handler: () => void): EventKind =>
      simulation.defineEvent(`${karpenterName}.${name}`, handler);
    this.#batchEnded = event('BatchEnded', () => this.#schedule());
    this.#planned = event('NodesPlanned', () => this.#ask());
    this.#disruptionDue = event('DisruptionDue', () => this.#disrupt());
    this.#validationDue = event('ValidationDue', () => this.#validate());
    this.#pending = new PendingPods(simulation, pods);
    const offerings = options.settings.nodePools.flatMap((pool) => pool.offerings);
    this.#view = {
      claims: this.#claims,
      scheduling,
      nodes,
      budgets,
      leaving: this.#remover.leaving,
      lastPodEventUs: this.#lastPodEventUs,
      isKept: keepsPod,
      mostPods: Math.max(0, ...offerings.map(({ maxPods }) => maxPods)),
      planCheaper: (left, pricePerHour) => this.#planCheaper(left, pricePerHour),
    };
    this.#follow();
  }

  /** The informers have synced. */
  start(): void {
    const { simulation } = this.#options;
    this.#restore();
    this.#pending.onAdded = () => this.#trigger();
    if (this.#pending.size > 0) this.#trigger();
    simulation.after(constants.disruptionPeriodUs, this.#disruptionDue);
  }

  /** Takes over what an earlier process has begun; replacements begin anew. */
  #restore(): void {
    const { nodeClaims, nodes, settings } = this.#options;
    for (const object of nodeClaims.store.values()) {
      const claim = claimFrom(object, settings.nodePools);
      if (claim === undefined) continue;
      this.#claims.restore(claim);
      const node = nodes.get(claim.nodeName);
      if (node !== undefined && claim.isDeleting) this.#removeNode(claim, node);
      else if (node !== undefined && hasTaint(node, removal.taintKey)) this.#taint(claim, false);
      else if (node === undefined && (claim.isDeleting || claim.isRegistered)) this.#end(claim);
      else if (claim.instanceId === '') this.#askCloud(claim);
    }
    for (const node of nodes.store.values()) this.#nodeChanged(node);
  }

  #follow(): void {
    const { pods, nodes, simulation } = this.#options;
    const touched = ({ spec }: Pod): void => {
      if (spec.nodeName !== undefined) this.#lastPodEventUs.set(spec.nodeName, simulation.now);
    };
    pods.addHandler({
      updated: (previous, pod) => {
        if (previous.spec.nodeName !== pod.spec.nodeName) touched(pod);
      },
      deleted: touched,
    });
    nodes.addHandler({
      added: (node) => this.#nodeChanged(node),
      updated: (_, node) => this.#nodeChanged(node),
      deleted: ({ metadata }) => this.#gone(metadata.name),
    });
  }

  /** What a node replaces goes when it is ready for pods. */
  #nodeChanged(node: Node): void {
    const seen = this.#claims.nodeSeen(node);
    if (seen !== undefined) this.#objects.registered(seen);
    const claim = this.#claims.nodeChanged(node, this.#options.simulation.now);
    if (claim !== undefined) this.#objects.initialized(claim);
    const replaced = claim && this.#replacing.get(claim);
    if (claim === undefined || replaced === undefined) return;
    this.#replacing.delete(claim);
    this.#remove(replaced);
  }

  #remove({ candidates }: Command): void {
    for (const { claim, node } of candidates) this.#removeNode(claim, node);
  }

  /** Takes a node and its claim away, once what is on it has gone. */
  #removeNode(claim: NodeClaim, node: Node): void {
    if (this.#remover.leaving.has(claim.nodeName)) return;
    const onNode = this.#options.scheduling.podsOf(claim.nodeName);
    claim.isDeleting = true;
    this.#objects.delete(claim);
    this.#remover.remove({ node, pods: onNode.filter((pod) => !staysWithNode(pod)) });
  }

  /** Keeps pods away from a node that waits for what replaces it, or lets them in again. */
  #taint({ nodeName }: NodeClaim, isDisrupted: boolean): void {
    const { client, nodes } = this.#options;
    if (nodes.get(nodeName) === undefined) return;
    const request = taintRequest(nodeName, (taints) => {
      const others = taints.filter(({ key }) => key !== removal.taintKey);
      return isDisrupted ? [...others, disruptedTaint] : others;
    });
    client.send(request, () => {});
  }

  /** What was to replace nodes does not come: they stay. True when there were any. */
  #giveUpReplacing(claim: NodeClaim): boolean {
    const command = this.#replacing.get(claim);
    if (command === undefined) return false;
    this.#replacing.delete(claim);
    for (const candidate of command.candidates) this.#taint(candidate.claim, false);
    return true;
  }

  #gone(nodeName: string): void {
    const claim = this.#claims.of(nodeName);
    if (claim !== undefined) this.#forget(claim);
    this.#lastPodEventUs.delete(nodeName);
  }

  /** There is no node of a claim any more; true when it was to replace others. */
  #forget(claim: NodeClaim): boolean {
    if (!claim.isDeleting) this.#objects.delete(claim);
    claim.isDeleting = true;
    this.#objects.release(claim);
    this.#claims.remove(claim);
    return this.#giveUpReplacing(claim);
  }

  /** A pod that waits begins a batch, or makes it last a little longer. */
  #trigger(): void {
    const { simulation, settings } = this.#options;
    const { now } = simulation;
    const { batchIdleDurationUs, batchMaxDurationUs } = settings;
    if (this.#batch === NONE) {
      this.#batchStartUs = now;
      this.#batch = simulation.after(batchIdleDurationUs, this.#batchEnded);
      return;
    }
    const endUs = Math.min(now + batchIdleDurationUs, this.#batchStartUs + batchMaxDurationUs);
    simulation.reschedule(this.#batch, endUs);
  }

  /** Plans nodes for all pods that fit neither on what is there nor on what is to come. */
  #schedule(): void {
    const { simulation, host, scheduling, daemonSets, settings, nodes } = this.#options;
    const { now } = simulation;
    this.#batch = NONE;
    this.#planStartUs = now;
    const checksBefore = scheduling.checks;
    const sets = [...daemonSets.store.values()];
    const coming = new ThoughtNodes(scheduling, 'coming', sets);
    this.#giveUpLate(now);
    for (const claim of this.#claims.all) {
      if (!claim.isInitialized) coming.add({ name: claim.nodePool.name, template: nodeOf(claim) });
    }
    const here = [...nodes.store.keys()].filter((name) => !this.#remover.leaving.has(name));
    const places = [...here, ...coming.names];
    const helpless: Pod[] = [];
    for (const { pod } of this.#pending.all) {
      const place = scheduling.firstFit(pod, places);
      if (place === undefined) helpless.push(pod);
      else coming.assume(pod, place);
    }
    const pools = settings.nodePools.filter((pool) => this.#hasRoom(pool));
    const isAvailable = (offering: Offering): boolean => this.#isAvailable(offering);
    this.#plan = new NodePlan(scheduling, sets, pools, isAvailable).make(helpless);
    coming.clear();
    const checkUs =
      ((scheduling.checks - checksBefore) * autoscalingConstants.checkNanoseconds) / 1000;
    host.run(constants.loopCpuUs + checkUs, this.#planned);
  }

  #isAvailable({ pool }: Offering): boolean {
    return (this.#unavailable.get(pool) ?? 0) <= this.#options.simulation.now;
  }

  #planCheaper(pods: readonly Pod[], price: number): readonly PlannedNode[] {
    const { scheduling, daemonSets, settings } = this.#options;
    const isCheaper = (offering: Offering): boolean =>
      (offering.pricePerHour ?? price) < price && this.#isAvailable(offering);
    const sets = [...daemonSets.store.values()];
    return new NodePlan(scheduling, sets, settings.nodePools, isCheaper).make(pods);
  }

  /** Claims whose node has not come in time are given up. */
  #giveUpLate(now: SimTime): void {
    for (const claim of [...this.#claims.all]) {
      const isLate = now - claim.createdUs > constants.registrationTimeoutUs;
      if (!claim.isInitialized && isLate && claim.instanceId !== '') this.#end(claim);
    }
  }

  /** Takes a claim away that has no node, and its instance if there is one. */
  #end(claim: NodeClaim): void {
    const machine = claim.nodeName || claim.instanceId;
    if (machine !== '') this.#options.cloud.instances.delete(machine, () => {}, undefined);
    this.#forget(claim);
  }

  #hasRoom(nodePool: NodeClaim['nodePool']): boolean {
    let cpuMilli = 0;
    let memoryBytes = 0;
    for (const { offering } of this.#claims.ofPool(nodePool)) {
      const allocatable = nodeAllocatable(offering.template);
      cpuMilli += allocatable.cpuMilli;
      memoryBytes += allocatable.memoryBytes;
    }
    return cpuMilli < nodePool.limitCpuMilli && memoryBytes < nodePool.limitMemoryBytes;
  }

  /** Asks for the planned nodes; pods are told what they wait for. */
  #ask(): void {
    const { monitor, simulation } = this.#options;
    monitor?.schedulingRan(simulation.now - this.#planStartUs);
    for (const planned of this.#plan) {
      const { nodePool, offering, pods } = planned;
      const what = `${nodePool.name} (${offering.instanceType})`;
      const message = `Pod should schedule on: nodeclaim of ${what}`;
      for (const pod of pods) this.#recorder.record(pod, 'Normal', 'Nominated', message);
      this.#launch(planned);
    }
    const helped = new Set(this.#plan.flatMap(({ pods }) => pods));
    const isAnyLeft = [...this.#pending.all].some(({ pod }) => !helped.has(pod));
    this.#plan = [];
    if (isAnyLeft) this.#requeue();
  }

  #launch(planned: PlannedNode): NodeClaim {
    const claim = newClaim(planned, this.#options.simulation.now);
    this.#claims.create(claim);
    this.#objects.create(claim);
    return claim;
  }

  #askCloud(claim: NodeClaim): void {
    const { cloud } = this.#options;
    const { offering, zone, name: token } = claim;
    const request = { pool: offering.pool, zone, labels: {}, taints: [], token };
    cloud.instances.create(request, this.#onLaunched, claim);
  }

  readonly #onLaunched = ({ fault, instance }: CloudAnswer, claim: NodeClaim): void => {
    if (instance !== undefined) {
      this.#claims.launched(claim, instance);
      return this.#objects.launched(claim, instance);
    }
    if (fault === 'InsufficientCapacity') {
      const untilUs = this.#options.simulation.now + constants.unavailableOfferingUs;
      this.#unavailable.set(claim.offering.pool, untilUs);
    }
    this.#giveUp(claim);
  };

  /** No node comes of a claim: whom it was for is thought of again. */
  #giveUp(claim: NodeClaim): void {
    if (!this.#forget(claim)) this.#requeue();
  }

  /** Pods that still wait are looked at again after a while. */
  #requeue(): void {
    const { simulation } = this.#options;
    if (this.#batch !== NONE) return;
    this.#batchStartUs = simulation.now;
    this.#batch = simulation.after(constants.requeueUs, this.#batchEnded);
  }

  #disrupt(): void {
    const { simulation } = this.#options;
    this.#giveUpLate(simulation.now);
    this.#expire(simulation.now);
    const isReplacing = this.#replacing.size > 0;
    this.#command = isReplacing ? undefined : findCommand(this.#view, simulation.now);
    const [delayUs, kind] =
      this.#command === undefined
        ? [constants.disruptionPeriodUs, this.#disruptionDue]
        : [constants.validationDelayUs, this.#validationDue];
    simulation.after(delayUs, kind);
  }

  #validate(): void {
    const { simulation, monitor } = this.#options;
    const command = validated(this.#view, this.#command as Command, simulation.now);
    if (command !== undefined) {
      const { reason, replacement } = command;
      for (const _ of command.candidates) monitor?.disrupted(reason);
      if (replacement === undefined) this.#remove(command);
      else {
        for (const { claim } of command.candidates) this.#taint(claim, true);
        this.#replacing.set(this.#launch(replacement), command);
      }
    }
    simulation.after(constants.disruptionPeriodUs, this.#disruptionDue);
  }

  /** Nodes that are too old go, whatever their pods say; who is then without one is provided for. */
  #expire(now: SimTime): void {
    const { nodes, monitor } = this.#options;
    for (const claim of this.#claims.all) {
      const { nodeName, nodePool, createdUs } = claim;
      const node = nodes.get(nodeName);
      const isOld = now - createdUs >= nodePool.expireAfterUs;
      if (!isOld || node === undefined || this.#remover.leaving.has(nodeName)) continue;
      monitor?.expired(nodePool.name);
      this.#removeNode(claim, node);
    }
  }
}
