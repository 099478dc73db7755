// One apiserver with one member of etcd, each on a machine of its own, for checks of storage.

import { ApiClient } from '../../dist/client/api-client.js';
import { ApiTransport } from '../../dist/client/api-transport.js';
import { SilentObserver } from '../../dist/client/observer.js';
import { ApiServer } from '../../dist/control-plane/apiserver/apiserver.js';
import { IdentityGenerator } from '../../dist/control-plane/apiserver/registry.js';
import { defaultEtcdOptions, Etcd } from '../../dist/control-plane/etcd/etcd.js';
import { distribution } from '../../dist/kernel/distributions.js';
import { Simulation } from '../../dist/kernel/simulation.js';
import { CpuHost, Disk, Link } from '../../dist/kernel/stations.js';

const constant = (value) => distribution({ kind: 'constant', value });

export class StoragePlane {
  constructor({ preload = [], cores = 16, compactionUs, observer = new SilentObserver() } = {}) {
    const simulation = new Simulation('storage');
    this.simulation = simulation;
    this.host = new CpuHost(simulation, 'apiserver', cores);
    const disk = new Disk(simulation, 'disk', constant(800), 500_000_000);
    const members = [
      { name: 'etcd-0', host: new CpuHost(simulation, 'etcd', cores), wal: disk, backend: disk },
    ];
    const link = (name) => new Link(simulation, name, constant(100), 1_250_000_000);
    const setup = {
      members,
      options: defaultEtcdOptions,
      linkBetween: (a, b) => link(`${a}>${b}`),
    };
    this.etcd = new Etcd(simulation, setup, observer);
    this.etcd.preload(preload);
    this.transport = new ApiTransport(simulation);
    this.server = new ApiServer(simulation, {
      name: 'kube-apiserver-0',
      host: this.host,
      etcd: this.etcd.connect('kube-apiserver-0', [
        { member: 0, up: link('etcd/up'), down: link('etcd/down') },
      ]),
      transport: this.transport,
      observer,
      identities: new IdentityGenerator(simulation.random),
      settings: {
        maxRequestsInflight: 400,
        maxMutatingRequestsInflight: 200,
        enablePriorityAndFairness: false,
        requestTimeoutUs: 60_000_000,
        goawayChance: 0,
        etcdCompactionIntervalUs: compactionUs,
      },
    });
  }

  /** A client whose answers come at that speed. */
  client(name, bytesPerSecond = 1_250_000_000) {
    const { simulation, server } = this;
    const up = new Link(simulation, `${name}/up`, constant(100), 1_250_000_000);
    const down = new Link(simulation, `${name}/down`, constant(100), bytesPerSecond);
    return new ApiClient(this.transport, { name, user: name, connection: { up, down, server } });
  }

  /** Sends, runs until the answer is there; returns it, its time and CPU time of the server, µs. */
  request(client, request) {
    const { simulation, host } = this;
    const since = simulation.now;
    const usedUs = host.usedUs;
    let answer;
    client.send(request, ({ response }) => {
      answer = { response, latencyUs: simulation.now - since, cpuUs: host.usedUs - usedUs };
      simulation.stop();
    });
    while (answer === undefined) simulation.run();
    return answer;
  }
}

export const configMap = (name, bytes) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { text: 'x'.repeat(bytes) },
});
