// The nodes that load balancers send to: all that the cloud knows and nobody has excluded, whether
// Ready or not. A change is told to all balancers at once, and everything again every 100 s; what
// fails is tried with the next change or period.
// Source: Kubernetes v1.36 staging cloud-provider controllers/service/controller.go nodeSyncLoop,
// stableNodeSetPredicates (reference: nodes-controllers 4.2).
import type { Node } from '../../api/node.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { ascending } from '../../stats/ascending.js';
import { type CloudAnswer, toBeDeletedTaint } from '../cloud-provider.js';
import type { CloudControllerOptions } from './cloud-controller-options.js';
import { cloudControllerManagerConstants as constants } from './constants.js';

const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** One balancer that is told. */
interface Update {
  readonly key: string;
  readonly hosts: readonly string[];
  readonly sinceUs: SimTime;
}

export class BalancerNodes {
  readonly #options: CloudControllerOptions;
  readonly #recorder: EventRecorder;
  readonly #syncDue: EventKind;
  /** What each balancer was last told, names joined. */
  readonly #told = new Map<string, string>();
  #isSyncing = false;
  #isWanted = false;
  #syncStartUs: SimTime = 0;
  #waiting: Update[] = [];
  #inFlight = 0;

  constructor(options: CloudControllerOptions, name: string, recorder: EventRecorder) {
    const { simulation, nodes } = options;
    this.#options = options;
    this.#recorder = recorder;
    this.#syncDue = simulation.defineEvent(`${name}.NodeSyncDue`, () => {
      simulation.after(constants.nodeSyncPeriodUs, this.#syncDue);
      this.#sync();
    });
    nodes.addHandler({
      added: (node) => this.#changed(isHost(node)),
      updated: (previous, node) => this.#changed(isHost(previous) !== isHost(node)),
      deleted: (node) => this.#changed(isHost(node)),
    });
  }

  /** Names of the nodes, in order of name. O(nodes log nodes). */
  get hosts(): readonly string[] {
    const names = [...this.#options.nodes.store.values()]
      .filter(isHost)
      .map(({ metadata }) => metadata.name);
    return names.sort(ascending);
  }

  start(): void {
    this.#options.simulation.after(constants.nodeSyncPeriodUs, this.#syncDue);
  }

  /** A balancer has been asked to send to these. */
  told(key: string, hosts: readonly string[]): void {
    this.#told.set(key, hosts.join(' '));
  }

  /** The balancer of a Service is gone. */
  forget(key: string): void {
    this.#told.delete(key);
  }

  #changed(isNews: boolean): void {
    if (isNews && this.#told.size > 0) this.#sync();
  }

  #sync(): void {
    if (this.#isSyncing) {
      this.#isWanted = true;
      return;
    }
    const { hosts } = this;
    const { now } = this.#options.simulation;
    const text = hosts.join(' ');
    const late = [...this.#told].filter(([, told]) => told !== text);
    if (late.length === 0) return;
    this.#isSyncing = true;
    this.#syncStartUs = now;
    this.#waiting = late.map(([key]) => ({ key, hosts, sinceUs: now }));
    const { concurrentServiceSyncs } = this.#options.settings;
    for (let worker = 0; worker < concurrentServiceSyncs; worker++) this.#next();
  }

  #next(): void {
    const update = this.#waiting.shift();
    if (update !== undefined) {
      this.#inFlight++;
      const sinceUs = this.#options.simulation.now;
      const { key, hosts } = update;
      const context = { ...update, sinceUs };
      this.#options.cloud.loadBalancers.ensure(key, hosts, this.#onUpdated, context);
      return;
    }
    if (this.#inFlight > 0 || !this.#isSyncing) return;
    this.#isSyncing = false;
    this.#options.monitor?.nodesSynced(this.#options.simulation.now - this.#syncStartUs);
    if (!this.#isWanted) return;
    this.#isWanted = false;
    this.#sync();
  }

  readonly #onUpdated = ({ fault }: CloudAnswer, { key, hosts, sinceUs }: Update): void => {
    const { monitor, services, simulation } = this.#options;
    this.#inFlight--;
    const service = services.get(key);
    if (fault !== undefined) {
      monitor?.hostsUpdateFailed();
      const count = `[node names limited, total=${hosts.length}]`;
      const message = `Error updating load balancer with new hosts ${count}: ${fault}`;
      if (service !== undefined) {
        this.#recorder.record(service, 'Warning', 'UpdateLoadBalancerFailed', message);
      }
    } else if (service !== undefined) {
      monitor?.hostsUpdated(simulation.now - sinceUs);
      if (this.#told.has(key)) this.told(key, hosts);
      const message = 'Updated load balancer with new hosts';
      this.#recorder.record(service, 'Normal', 'UpdatedLoadBalancer', message);
    }
    this.#next();
  };
}

/** Whether load balancers send to the node. */
function isHost({ metadata, spec }: Node): boolean {
  if (metadata.deletionTimestamp !== undefined || spec.providerID === undefined) return false;
  if (metadata.labels?.[EXCLUDED] !== undefined) return false;
  return spec.taints?.some(({ key }) => key === toBeDeletedTaint) !== true;
}
