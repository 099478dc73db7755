// The CPU of the nodes, shared as the kernel does it: by the weights of control groups, so that
// nobody gets more than it asks for and nothing is idle while somebody waits. Who asks are the
// containers that say what they use (kubeclock.dev/cpu-use, never more than their limit), and in
// system.slice the calls to the runtime and the image pulls. What containers ask for changes at
// times that are known beforehand, so between two of them everybody has a constant share, and all
// of this is worked out when somebody asks. Only while daemons work on a node that may be too busy
// is there an event for the next change.
// On a node on which no container says what it uses nothing is worked out: the calls to its runtime
// share the cores alone.
// Left out: what containers use that say nothing; work of containers that ends the later for
// having got less (a run time is a time); what a sync of kube-proxy or a probe takes from others;
// the kubelet's own work, a millisecond a pod; time slices, periods of the quota, cpusets.
// Source: Linux Documentation/admin-guide/cgroup-v2.rst, Kubernetes v1.36 pkg/kubelet/cm.
import type { Container } from '../api/container.js';
import type { Pod } from '../api/pod.js';
import { statedCpu } from '../api/stated-cpu.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';
import { BusyNode, type PodCpuUse } from './busy-node.js';

const noEvent = -1;

/** One kind of work of the daemons. */
export interface SystemWork {
  /** Says how many jobs a node has now; returns how fast each goes, in (0, 1]. */
  speed(node: number, jobs: number): number;
}

interface Work {
  readonly milliPerJob: number;
  /** The jobs of a node have got faster or slower. */
  readonly changed: (node: number) => void;
  readonly jobs: number[];
}

/** Nodes are known by their index from 0, in order of `addNode`. */
export class NodeCpus {
  readonly #simulation: Simulation;
  readonly #useChanged: EventKind;
  readonly #works: Work[] = [];
  readonly #cores: number[] = [];
  readonly #burstableMilli: number[] = [];
  /** Is told when the first container of a node says what it uses. */
  onBusy: ((node: number) => void) | undefined;
  /** Nodes on which a container has said what it uses. */
  readonly #busy: (BusyNode | undefined)[] = [];

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#useChanged = simulation.defineEvent('node.CpuUseChanged', (node) => {
      const busy = this.#busy[node] as BusyNode;
      busy.event = noEvent;
      this.#look(node, busy);
    });
  }

  addNode(cores: number): void {
    this.#cores.push(cores);
    this.#burstableMilli.push(0);
    this.#busy.push(undefined);
  }

  /** Work each job of which asks for `milliPerJob`; `changed` is called when its speed changes. */
  systemWork(milliPerJob: number, changed: (node: number) => void): SystemWork {
    const work: Work = { milliPerJob, changed, jobs: [] };
    this.#works.push(work);
    return {
      speed: (node, jobs) => {
        work.jobs[node] = jobs;
        const busy = this.#busy[node];
        if (busy === undefined) return 1;
        this.#look(node, busy, work);
        return busy.systemShare;
      },
    };
  }

  /** What the Burstable pods that a node has accepted request together. */
  setBurstable(node: number, requestMilli: number): void {
    this.#burstableMilli[node] = requestMilli;
    const busy = this.#busy[node];
    if (busy !== undefined) this.#look(node, busy);
  }

  containerStarted(node: number, pod: Pod, container: Container): void {
    const steps = statedCpu(pod, container);
    if (steps === undefined) return;
    const { now } = this.#simulation;
    let busy = this.#busy[node];
    if (busy === undefined) {
      busy = new BusyNode(this.#cores[node] as number, now);
      this.#busy[node] = busy;
    }
    busy.advance(now);
    const wasBusy = busy.isBusy;
    busy.start(pod, container, steps, now);
    this.#look(node, busy);
    if (!wasBusy) this.onBusy?.(node);
  }

  containerEnded(node: number, { metadata }: Pod, container: Container): void {
    const busy = this.#busy[node];
    if (busy === undefined) return;
    busy.advance(this.#simulation.now);
    if (busy.end(metadata.uid ?? '', container.name)) this.#look(node, busy);
  }

  /** The machine of a node has failed, and all its containers have ended. */
  nodeFailed(node: number): void {
    const busy = this.#busy[node];
    if (busy === undefined) return;
    busy.advance(this.#simulation.now);
    busy.endAll();
    this.#look(node, busy);
  }

  /** The part of a thread that a sync of kube-proxy had on a node; times ascend by node. */
  proxyShareAt(node: number, at: SimTime): number {
    return this.#now(node)?.proxyShareAt(at) ?? 1;
  }

  /** Whether a container of a node says what it uses. */
  isBusy(node: number): boolean {
    return this.#busy[node]?.isBusy === true;
  }

  /** The part of a core that one thread more would have now in a container. */
  threadShare(node: number, pod: Pod, container: Container): number {
    return this.isBusy(node) ? (this.#now(node)?.threadShare(pod, container) ?? 1) : 1;
  }

  /**
   * CPU that the containers of a pod which say what they use have got so far in all of their runs,
   * thousandths of a core times µs; undefined when none has run on the node.
   */
  givenTo(node: number, pod: Pod): number | undefined {
    return this.#now(node)?.givenTo(pod);
  }

  /** What pods that say what they use have asked for and missed so far, by UID. O(such pods). */
  get podUses(): ReadonlyMap<string, PodCpuUse> {
    const uses = new Map<string, PodCpuUse>();
    for (const node of this.#busy.keys()) this.#now(node)?.addUses(uses);
    return uses;
  }

  /** What containers ask for now and do not get, on all nodes. O(busy containers). */
  get shortfallMilli(): number {
    let sum = 0;
    for (const node of this.#busy.keys()) sum += this.#now(node)?.shortfallMilli ?? 0;
    return sum;
  }

  #now(node: number): BusyNode | undefined {
    const busy = this.#busy[node];
    busy?.advance(this.#simulation.now);
    return busy;
  }

  /** Something may have changed on a node: deals anew, and tells whose work goes on differently. */
  #look(node: number, busy: BusyNode, asking?: Work): void {
    busy.advance(this.#simulation.now);
    let demandMilli = 0;
    for (const { jobs, milliPerJob } of this.#works) demandMilli += (jobs[node] ?? 0) * milliPerJob;
    busy.setSystem(demandMilli);
    busy.setBurstable(this.#burstableMilli[node] as number);
    busy.deal();
    this.#plan(node, busy, demandMilli > 0);
    if (busy.systemShare === busy.toldShare) return;
    busy.toldShare = busy.systemShare;
    for (const work of this.#works) if (work !== asking) work.changed(node);
  }

  #plan(node: number, busy: BusyNode, isAwaited: boolean): void {
    const simulation = this.#simulation;
    const at = isAwaited ? busy.nextChangeUs : Number.POSITIVE_INFINITY;
    if (at === Number.POSITIVE_INFINITY) {
      if (busy.event !== noEvent) simulation.cancel(busy.event);
      busy.event = noEvent;
    } else if (busy.event === noEvent) {
      busy.event = simulation.at(at, this.#useChanged, node);
    } else simulation.reschedule(busy.event, at);
  }
}
