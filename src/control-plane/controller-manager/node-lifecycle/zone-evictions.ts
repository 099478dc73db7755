// Puts NoExecute taints on nodes that wait for them: every 100 ms one zone after the other, as far
// as the rate of each allows. The looks at empty queues change nothing and are left out.
// Source: Kubernetes v1.36 pkg/controller/nodelifecycle doNoExecuteTaintingPass (reference:
// nodes-controllers 3.14).
import type { Node } from '../../../api/node.js';
import { zoneKeyOf } from '../../../api/node-zone.js';
import type { Informer } from '../../../client/informer.js';
import type { EventKind, Simulation } from '../../../kernel/simulation.js';
import { nodeLifecycleConstants as constants } from './constants.js';
import type { NodeTainter } from './node-tainter.js';
import { conditionOf, noExecuteChange, noExecuteTaintFor } from './node-taints.js';
import { type EvictionQueue, Zones } from './zones.js';

export class ZoneEvictions {
  readonly zones: Zones = new Zones();
  readonly #simulation: Simulation;
  readonly #nodes: Informer<Node>;
  readonly #tainter: NodeTainter;
  readonly #due: EventKind;
  /** A pass is under way, or one is planned. */
  #isActive = false;
  /** Queues that the pass has still to look at. */
  #queues: EvictionQueue[] = [];

  constructor(simulation: Simulation, name: string, nodes: Informer<Node>, tainter: NodeTainter) {
    this.#simulation = simulation;
    this.#nodes = nodes;
    this.#tainter = tainter;
    this.#due = simulation.defineEvent(`${name}.EvictionPassDue`, () => {
      this.#queues = [...this.zones.queues];
      this.#goOn();
    });
  }

  /** Has a node wait for its taint, behind all others of its zone. */
  requeue(node: Node): void {
    const { now } = this.#simulation;
    this.zones.queueOf(zoneKeyOf(node)).requeue(node.metadata.name, now);
    if (!this.#isActive) this.#plan();
  }

  /** Nobody waits. */
  get isEmpty(): boolean {
    return this.zones.isEmpty;
  }

  /** The node does not wait any more. */
  remove(name: string, zone: string): void {
    this.zones.queueOf(zone).remove(name);
  }

  /** The next pass, on the grid of the period. */
  #plan(): void {
    this.#isActive = this.zones.queues.some(({ size }) => size > 0);
    if (!this.#isActive) return;
    const period = constants.nodeEvictionPeriodUs;
    const { now } = this.#simulation;
    this.#simulation.at((Math.floor(now / period) + 1) * period, this.#due);
  }

  #goOn(): void {
    const { now } = this.#simulation;
    for (let queue = this.#queues[0]; queue !== undefined; queue = this.#queues[0]) {
      const name = queue.next(now);
      if (name === undefined) this.#queues.shift();
      else if (this.#taint(queue, name)) return;
    }
    this.#plan();
  }

  /** False when nothing is to be done: the node is gone, or Ready as far as the cache knows. */
  #taint(queue: EvictionQueue, name: string): boolean {
    const node = this.#nodes.get(name);
    const status = node === undefined ? 'True' : (conditionOf(node, 'Ready')?.status ?? 'Unknown');
    if (node === undefined || noExecuteTaintFor(status) === undefined) return false;
    this.#tainter.change(node, noExecuteChange(status), (isDone) => {
      if (!isDone) queue.requeue(name, this.#simulation.now + constants.evictionRetryUs);
      this.#goOn();
    });
    return true;
  }
}
