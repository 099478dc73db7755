// Objects and events that the tests of kube-proxies share.

import type { EndpointSlice } from '../../../src/api/endpoint-slice.js';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { Service } from '../../../src/api/service.js';
import { SilentObserver } from '../../../src/client/observer.js';
import type { FleetWatchEvent } from '../../../src/client/watch.js';
import { FastEventQueue } from '../../../src/kernel/fast-event-queue.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import {
  KubeProxyFleet,
  type KubeProxyFleetOptions,
} from '../../../src/node/kube-proxy/kube-proxy-fleet.js';

export const msUs = 1_000;
export const secondUs = 1_000_000;

export function service(name: string, ports = 1, more: Partial<Service['spec']> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: {
      clusterIP: '10.96.0.1',
      ports: Array.from({ length: ports }, (_, index) => ({ port: 80 + index })),
      ...more,
    },
  };
}

/** A slice of a service; addresses that start with `!` are not ready. */
export function slice(of: string, addresses: readonly string[], name = `${of}-abc`): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'default', labels: { 'kubernetes.io/service-name': of } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({
      addresses: [address.replace('!', '')],
      conditions: { ready: !address.startsWith('!') },
    })),
  };
}

export class ProxyBench {
  readonly simulation: Simulation;
  readonly fleet: KubeProxyFleet;
  /** [time in ms, revision] of everything that all proxies have programmed. */
  readonly programmed: [number, number][] = [];
  /** [time in ms, proxy] of the starts and ends of syncs. */
  readonly starts: [number, number][] = [];
  readonly ends: [number, number][] = [];
  readonly queue: FastEventQueue = new FastEventQueue();
  #revision = 1;
  #acts = 0;

  constructor(options: Partial<KubeProxyFleetOptions> & { count?: number } = {}) {
    const { count = 1, ...more } = options;
    const simulation = new Simulation('kube-proxy', this.queue);
    const { programmed, starts, ends } = this;
    this.simulation = simulation;
    const observer = new (class extends SilentObserver {
      override endpointsProgrammed(revision: number): void {
        programmed.push([simulation.now / msUs, revision]);
      }
    })();
    this.fleet = new KubeProxyFleet({
      simulation,
      nodes: Array.from({ length: count }, (_, index) => ({ name: `node-${index}`, zone: '' })),
      spec: { mode: 'userspace', minSyncPeriodUs: secondUs },
      linkDelay: { kind: 'constant', value: msUs },
      observer,
      onSynced: (member, startUs, endUs) => {
        starts.push([startUs / msUs, member]);
        ends.push([endUs / msUs, member]);
      },
      ...more,
    });
  }

  /** Dispatches a change at a time; its revision is the next one. */
  change(
    atUs: number,
    object: KubernetesObject,
    more: { type?: 'DELETED'; spacingUs?: number } = {},
  ): void {
    const { simulation } = this;
    const { spacingUs = 0 } = more;
    const type: FleetWatchEvent['type'] = more.type ?? 'MODIFIED';
    const kind = simulation.defineEvent(`test.${this.#acts++}`, (_target, _arg, now) => {
      const event = { type, object, previous: undefined, revision: ++this.#revision, bytes: 0 };
      this.fleet.onFleetEvent({ ...event, dispatchedAtUs: now, spacingUs });
    });
    simulation.at(atUs, kind);
  }

  /** The first list, of revision 1. */
  list(objects: readonly KubernetesObject[]): void {
    this.fleet.listed(objects, 1);
  }
}
