// An etcd cluster by itself, with clients in closed loops, for checks of the model.

import { SilentObserver } from '../../dist/client/observer.js';
import { defaultEtcdOptions, Etcd } from '../../dist/control-plane/etcd/etcd.js';
import { plainProcess } from '../../dist/kernel/cpu-host.js';
import { distribution } from '../../dist/kernel/distributions.js';
import { Simulation } from '../../dist/kernel/simulation.js';
import { CpuHost, Disk, Link } from '../../dist/kernel/stations.js';

const constant = (value) => distribution({ kind: 'constant', value });

/**
 * `members` members of `cores` cores that take `cpuFactor` times as long as those of today, with
 * flushes by `fsync` (one law, or one a member), `peerUs` one way between two of them, `clientUs`
 * to a client; one connection to each of `endpoints`. On `isOneMachine` they share cores and disk,
 * also with the client.
 */
export class EtcdGroup {
  constructor({
    seed = 'validate',
    members = 3,
    cores = 8,
    cpuFactor = 1,
    wakeUpUs = 0,
    ...machine
  }) {
    const { fsync, peerUs, clientUs, endpoints, options, isOneMachine = false } = machine;
    const simulation = new Simulation(seed);
    this.simulation = simulation;
    const one = isOneMachine ? new CpuHost(simulation, 'machine', cores) : undefined;
    const costs = { ...plainProcess, factor: cpuFactor, wakeUpUs };
    this.clientHost = one && new CpuHost(simulation, 'client', one, costs);
    this.hosts = [];
    let disk;
    const places = Array.from({ length: members }, (_, i) => {
      const law = distribution(Array.isArray(fsync) ? fsync[i] : fsync);
      if (!isOneMachine || disk === undefined) {
        disk = new Disk(simulation, `disk-${i}`, law, 500_000_000);
      }
      const host = new CpuHost(simulation, `host-${i}`, one ?? cores, costs);
      this.hosts.push(host);
      return { name: `etcd-${i}`, host, wal: disk, backend: disk };
    });
    const link = (name, us) => new Link(simulation, name, constant(us), 2_000_000_000);
    const linkBetween = (from, to) => link(`${from}>${to}`, peerUs);
    const setup = {
      members: places,
      options: { ...defaultEtcdOptions, ...options },
      linkBetween,
    };
    this.etcd = new Etcd(simulation, setup, new SilentObserver());
    this.connections = endpoints.map((member, i) =>
      this.etcd.connect(`client-${i}`, [
        { member, up: link(`client-${i}/up`, clientUs), down: link(`client-${i}/down`, clientUs) },
      ]),
    );
    this.sent = [];
    this.answered = simulation.defineEvent('client.Answered', (client, ticket) => {
      const { succeeded } = this.connections[client % endpoints.length].result(ticket);
      this.onAnswer?.(client, succeeded, simulation.now - this.sent[client]);
    });
  }

  /** A put of 8 bytes of key and 256 bytes of value, always of a new key. */
  put(client) {
    this.sent[client] = this.simulation.now;
    this.keys = (this.keys ?? 0) + 1;
    const key = `k${String(this.keys).padStart(7, '0')}`;
    const value = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: key } };
    const transaction = { key, expectedRevision: 0, value, bytes: 256 };
    this.#connectionOf(client).propose(transaction, this.answered, client);
  }

  get(client, isSerializable) {
    this.sent[client] = this.simulation.now;
    const connection = this.#connectionOf(client);
    if (isSerializable) connection.readSerializable('k0000001', this.answered, client);
    else connection.read('k0000001', this.answered, client);
  }

  #connectionOf(client) {
    return this.connections[client % this.connections.length];
  }
}

/**
 * Rate and mean latency of `clients` that ask again as soon as they are answered. One goroutine
 * deals out all their requests and takes `dispatchUs` for each, which is no part of the latency.
 * The first fifth of the time is not counted.
 */
export function closedLoop(group, clients, ask, forUs, dispatchUs) {
  let answers = 0;
  let latencyUs = 0;
  let freeUs = 0;
  const { simulation } = group;
  const dealt = simulation.defineEvent('client.RequestDealt', ask);
  const deal = (client) => {
    freeUs = Math.max(simulation.now, freeUs) + dispatchUs;
    simulation.at(Math.round(freeUs), dealt, client);
  };
  const fromUs = forUs / 5;
  group.onAnswer = (client, _, tookUs) => {
    if (simulation.now >= fromUs) {
      answers++;
      latencyUs += tookUs;
    }
    deal(client);
  };
  for (let client = 0; client < clients; client++) deal(client);
  group.simulation.run(forUs);
  return { perSecond: (answers * 1_000_000) / (forUs - fromUs), meanUs: latencyUs / answers };
}
