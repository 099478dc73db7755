// A cluster that is looked into while it runs, for checks of the model that need more than its
// results: what flow control grants, and clients that no scenario has.

import { ApiClient } from '../../dist/client/api-client.js';
import { SilentObserver } from '../../dist/client/observer.js';
import { Cluster } from '../../dist/cluster/cluster.js';
import { distribution } from '../../dist/kernel/distributions.js';
import { Simulation } from '../../dist/kernel/simulation.js';
import { Link } from '../../dist/kernel/stations.js';
import { loaded } from './run.mjs';

/** Nobody waits for the changes of these runs. */
const noChanges = {
  changeStarted: () => 0,
  changeAccepted: () => {},
  changeRefused: () => {},
  isSettled: () => true,
  whenSettled: (callback) => callback(),
};

/** Tells of each request that an apiserver has answered. */
class Watcher extends SilentObserver {
  requestServed(call, code, latencyUs) {
    this.onServed?.(call, code, latencyUs);
  }
}

export class ObservedCluster {
  /** `spec`: YAML as in a scenario. */
  constructor(spec) {
    const { seed, cluster, operations, horizonUs } = loaded(spec);
    this.simulation = new Simulation(seed);
    this.horizonUs = horizonUs;
    this.watcher = new Watcher();
    this.cluster = new Cluster(this.simulation, cluster, operations, {
      observer: this.watcher,
      changes: noChanges,
      plugins: new Map(),
      onOperationsDone: () => {},
    });
    this.cluster.start();
  }

  get server() {
    return this.cluster.apiServers[0];
  }

  /** The priority level of that name. */
  level(name) {
    return this.server.flows.levels.find((level) => level.name === name);
  }

  /** Calls back at equal intervals. */
  every(periodUs, callback) {
    const due = this.simulation.defineEvent(`check.SampleDue/${periodUs}`, (_, __, now) => {
      callback(now);
      this.simulation.after(periodUs, due);
    });
    this.simulation.after(periodUs, due);
  }

  /** A client without a rate limit, 0.2 ms away. */
  client(user) {
    const delay = distribution({ kind: 'constant', value: 200 });
    const link = (way) => new Link(this.simulation, `${user}/${way}`, delay, 2_000_000_000);
    const connection = { up: link('up'), down: link('down'), server: this.server };
    return new ApiClient(this.cluster.transport, { name: user, user, connection });
  }

  run(untilUs = this.horizonUs) {
    this.simulation.run(untilUs);
  }
}
