// The cluster of scheduler_perf: etcd, one kube-apiserver and kube-scheduler. Nodes are objects
// that nobody serves, so pods are bound and never start. The test itself is a client on the
// scheduler's machine, and sees pods through the scheduler's own informer.
// Source: Kubernetes v1.36 test/integration/scheduler_perf/util.go mustSetupCluster; reference:
// scheduler 5.1.
import type { Pod } from '../api/pod.js';
import { ApiClient } from '../client/api-client.js';
import type { Informer } from '../client/informer.js';
import type { Simulation } from '../kernel/simulation.js';
import type { StationMeter } from '../kernel/stations.js';
import { bootstrapObjects } from './bootstrap.js';
import type { ClientLimit, ClusterSpec } from './cluster-spec.js';
import { ControlPlane } from './control-plane.js';
import { type SchedulerListeners, SchedulerProcess } from './scheduler-process.js';

/** The test and the scheduler use the API server's own client, which nothing holds up. */
const groups = ['system:masters'];

/** `start` sets it going; then the simulation is run. */
export class SchedulingCluster {
  /** Machines and disks, for reports. */
  readonly meters: readonly StationMeter[];
  /** The pods as kube-scheduler knows them. */
  readonly pods: Informer<Pod>;
  readonly #controlPlane: ControlPlane;
  readonly #scheduler: SchedulerProcess;
  readonly #hostName: string;

  /** Of `spec`, node pools, kube-proxies, cluster DNS and further schedulers do not count. */
  constructor(simulation: Simulation, spec: ClusterSpec, listeners: SchedulerListeners) {
    const objects = bootstrapObjects(simulation.random, []);
    this.#controlPlane = new ControlPlane(simulation, spec, objects, listeners.observer);
    const { scheduler } = spec.controlPlane;
    const controlPlane = this.#controlPlane;
    this.#hostName = scheduler.hosts[0] ?? '';
    const host = controlPlane.process('kube-scheduler', this.#hostName, scheduler.name);
    this.#scheduler = new SchedulerProcess(
      simulation,
      controlPlane,
      scheduler,
      host,
      listeners,
      groups,
    );
    this.pods = this.#scheduler.pods;
    this.meters = this.#controlPlane.meters;
  }

  /** A client of the test. */
  client(name: string, limit: ClientLimit): ApiClient {
    return new ApiClient(this.#controlPlane.transport, {
      name,
      user: 'system:apiserver',
      groups,
      connection: this.#controlPlane.connect(name, 'controlPlane'),
      limit,
      host: this.#controlPlane.process('kube-scheduler', this.#hostName),
    });
  }

  /** Starts all components; `onReady` is called when the scheduler's caches are full. */
  start(onReady: () => void): void {
    const { informers } = this.#scheduler;
    let waiting = informers.length;
    for (const informer of informers) {
      informer.whenSynced(() => {
        if (--waiting === 0) onReady();
      });
    }
    this.#scheduler.standBy();
    this.#scheduler.lead();
  }
}
