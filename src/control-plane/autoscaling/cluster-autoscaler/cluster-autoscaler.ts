// The Cluster Autoscaler: every 10 s it looks for pods that no node has room for, finds out which
// group of nodes would help, and asks the cloud for more of it; in the iterations in which nobody
// needs more it looks for nodes that nobody needs.
// Left out: balancing of similar groups, groups made on demand, GPUs, ProvisioningRequests, pods
// of low priority that may wait; the cloud's list of instances is up to date without a call.
// Source: kubernetes/autoscaler cluster-autoscaler core/static_autoscaler.go, FAQ.md,
// config/const.go (reference: nodes-controllers 4.4).
import type { DaemonSet } from '../../../api/daemon-set.js';
import type { Node } from '../../../api/node.js';
import type { Pod } from '../../../api/pod.js';
import type { PodDisruptionBudget } from '../../../api/pod-disruption-budget.js';
import type { ApiClient } from '../../../client/api-client.js';
import { EventRecorder } from '../../../client/event-recorder.js';
import type { Informer } from '../../../client/informer.js';
import type { RandomStream } from '../../../kernel/random-stream.js';
import type { EventKind, Simulation } from '../../../kernel/simulation.js';
import type { CpuHost } from '../../../kernel/stations.js';
import type { SimTime } from '../../../kernel/time.js';
import {
  type CloudAnswer,
  type CloudProvider,
  type NodeGroup,
  toBeDeletedTaint,
} from '../../cloud-provider.js';
import { autoscalingConstants } from '../constants.js';
import { NodeRemover } from '../node-remover.js';
import { PendingPods } from '../pending-pods.js';
import type { SchedulingSimulation } from '../scheduling-simulation.js';
import { ThoughtNodes } from '../thought-nodes.js';
import type {
  AutoscaledGroup,
  ClusterAutoscalerMonitor,
  ClusterAutoscalerSettings,
} from './autoscaler-settings.js';
import { clusterAutoscalerConstants as constants } from './constants.js';
import { DeletionTaints } from './deletion-taints.js';
import { bestOption, type ExpansionOption } from './expander.js';
import { NodeGroupStates } from './node-group-states.js';
import { type GroupReadiness, readinessOf } from './node-readiness.js';
import { type Removable, UnneededNodes } from './scale-down.js';
import { estimate } from './scale-up.js';
import { StatusConfigMap } from './status-config-map.js';

/** Name of the process, of its lease, and the first part of the names of its events. */
const clusterAutoscalerName = 'cluster-autoscaler';

const removal = {
  name: clusterAutoscalerName,
  taintKey: toBeDeletedTaint,
  nodeEvent: {
    reason: 'ScaleDown',
    message: 'marked the node as toBeDeleted/unschedulable',
  },
  podEvent: { reason: 'ScaleDown', message: 'deleting pod for node scale down' },
  deletesNode: false,
  times: {
    delayAfterTaintUs: constants.nodeDeleteDelayAfterTaintUs,
    evictionRetryUs: constants.evictionRetryUs,
    evictionsUs: constants.maxPodEvictionTimeUs,
    headroomUs: constants.podEvictionHeadroomUs,
    podsGonePollUs: constants.podsGonePollUs,
    maxGraceSeconds: constants.maxGracefulTerminationSeconds,
  },
} as const;

export interface ClusterAutoscalerOptions {
  readonly simulation: Simulation;
  readonly host: CpuHost;
  readonly client: ApiClient;
  readonly cloud: CloudProvider;
  readonly settings: ClusterAutoscalerSettings;
  readonly scheduling: SchedulingSimulation;
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly budgets: Informer<PodDisruptionBudget>;
  readonly daemonSets: Informer<DaemonSet>;
  readonly monitor?: ClusterAutoscalerMonitor | undefined;
}

/** A group that is to grow. */
interface Growth {
  readonly option: ExpansionOption;
  readonly before: NodeGroup;
}

export class ClusterAutoscaler {
  readonly #options: ClusterAutoscalerOptions;
  readonly #groups: ReadonlyMap<string, AutoscaledGroup>;
  readonly #states = new NodeGroupStates();
  readonly #unneeded: UnneededNodes;
  readonly #remover: NodeRemover<Removable>;
  readonly #recorder: EventRecorder;
  readonly #status: StatusConfigMap;
  readonly #taints: DeletionTaints;
  readonly #ties: RandomStream;
  readonly #loopDue: EventKind;
  readonly #decided: EventKind;
  readonly #pending: PendingPods;
  /** What the iteration has decided, until its time has passed. */
  #act: () => void = () => {};
  #loopStartUs: SimTime = 0;
  #lastScaleUpUs: SimTime;
  #lastDeleteUs: SimTime = Number.NEGATIVE_INFINITY;
  #lastFailureUs: SimTime = Number.NEGATIVE_INFINITY;

  constructor(options: ClusterAutoscalerOptions) {
    const { simulation, client, cloud, settings, scheduling, pods, nodes, monitor } = options;
    this.#options = options;
    this.#groups = new Map(settings.groups.map((group) => [group.name, group]));
    this.#unneeded = new UnneededNodes(scheduling, settings);
    this.#recorder = new EventRecorder(simulation, clusterAutoscalerName, client);
    this.#status = new StatusConfigMap(client);
    this.#taints = new DeletionTaints(simulation, client, nodes);
    this.#ties = simulation.random.stream(`${clusterAutoscalerName}/expander`);
    this.#lastScaleUpUs = simulation.now;
    this.#remover = new NodeRemover({
      simulation,
      client,
      cloud,
      pods,
      recorder: this.#recorder,
      ...removal,
      onEvicted: () => monitor?.podEvicted(),
      onRemoved: ({ reason }) => {
        monitor?.scaledDown(reason);
        this.#lastDeleteUs = simulation.now;
      },
      onFailed: () => {
        this.#lastFailureUs = simulation.now;
      },
    });
    this.#loopDue = simulation.defineEvent(`${clusterAutoscalerName}.ScanDue`, () => this.#scan());
    this.#decided = simulation.defineEvent(`${clusterAutoscalerName}.Decided`, () => this.#act());
    this.#pending = new PendingPods(simulation, pods);
  }

  /** The informers have synced; the first scan is due after one interval. */
  start(): void {
    const { simulation, settings } = this.#options;
    this.#taints.cleanUp();
    simulation.after(settings.scanIntervalUs, this.#loopDue);
  }

  /** Decides on the cluster as it is now; what follows happens when the CPU time has passed. */
  #scan(): void {
    const { simulation, host, scheduling, cloud, settings, nodes } = this.#options;
    const { now } = simulation;
    this.#loopStartUs = now;
    const checksBefore = scheduling.checks;
    const groups = cloud.instances.groups.filter(({ name }) => this.#groups.has(name));
    const { maxNodeProvisionTimeUs } = settings;
    const readiness = groups.map((group) =>
      readinessOf(group, (name) => nodes.get(name), now, maxNodeProvisionTimeUs),
    );
    this.#updateStates(groups, readiness);
    const unready = readiness.reduce((sum, each) => sum + each.unready, 0);
    const all = nodes.store.size;
    const { okTotalUnreadyCount, maxTotalUnreadyShare } = constants;
    const isHealthy = unready <= okTotalUnreadyCount || unready <= all * maxTotalUnreadyShare;
    const unneeded = isHealthy ? this.#plan(groups, readiness) : [];
    if (!isHealthy) this.#act = () => this.#endScan();
    this.#options.monitor?.observed(this.#pending.size, unneeded.length);
    this.#writeStatus(groups, readiness, isHealthy, unneeded.length);
    const checkUs =
      ((scheduling.checks - checksBefore) * autoscalingConstants.checkNanoseconds) / 1000;
    host.run(constants.loopCpuUs + checkUs, this.#decided);
  }

  /** Ends scale-ups that are complete, or have failed. */
  #updateStates(groups: readonly NodeGroup[], readiness: readonly GroupReadiness[]): void {
    const { simulation, settings, cloud, monitor } = this.#options;
    const { now } = simulation;
    for (const [index, { name, failedLaunches }] of groups.entries()) {
      const { upcoming, lost } = readiness[index] as GroupReadiness;
      const waitedUs = this.#states.waitedUs(name, now);
      const isLate = waitedUs !== undefined && waitedUs > settings.maxNodeProvisionTimeUs;
      if (waitedUs !== undefined && failedLaunches > 0) {
        this.#scaleUpFailed(name, 'insufficientCapacity');
      } else if (isLate) {
        this.#scaleUpFailed(name, 'timeout');
        monitor?.scaleUpFailed('timeout');
      } else if (upcoming <= 0 && lost.length === 0) this.#states.fulfilled(name);
      for (const nodeName of lost) cloud.instances.delete(nodeName, () => {}, undefined);
    }
  }

  #scaleUpFailed(group: string, reason: 'timeout' | 'insufficientCapacity'): void {
    const { simulation, monitor } = this.#options;
    this.#states.failed(group, simulation.now);
    if (reason === 'insufficientCapacity') monitor?.scaleUpFailed(reason);
    const text =
      reason === 'timeout' ? 'Nodes added failed to register in time' : 'Out of capacity';
    const message = `${text}: group ${group} is left alone for a while`;
    this.#recorder.record(this.#status.object, 'Warning', 'ScaleUpTimedOut', message);
  }

  /** Sets what is to be done; the nodes that nobody needs. */
  #plan(groups: readonly NodeGroup[], readiness: readonly GroupReadiness[]): readonly Removable[] {
    const { scheduling, daemonSets, nodes } = this.#options;
    const thought = new ThoughtNodes(scheduling, 'upcoming', [...daemonSets.store.values()]);
    for (const [index, { name }] of groups.entries()) {
      const { upcoming } = readiness[index] as GroupReadiness;
      for (let i = 0; i < upcoming; i++) thought.add(this.#groups.get(name) as AutoscaledGroup);
    }
    const names = [...nodes.store.keys()].filter((name) => !this.#remover.leaving.has(name));
    const helpless = this.#withoutPlace([...names, ...thought.names], thought);
    let unneeded: readonly Removable[] = [];
    if (helpless.length > 0) {
      const growth = this.#findGrowth(groups, helpless);
      this.#act = () => (growth === undefined ? this.#endScan() : this.#grow(growth));
    }
    const isGrowing = helpless.length > 0;
    if (!isGrowing && this.#options.settings.isScaleDownEnabled) unneeded = this.#shrink(groups);
    else if (!isGrowing) this.#act = () => this.#endScan();
    thought.clear();
    return unneeded;
  }

  /** Pending pods for which there is no room, neither now nor soon. */
  #withoutPlace(names: readonly string[], thought: ThoughtNodes): readonly Pod[] {
    const { simulation, settings, scheduling } = this.#options;
    const helpless: Pod[] = [];
    for (const { pod, sinceUs } of this.#pending.all) {
      if (simulation.now - sinceUs < settings.newPodScaleUpDelayUs) continue;
      const node = scheduling.firstFit(pod, names);
      if (node === undefined) helpless.push(pod);
      else thought.assume(pod, node);
    }
    return helpless;
  }

  #findGrowth(groups: readonly NodeGroup[], pods: readonly Pod[]): Growth | undefined {
    const { scheduling, daemonSets, simulation, settings } = this.#options;
    const sets = [...daemonSets.store.values()];
    const options: ExpansionOption[] = [];
    const refusals: string[] = [];
    for (const { name, targetSize, maxSize } of groups) {
      const room = Math.min(maxSize - targetSize, constants.maxNodesPerScaleUp);
      if (room <= 0) refusals.push('max node group size reached');
      else if (this.#states.isBackedOff(name, simulation.now)) {
        refusals.push('in backoff after failed scale-up');
      } else {
        const group = this.#groups.get(name) as AutoscaledGroup;
        const found = estimate(scheduling, group, pods, sets, room);
        if (found.option === undefined) refusals.push(...found.refusals);
        else options.push(found.option);
      }
    }
    const option =
      options.length === 0 ? undefined : bestOption(settings.expander, options, this.#ties);
    this.#sayNotTriggered(pods, option?.pods ?? [], refusals);
    if (option === undefined) return undefined;
    return { option, before: groups.find(({ name }) => name === option.group.name) as NodeGroup };
  }

  #sayNotTriggered(
    pods: readonly Pod[],
    helped: readonly Pod[],
    refusals: readonly string[],
  ): void {
    if (refusals.length === 0) return;
    const counts = new Map<string, number>();
    for (const text of refusals) counts.set(text, (counts.get(text) ?? 0) + 1);
    const reasons = [...counts].map(([text, count]) => `${count} ${text}`).join(', ');
    const message = `pod didn't trigger scale-up: ${reasons}`;
    for (const pod of pods) {
      if (helped.includes(pod)) continue;
      this.#recorder.record(pod, 'Normal', 'NotTriggerScaleUp', message);
    }
  }

  #grow(growth: Growth): void {
    const { option, before } = growth;
    const { name } = option.group;
    const after = before.targetSize + option.nodes;
    const sizes = `${after} instead of ${before.targetSize} (max: ${before.maxSize})`;
    const message = `Scale-up: setting group ${name} size to ${sizes}`;
    this.#recorder.record(this.#status.object, 'Normal', 'ScaledUpGroup', message);
    this.#options.cloud.instances.increaseGroup(name, option.nodes, this.#onGrown, growth);
  }

  readonly #onGrown = ({ fault }: CloudAnswer, { option, before }: Growth): void => {
    const { simulation, monitor } = this.#options;
    const { name } = option.group;
    if (fault !== undefined) {
      this.#states.failed(name, simulation.now);
      monitor?.scaleUpFailed('cloudProviderError');
      const message = `Scale-up failed for group ${name}: ${fault}`;
      this.#recorder.record(this.#status.object, 'Warning', 'FailedToScaleUpGroup', message);
      return this.#endScan();
    }
    this.#states.requested(name, simulation.now);
    this.#lastScaleUpUs = simulation.now;
    monitor?.scaledUp(name, option.nodes);
    monitor?.activity('scaleUp');
    const after = before.targetSize + option.nodes;
    const change = `{${name} ${before.targetSize}->${after} (max: ${before.maxSize})}`;
    for (const pod of option.pods) {
      const message = `pod triggered scale-up: [${change}]`;
      this.#recorder.record(pod, 'Normal', 'TriggeredScaleUp', message);
    }
    monitor?.functionRan('scaleUp', simulation.now - this.#loopStartUs);
    this.#endScan();
  };

  /** Nodes that nobody needs, of which those that are due are removed. */
  #shrink(groups: readonly NodeGroup[]): readonly Removable[] {
    const { simulation, settings, nodes, budgets } = this.#options;
    const { now } = simulation;
    const unneeded = this.#unneeded.update({
      nodes: [...nodes.store.values()],
      groups,
      budgets: [...budgets.store.values()],
      leaving: this.#remover.leaving,
      now,
    });
    const isCooling =
      now < this.#lastScaleUpUs + settings.scaleDownDelayAfterAddUs ||
      now < this.#lastDeleteUs + settings.scaleDownDelayAfterDeleteUs ||
      now < this.#lastFailureUs + settings.scaleDownDelayAfterFailureUs;
    const due = isCooling ? [] : this.#choose(unneeded, groups);
    this.#act = () => {
      for (const removable of due) this.#remove(removable);
      if (due.length > 0) this.#options.monitor?.activity('scaleDown');
      else this.#taints.update(unneeded, this.#remover.leaving);
      this.#endScan();
    };
    return unneeded;
  }

  /** As many as may go at a time, and as their groups can spare. */
  #choose(unneeded: readonly Removable[], groups: readonly NodeGroup[]): readonly Removable[] {
    const { simulation, settings } = this.#options;
    const spare = new Map(
      groups.map(({ name, targetSize, minSize }) => [name, targetSize - minSize]),
    );
    const { nodes, draining } = this.#remover.active;
    let room = settings.maxScaleDownParallelism - nodes;
    let drains = settings.maxDrainParallelism - draining;
    const chosen: Removable[] = [];
    for (const removable of unneeded) {
      const { group, pods } = removable;
      const left = spare.get(group) ?? 0;
      const isDrain = pods.length > 0;
      if (!this.#unneeded.isDue(removable, simulation.now)) continue;
      if (left <= 0 || room <= 0 || (isDrain && drains <= 0)) continue;
      spare.set(group, left - 1);
      room--;
      if (isDrain) drains--;
      chosen.push(removable);
    }
    return chosen;
  }

  #remove(removable: Removable): void {
    const { node, utilization, pods, reason } = removable;
    const { name } = node.metadata;
    const share = utilization.toFixed(2);
    const text =
      reason === 'empty'
        ? `Scale-down: removing empty node "${name}"`
        : `Scale-down: removing node ${name}, utilization: ${share}, pods to reschedule: ${pods
            .map(({ metadata }) => metadata.name)
            .join(',')}`;
    const event = reason === 'empty' ? 'ScaleDownEmpty' : 'ScaleDown';
    this.#recorder.record(this.#status.object, 'Normal', event, text);
    this.#remover.remove(removable);
  }

  #writeStatus(
    groups: readonly NodeGroup[],
    readiness: readonly GroupReadiness[],
    isHealthy: boolean,
    unneeded: number,
  ): void {
    const lines = groups.map(({ name, targetSize, minSize, maxSize }, index) => {
      const { ready, unready, upcoming } = readiness[index] as GroupReadiness;
      const counts = `ready=${ready} unready=${unready} upcoming=${upcoming}`;
      const limits = `(minSize=${minSize}, maxSize=${maxSize})`;
      return `${name}: ${counts} cloudProviderTarget=${targetSize} ${limits}`;
    });
    const health = `clusterHealth: ${isHealthy ? 'Healthy' : 'Unhealthy'}`;
    const candidates = `scaleDownCandidates: ${unneeded}`;
    this.#status.write([health, candidates, ...lines].join('\n'));
  }

  /** The next scan is due one interval after the beginning of this one, or at once. */
  #endScan(): void {
    const { simulation, settings, monitor } = this.#options;
    const { now } = simulation;
    monitor?.functionRan('main', now - this.#loopStartUs);
    monitor?.activity('main');
    const dueUs = this.#loopStartUs + settings.scanIntervalUs;
    simulation.at(Math.max(dueUs, now), this.#loopDue);
  }
}
