// A CSI driver's controller: its storage, and the sidecars that drive it, on a machine of its own.
// Left out: leader election of the sidecars, resizer and snapshotter.
// Source: kubernetes-csi documentation, deploying a CSI driver.
import type { ApiTransport } from '../../client/api-transport.js';
import type { Connection } from '../../client/connection.js';
import type { ClusterObserver } from '../../client/observer.js';
import type { Simulation } from '../../kernel/simulation.js';
import { CpuHost } from '../../kernel/stations.js';
import { type ControllerLatencies, StorageBackEnd } from './back-end.js';
import { csiConstants as constants } from './constants.js';
import { ExternalAttacher } from './external-attacher.js';
import { ExternalProvisioner } from './external-provisioner.js';
import type { VolumeReach } from './volume-topology.js';

/** What a driver is like, as far as its controller is concerned. */
export interface CsiControllerSpec {
  /** As in CSIDriver objects: `ebs.csi.aws.com`. */
  readonly name: string;
  /** False: its volumes can be mounted without being attached to the node. */
  readonly attachRequired: boolean;
  readonly reach: VolumeReach;
  readonly latencies: ControllerLatencies;
}

export interface CsiDriverOptions {
  readonly simulation: Simulation;
  readonly transport: ApiTransport;
  readonly observer: ClusterObserver;
  /** A connection of a client of that name. */
  readonly connect: (client: string) => Connection;
  readonly spec: CsiControllerSpec;
}

export class CsiDriver {
  readonly #provisioner: ExternalProvisioner;
  readonly #attacher: ExternalAttacher | undefined;

  constructor({ simulation, transport, observer, connect, spec }: CsiDriverOptions) {
    const { name: driver, attachRequired, reach, latencies } = spec;
    const host = new CpuHost(simulation, `csi-controller/${driver}`, constants.cores);
    const backEnd = new StorageBackEnd(simulation, driver, latencies);
    const common = { simulation, transport, observer, host, backEnd, driver };
    const provisioner = connect(`csi-provisioner/${driver}`);
    this.#provisioner = new ExternalProvisioner({ ...common, connection: provisioner }, reach);
    if (!attachRequired) return;
    const attacher = connect(`csi-attacher/${driver}`);
    this.#attacher = new ExternalAttacher({ ...common, connection: attacher });
  }

  start(): void {
    this.#provisioner.start();
    this.#attacher?.start();
  }
}
