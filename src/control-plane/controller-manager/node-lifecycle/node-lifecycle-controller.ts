// Watches over nodes: a pass every five seconds finds those that have stopped reporting and says so
// in their conditions and in those of their pods. Conditions become NoSchedule taints at once, and
// NoExecute taints zone by zone at a limited rate. Left out: node labels by OS and architecture.
// Source: Kubernetes v1.36 pkg/controller/nodelifecycle (reference: nodes-controllers 3.14, 10.6).
import type { Lease } from '../../../api/lease.js';
import type { Node } from '../../../api/node.js';
import { zoneKeyOf } from '../../../api/node-zone.js';
import type { Pod } from '../../../api/pod.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiResponse, isSuccess } from '../../../client/api-request.js';
import { EventRecorder } from '../../../client/event-recorder.js';
import type { Informer } from '../../../client/informer.js';
import { Slab } from '../../../client/slab.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import type { RandomStream } from '../../../kernel/random-stream.js';
import type { EventKind, Simulation } from '../../../kernel/simulation.js';
import type { CpuHost } from '../../../kernel/stations.js';
import { type ControllerOptions, SyncLoop } from '../sync-loop.js';
import { nodeLifecycleConstants as constants } from './constants.js';
import { withUnknownConditions } from './node-health.js';
import { hasNoExecuteTaint, NodeRows, readyStatusOf } from './node-rows.js';
import { NodeTainter } from './node-tainter.js';
import { hasTaint, noExecuteChange, noExecuteTaintFor, noScheduleChange } from './node-taints.js';
import { NotReadyPods } from './not-ready-pods.js';
import type { PodsOfNodes } from './pods-of-nodes.js';
import { ZoneEvictions } from './zone-evictions.js';

export interface NodeLifecycleInformers {
  readonly nodes: Informer<Node>;
  readonly leases: Informer<Lease>;
  readonly pods: Informer<Pod>;
  readonly podsOfNodes: PodsOfNodes;
}

/** A node that a pass has found not to be Ready, or not to be reporting. */
interface Suspect {
  node: Node;
  readonly isSilent: boolean;
  /** Status of its Ready condition when the pass began. */
  readonly observed: string;
  attempts: number;
}

const NAME = 'kube-controller-manager/node-lifecycle';

export class NodeLifecycleController {
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #host: CpuHost;
  readonly #client: ApiClient;
  readonly #informers: NodeLifecycleInformers;
  readonly #recorder: EventRecorder;
  readonly #tainter: NodeTainter;
  readonly #evictions: ZoneEvictions;
  readonly #notReadyPods: NotReadyPods;
  readonly #rows: NodeRows;
  readonly #loop: SyncLoop;
  readonly #order: RandomStream;
  readonly #passDue: EventKind;
  readonly #passBegan: EventKind;
  readonly #retried: EventKind;
  readonly #retrying = new Slab<Suspect>();
  /** Nodes whose pods could not all be marked. */
  readonly #unmarked = new Set<string>();
  #suspects: Suspect[] = [];
  #busyWorkers = 0;

  /** `gracePeriodUs`: --node-monitor-grace-period; absent: its default. */
  constructor(
    options: ControllerOptions,
    informers: NodeLifecycleInformers,
    gracePeriodUs?: number,
  ) {
    const { simulation, host, client } = options;
    const { nodes, leases, pods } = informers;
    this.#simulation = simulation;
    this.#host = host;
    this.#client = client;
    this.#informers = informers;
    const leaseOf = (name: string) => leases.get(`kube-node-lease/${name}`);
    this.#rows = new NodeRows(leaseOf, gracePeriodUs, client.heartbeats);
    leases.addIndex({ changed: (lease, isDeleted) => this.#rows.leaseChanged(lease, isDeleted) });
    this.#recorder = new EventRecorder(simulation, 'node-controller', client);
    this.#tainter = new NodeTainter(simulation, client);
    this.#evictions = new ZoneEvictions(simulation, NAME, nodes, this.#tainter);
    this.#notReadyPods = new NotReadyPods(simulation, client, this.#recorder);
    this.#order = simulation.random.stream(`${NAME}/order`);
    this.#passDue = simulation.defineEvent(`${NAME}.MonitorPassDue`, () => this.#beginPass());
    this.#passBegan = simulation.defineEvent(`${NAME}.NodesChecked`, () => this.#check());
    this.#retried = simulation.defineEvent(`${NAME}.NodeUpdateRetried`, (id) =>
      this.#examine(this.#retrying.remove(id)),
    );
    this.#loop = new SyncLoop(options, {
      name: 'node-lifecycle',
      metricName: 'node_lifecycle_controller',
      workers: constants.nodeUpdateWorkers,
      cpuUs: () => constants.nodeUpdateCpuUs,
      sync: (name, worker) => this.#syncTaints(name, worker),
    });
    this.queue = this.#loop.queue;
    nodes.addHandler({
      added: (node) => this.#take(node),
      updated: (_, node) => this.#take(node),
      deleted: (node) => this.#forget(node),
    });
    pods.addHandler({
      added: (pod) => this.#podAssigned(pod, undefined),
      updated: (previous, pod) => this.#podAssigned(pod, previous),
    });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#rows.setAllKnown();
    this.#loop.start();
    this.#beginPass();
  }

  #take(node: Node): void {
    this.#rows.put(node);
    this.queue.add(node.metadata.name);
  }

  #forget(node: Node): void {
    const { name } = node.metadata;
    this.#rows.remove(name);
    this.#evictions.remove(name, zoneKeyOf(node));
    this.#unmarked.delete(name);
  }

  /** A pod that comes to a node that is not Ready is not Ready either. */
  #podAssigned(pod: Pod, previous: Pod | undefined): void {
    const { nodeName } = pod.spec;
    if (nodeName === undefined || previous?.spec.nodeName === nodeName) return;
    const node = this.#informers.nodes.get(nodeName);
    if (node === undefined || readyStatusOf(node) === 'True') return;
    this.#notReadyPods.mark([pod], () => {});
  }

  /** Conditions become NoSchedule taints. */
  #syncTaints(name: string, worker: number): void {
    const node = this.#informers.nodes.get(name);
    const change = node && noScheduleChange(node);
    if (change === undefined || change.add.length + change.remove.length === 0) {
      return this.#loop.finish(worker, false);
    }
    this.#tainter.change(node as Node, change, (isDone) => this.#loop.finish(worker, !isDone));
  }

  #beginPass(): void {
    const cpuUs = (this.#informers.nodes.store.size * constants.nodeCheckNanoseconds) / 1000;
    this.#host.run(cpuUs, this.#passBegan);
  }

  /** Looks at all nodes; those that are not well are examined by the workers, in any order. */
  #check(): void {
    const { now } = this.#simulation;
    const rows = this.#rows;
    const isNobodyWaiting = this.#evictions.isEmpty;
    for (let row = 0; row < rows.length; row++) {
      if (rows.isSteady(row, now) && isNobodyWaiting) continue;
      const node = rows.node(row);
      if (node !== undefined) this.#look(row, node);
    }
    for (let i = this.#suspects.length - 1; i > 0; i--) {
      const other = this.#order.below(i + 1);
      const swapped = this.#suspects[i] as Suspect;
      this.#suspects[i] = this.#suspects[other] as Suspect;
      this.#suspects[other] = swapped;
    }
    this.#busyWorkers = constants.nodeUpdateWorkers;
    for (let worker = 0; worker < constants.nodeUpdateWorkers; worker++) this.#nextSuspect();
  }

  #look(row: number, node: Node): void {
    const rows = this.#rows;
    if (!rows.isKnown(row)) this.#announce(row, node);
    const isSilent = rows.observe(row, this.#simulation.now);
    const observed = readyStatusOf(node);
    const isWell = observed === 'True' && !isSilent && !rows.isTainted(row);
    if (isWell) this.#evictions.remove(node.metadata.name, zoneKeyOf(node));
    else this.#suspects.push({ node, isSilent, observed, attempts: 0 });
  }

  #announce(row: number, node: Node): void {
    const { name } = node.metadata;
    this.#rows.setKnown(row);
    const message = `Node ${name} event: Registered Node ${name} in Controller`;
    this.#recorder.record(node, 'Normal', 'RegisteredNode', message);
  }

  #nextSuspect(): void {
    const suspect = this.#suspects.shift();
    if (suspect !== undefined) return this.#examine(suspect);
    if (--this.#busyWorkers === 0) this.#endPass();
  }

  /** Says of a silent node that nothing is known of it. */
  #examine(suspect: Suspect): void {
    const { node, isSilent } = suspect;
    const body = isSilent ? withUnknownConditions(node, this.#simulation.now) : node;
    if (body === node) return this.#act(suspect);
    const { name } = node.metadata;
    this.#client.send(
      { verb: 'update', resource: 'nodes', subresource: 'status', namespace: '', name, body },
      this.#updated,
      suspect,
    );
  }

  readonly #updated = (call: ApiCall): void => {
    const suspect = call.context as Suspect;
    const response = call.response as ApiResponse;
    if (isSuccess(response)) {
      suspect.node = response.object as Node;
      return this.#act(suspect);
    }
    const { nodeStatusUpdateRetries, nodeStatusRetryUs } = constants;
    const node = this.#informers.nodes.get(suspect.node.metadata.name);
    if (node === undefined || ++suspect.attempts === nodeStatusUpdateRetries) {
      return this.#nextSuspect();
    }
    suspect.node = node;
    this.#simulation.after(nodeStatusRetryUs, this.#retried, this.#retrying.add(suspect));
  };

  /** Has the node tainted or cleared, and its pods marked when it has just ceased to be Ready. */
  #act({ node, observed }: Suspect): void {
    const { name } = node.metadata;
    const status = readyStatusOf(node);
    const taint = noExecuteTaintFor(status);
    const change = noExecuteChange(status);
    const isOther = change.remove.some((each) => hasTaint(node, each));
    if (isOther) this.#tainter.change(node, change, () => {});
    else if (taint === undefined) this.#evictions.remove(name, zoneKeyOf(node));
    else if (!hasTaint(node, taint)) this.#evictions.requeue(node);
    const hasFallen = status !== 'True' && observed === 'True';
    if (hasFallen) {
      const message = `Node ${name} status is now: NodeNotReady`;
      this.#recorder.record(node, 'Normal', 'NodeNotReady', message);
    }
    if (!hasFallen && (status === 'True' || !this.#unmarked.has(name))) return this.#nextSuspect();
    const pods = this.#informers.podsOfNodes.of(name).values();
    this.#notReadyPods.mark(pods, (isDone) => {
      if (isDone) this.#unmarked.delete(name);
      else this.#unmarked.add(name);
      this.#nextSuspect();
    });
  }

  #endPass(): void {
    const { now } = this.#simulation;
    const { nodes } = this.#informers;
    const disruption = this.#evictions.zones.update(this.#rows.countsByZone, now);
    if (disruption === 'recovered') this.#rows.restart(now);
    if (disruption === 'allDown') for (const node of nodes.store.values()) this.#spare(node);
    this.#simulation.after(constants.nodeMonitorPeriodUs, this.#passDue);
  }

  /** With every zone down it is more likely that the control plane is cut off than the nodes. */
  #spare(node: Node): void {
    this.#evictions.remove(node.metadata.name, zoneKeyOf(node));
    if (hasNoExecuteTaint(node)) this.#tainter.change(node, noExecuteChange('True'), () => {});
  }
}
