// Whoever does things to nodes during a run: faults strike, and heal by themselves after a time or
// when a scenario says so.
import type { ClusterObserver } from '../client/observer.js';
import { type Distribution, distribution } from '../kernel/distributions.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { RegistryCondition } from '../node/kubelet/image-manager.js';
import type { ClusterNode } from './cluster-nodes.js';
import type {
  Fault,
  FaultOperation,
  NetworkGroup,
  NodeFault,
  NodeFaultOperation,
  NodeSelection,
  PartitionOperation,
  RegistryFaultOperation,
} from './fault-operation.js';
import { selectNodes } from './node-selection.js';
import type { Partitions } from './partitions.js';

/** The cluster as far as faults can be done to it. */
export interface FaultTargets {
  /** All nodes that have been started so far. */
  readonly nodes: () => readonly ClusterNode[];
  readonly setRegistry: (condition: RegistryCondition) => void;
  /** Names of the machines of the control plane. */
  readonly hosts: () => readonly string[];
  readonly partitions: Pick<Partitions, 'begin' | 'end'>;
  /** The machine is off: nothing runs on it, and nothing of it is heard. */
  readonly crashNode: (node: number) => void;
  /** The kubelet ends, its containers go on. */
  readonly stopKubelet: (node: number) => void;
  /** Starts a kubelet that is down, on a machine that is switched on with it where it is off. */
  readonly startKubelet: (node: number) => void;
  /** Sets the clock of a machine forward, or back where `us` is negative. */
  readonly shiftClock: (node: number, us: number) => void;
}

/** A machine. */
interface Named {
  readonly name: string;
}

/** Something that was done and can be undone. */
interface Struck {
  readonly name: string;
  readonly undo: () => void;
  isHealed: boolean;
}

export class FaultOperator {
  readonly #simulation: Simulation;
  readonly #targets: FaultTargets;
  readonly #observer: ClusterObserver;
  readonly #healed: EventKind;
  readonly #booted: EventKind;
  readonly #struck: Struck[] = [];
  /** Faults by node for which its kubelet is down. */
  readonly #downCounts = new Map<number, number>();

  constructor(simulation: Simulation, targets: FaultTargets, observer: ClusterObserver) {
    this.#simulation = simulation;
    this.#targets = targets;
    this.#observer = observer;
    this.#healed = simulation.defineEvent('fault.FaultHealed', (index) => this.#heal(index));
    this.#booted = simulation.defineEvent('fault.NodeBooted', (node) => this.#start(node));
  }

  /** Lets a fault strike, or ends one. */
  perform(operation: FaultOperation): void {
    switch (operation.op) {
      case 'nodeFault':
        return this.#strikeNodes(operation);
      case 'partition':
        return this.#divide(operation);
      case 'registryFault':
        return this.#strikeRegistry(operation);
      case 'heal':
        for (const [index, { name }] of this.#struck.entries()) {
          if (operation.fault === undefined || operation.fault === name) this.#heal(index);
        }
        return;
    }
  }

  #strikeNodes(operation: NodeFaultOperation): void {
    const { name, fault } = operation;
    const nodes = this.#select(operation.nodes, name);
    if (fault === 'clockSkew') return this.#skew(operation, nodes);
    for (const { index } of nodes) this.#stop(index, fault);
    if (fault !== 'reboot') {
      return this.#remember(operation, nodes, () => {
        for (const { index } of nodes) this.#start(index);
      });
    }
    this.#remember(operation, nodes, () => {});
    const downtime = distribution(operation.downtime);
    for (const node of nodes) this.#bootLater(name, node, downtime);
  }

  /** Of several skews of a node each counts: a clock is set by so much, not to a time. */
  #skew(operation: NodeFaultOperation, nodes: readonly ClusterNode[]): void {
    const { offsetUs } = operation;
    const { shiftClock } = this.#targets;
    for (const { index } of nodes) shiftClock(index, offsetUs);
    this.#remember(operation, nodes, () => {
      for (const { index } of nodes) shiftClock(index, -offsetUs);
    });
  }

  #strikeRegistry(operation: RegistryFaultOperation): void {
    const { fault, factor } = operation;
    const { setRegistry } = this.#targets;
    setRegistry({ factor, isDown: fault === 'down' });
    this.#remember(operation, [], () => setRegistry({ factor: 1, isDown: false }));
  }

  #divide(operation: PartitionOperation): void {
    const { name, between, packets: way } = operation;
    const [one, other] = between.map((group, side) => this.#groupOf(group, `${name}/${side}`));
    const partition = {
      one: new Set(one?.map((each) => each.name)),
      other: new Set(other?.map((each) => each.name)),
      way,
    };
    const { partitions } = this.#targets;
    partitions.begin(partition);
    const nodes = [...(one ?? []), ...(other ?? [])].filter((each) => 'index' in each);
    this.#remember(operation, nodes, () => partitions.end(partition));
  }

  #groupOf(group: NetworkGroup, key: string): readonly Named[] {
    if ('nodes' in group) return this.#select(group.nodes, key);
    const hosts = group.hosts === 'all' ? this.#targets.hosts() : group.hosts;
    return hosts.map((name) => ({ name }));
  }

  #select(selection: NodeSelection, key: string): readonly ClusterNode[] {
    const stream = this.#simulation.random.stream(`fault/${key}/nodes`);
    return selectNodes(selection, this.#targets.nodes(), stream);
  }

  #stop(node: number, fault: NodeFault): void {
    this.#downCounts.set(node, (this.#downCounts.get(node) ?? 0) + 1);
    if (fault === 'stopKubelet') this.#targets.stopKubelet(node);
    else this.#targets.crashNode(node);
  }

  /** One reason less for the kubelet to be down. */
  #start(node: number): void {
    const count = (this.#downCounts.get(node) ?? 0) - 1;
    this.#downCounts.set(node, count);
    if (count === 0) this.#targets.startKubelet(node);
  }

  /** A node is down for a time that belongs to it, whichever others are. */
  #bootLater(fault: string, { name, index }: ClusterNode, downtime: Distribution): void {
    const stream = this.#simulation.random.stream(`fault/${fault}/${name}/downtime`);
    this.#simulation.after(downtime.sample(stream), this.#booted, index);
  }

  #remember(fault: Fault, nodes: readonly Named[], undo: () => void): void {
    const { name, durationUs } = fault;
    this.#struck.push({ name, undo, isHealed: false });
    this.#observer.faultStruck(
      name,
      nodes.map((node) => node.name),
    );
    if (durationUs === Number.POSITIVE_INFINITY) return;
    this.#simulation.after(durationUs, this.#healed, this.#struck.length - 1);
  }

  #heal(index: number): void {
    const struck = this.#struck[index] as Struck;
    if (struck.isHealed) return;
    struck.isHealed = true;
    struck.undo();
    this.#observer.faultHealed(struck.name);
  }
}
