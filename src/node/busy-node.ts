// One node on which containers say what CPU they use: its control groups, what everybody has of it
// now, and what was missing so far. It is moved on from one change of what is asked for to the next
// when somebody asks; a node on which there is enough for all at any time is not moved at all.
// Source: Kubernetes v1.36 pkg/kubelet/cm/qos_container_manager_linux.go (kubepods, burstable,
// besteffort), Linux Documentation/admin-guide/cgroup-v2.rst.
import type { Container } from '../api/container.js';
import type { Pod } from '../api/pod.js';
import { podLimits, podQosClass, podRequests } from '../api/resource-requests.js';
import { integralOf, nextStepUs, type Steps, valueAt } from '../api/steps.js';
import type { EventHandle } from '../kernel/event-queue.js';
import type { SimTime } from '../kernel/time.js';
import { nodeCpuConstants } from './constants.js';
import { CpuGroup } from './cpu-group.js';
import { cpuWeight } from './cpu-weight.js';

const NEVER = Number.POSITIVE_INFINITY;

/** What the containers of a pod have asked for and not got, thousandths of a core times µs. */
export interface PodCpuUse {
  askedMilliUs: number;
  missedMilliUs: number;
}

/** A container that says what it uses. */
interface BusyContainer {
  readonly pod: BusyPod;
  readonly group: CpuGroup;
  readonly steps: Steps;
  readonly startedUs: SimTime;
  /** Most that it ever asks for. */
  readonly peakMilli: number;
}

/** A pod with such containers. */
interface BusyPod {
  readonly group: CpuGroup;
  readonly slice: CpuGroup;
  readonly use: PodCpuUse;
}

export class BusyNode {
  /** The next look at it. */
  event: EventHandle = -1;
  /** When what somebody asks for changes next; Infinity while there is enough anyway. */
  nextChangeUs: SimTime = NEVER;
  /** Of what its daemons ask for they get this part. */
  systemShare = 1;
  /** The part of which they have been told last. */
  toldShare = 1;
  readonly #coresMilli: number;
  readonly #root = new CpuGroup(1);
  readonly #system = new CpuGroup(nodeCpuConstants.systemWeight);
  readonly #kubepods: CpuGroup;
  readonly #burstable = new CpuGroup(cpuWeight(0));
  readonly #bestEffort = new CpuGroup(cpuWeight(0));
  readonly #containers = new Map<string, BusyContainer>();
  readonly #pods = new Map<string, BusyPod>();
  /** By UID, also of those that have ended; of containers that run only what they have missed. */
  readonly #uses = new Map<string, PodCpuUse>();
  #peakMilli = 0;
  #settledUs: SimTime = 0;
  // What a sync of kube-proxy got of what it asked for, and since when.
  readonly #proxySinceUs: SimTime[] = [];
  readonly #proxyShares: number[] = [];

  constructor(cores: number, now: SimTime) {
    this.#coresMilli = cores * 1_000;
    this.#settledUs = now;
    this.#kubepods = new CpuGroup(cpuWeight(this.#coresMilli));
    this.#root.add(this.#system);
    this.#root.add(this.#kubepods).add(this.#burstable);
    this.#kubepods.add(this.#bestEffort);
  }

  /** What all Burstable pods of the node request, busy or not. */
  setBurstable(requestMilli: number): void {
    this.#burstable.weight = cpuWeight(requestMilli);
  }

  /** What the daemons ask for from now on. */
  setSystem(demandMilli: number): void {
    this.#system.demand = demandMilli;
  }

  start(pod: Pod, container: Container, steps: Steps, now: SimTime): void {
    const { uid = '' } = pod.metadata;
    let owner = this.#pods.get(uid);
    if (owner === undefined) {
      const group = new CpuGroup(cpuWeight(podRequests(pod.spec).cpuMilli));
      owner = { group, slice: this.#sliceOf(pod), use: this.#useOf(uid) };
      owner.slice.add(group);
      this.#pods.set(uid, owner);
    }
    const { cpuMilli } = podRequests({ containers: [container] });
    const group = owner.group.add(new CpuGroup(cpuWeight(cpuMilli)));
    const peakMilli = Math.max(...steps.map(({ valueMilli }) => valueMilli));
    this.#peakMilli += peakMilli;
    const busy = { pod: owner, group, steps, startedUs: now, peakMilli };
    this.#containers.set(keyOf(uid, container.name), busy);
  }

  /** Whether a container says what it uses. */
  get isBusy(): boolean {
    return this.#containers.size > 0;
  }

  /** False when it has not said what it uses. */
  end(uid: string, container: string): boolean {
    const key = keyOf(uid, container);
    const busy = this.#containers.get(key);
    if (busy === undefined) return false;
    const { pod, group, peakMilli } = busy;
    pod.use.askedMilliUs += askedBy(busy, this.#settledUs);
    this.#containers.delete(key);
    this.#peakMilli -= peakMilli;
    pod.group.remove(group);
    if (pod.group.members.length === 0) {
      pod.slice.remove(pod.group);
      this.#pods.delete(uid);
    }
    return true;
  }

  /** Its machine has failed. */
  endAll(): void {
    for (const busy of this.#containers.values()) {
      busy.pod.use.askedMilliUs += askedBy(busy, this.#settledUs);
      busy.pod.group.remove(busy.group);
    }
    for (const { group, slice } of this.#pods.values()) slice.remove(group);
    this.#containers.clear();
    this.#pods.clear();
    this.#peakMilli = 0;
  }

  /** Moves on to a time, from change to change. O(changes x containers). */
  advance(to: SimTime): void {
    while (this.nextChangeUs <= to) {
      this.#settle(this.nextChangeUs);
      this.deal();
    }
    this.#settle(to);
  }

  /** Deals out what is asked for at the time to which it was moved. O(containers). */
  deal(): void {
    const at = this.#settledUs;
    this.nextChangeUs = NEVER;
    this.systemShare = 1;
    if (!this.#isTight) return this.#noteProxy(at, 1);
    for (const { group, steps, startedUs } of this.#containers.values()) {
      group.demand = valueAt(steps, at - startedUs);
      this.nextChangeUs = Math.min(
        this.nextChangeUs,
        startedUs + nextStepUs(steps, at - startedUs),
      );
    }
    this.#noteProxy(at, this.#shareBeside(this.#bestEffort));
    this.#root.deal(this.#coresMilli);
    const { demand, share } = this.#system;
    if (demand > 0) this.systemShare = share / demand;
  }

  /** What a pod has got by the time to which its node was moved. O(its containers). */
  givenTo({ metadata: { uid = '' }, spec }: Pod): number | undefined {
    const use = this.#uses.get(uid);
    if (use === undefined) return undefined;
    let given = use.askedMilliUs - use.missedMilliUs;
    for (const { name } of spec.containers) {
      const busy = this.#containers.get(keyOf(uid, name));
      if (busy !== undefined) given += askedBy(busy, this.#settledUs);
    }
    return given;
  }

  /** Adds what pods have asked for and missed by then to the uses by UID. O(pods). */
  addUses(uses: Map<string, PodCpuUse>): void {
    for (const [uid, use] of this.#uses) uses.set(uid, { ...use });
    for (const [key, busy] of this.#containers) {
      const use = uses.get(key.slice(0, key.lastIndexOf('/'))) as PodCpuUse;
      use.askedMilliUs += askedBy(busy, this.#settledUs);
    }
  }

  /** What its containers ask for now and do not get, milli-CPU. */
  get shortfallMilli(): number {
    if (!this.#isTight) return 0;
    let sum = 0;
    for (const { group } of this.#containers.values()) sum += group.demand - group.share;
    return sum;
  }

  /**
   * The part that a sync of kube-proxy got of what it asked for. Times ascend from call to call, as
   * the syncs of one proxy do: what was before is forgotten. O(changes since the last call).
   */
  proxyShareAt(at: SimTime): number {
    const sinceUs = this.#proxySinceUs;
    let passed = 0;
    while (passed < sinceUs.length && (sinceUs[passed] as SimTime) <= at) passed++;
    if (passed === 0) return 1;
    if (passed > 1) {
      sinceUs.splice(0, passed - 1);
      this.#proxyShares.splice(0, passed - 1);
    }
    return this.#proxyShares[0] as number;
  }

  /** Whether it can happen that there is not enough for all and for a sync of kube-proxy. */
  get #isTight(): boolean {
    if (!this.isBusy) return false;
    const { threadMilli } = nodeCpuConstants;
    return this.#peakMilli + this.#system.demand + threadMilli > this.#coresMilli;
  }

  /** Counts what was missing since the last time. */
  #settle(at: SimTime): void {
    const forUs = at - this.#settledUs;
    this.#settledUs = at;
    if (forUs === 0 || !this.#isTight) return;
    for (const { pod, group } of this.#containers.values()) {
      pod.use.missedMilliUs += (group.demand - group.share) * forUs;
    }
  }

  #useOf(uid: string): PodCpuUse {
    let use = this.#uses.get(uid);
    if (use === undefined) {
      use = { askedMilliUs: 0, missedMilliUs: 0 };
      this.#uses.set(uid, use);
    }
    return use;
  }

  #sliceOf({ spec }: Pod): CpuGroup {
    const qos = podQosClass(spec);
    if (qos === 'Guaranteed') return this.#kubepods;
    return qos === 'Burstable' ? this.#burstable : this.#bestEffort;
  }

  /**
   * The part of a core that one thread more would have in a container, within what the container
   * has left of its limit, or half of it. A whole core on a node that always has enough, in one
   * that does not say what it uses, as on a node where none does. O(containers).
   */
  threadShare(pod: Pod, container: Container): number {
    const { threadMilli } = nodeCpuConstants;
    const { uid = '' } = pod.metadata;
    const quota = podLimits({ containers: [container] }).cpuMilli;
    const busy = this.#containers.get(keyOf(uid, container.name));
    if (busy === undefined && !this.#isTight) return 1;
    const used = busy === undefined ? 0 : valueAt(busy.steps, this.#settledUs - busy.startedUs);
    const room = quota === 0 ? threadMilli : Math.max(quota - used, quota / 2);
    if (!this.#isTight) return Math.min(1, room / threadMilli);
    const slice = this.#sliceOf(pod);
    const known = this.#pods.get(uid)?.group;
    const group = known ?? slice.add(new CpuGroup(cpuWeight(podRequests(pod.spec).cpuMilli)));
    const share = this.#shareBeside(group, podRequests({ containers: [container] }).cpuMilli);
    if (known === undefined) slice.remove(group);
    this.#root.deal(this.#coresMilli);
    return Math.min(share, room / threadMilli);
  }

  /** The part that one thread more would get in a group; others have been dealt less afterwards. */
  #shareBeside(group: CpuGroup, requestMilli = 0): number {
    const { threadMilli } = nodeCpuConstants;
    const guest = new CpuGroup(cpuWeight(requestMilli));
    guest.demand = threadMilli;
    group.add(guest);
    this.#root.deal(this.#coresMilli);
    group.remove(guest);
    return guest.share / threadMilli;
  }

  #noteProxy(at: SimTime, share: number): void {
    if ((this.#proxyShares.at(-1) ?? 1) === share) return;
    this.#proxySinceUs.push(at);
    this.#proxyShares.push(share);
  }
}

/** What a container has asked for in its run so far. */
function askedBy({ steps, startedUs }: BusyContainer, at: SimTime): number {
  return integralOf(steps, 0, at - startedUs, (milli) => milli);
}

function keyOf(uid: string, container: string): string {
  return `${uid}/${container}`;
}
