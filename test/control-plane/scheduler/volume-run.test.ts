// A running scheduler and pods with claims: what it writes, when a pod gets its node, what brings a
// pod back. The volume controller is played by the test.
import { beforeEach, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import type { Node } from '../../../src/api/node.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../src/api/persistent-volume.js';
import type { Pod } from '../../../src/api/pod.js';
import { ApiClient } from '../../../src/client/api-client.js';
import { ApiTransport } from '../../../src/client/api-transport.js';
import { Informer } from '../../../src/client/informer.js';
import { SilentObserver } from '../../../src/client/observer.js';
import { Scheduler } from '../../../src/control-plane/scheduler/scheduler.js';
import { distribution } from '../../../src/kernel/distributions.js';
import { Simulation } from '../../../src/kernel/simulation.js';
import { CpuHost, Link } from '../../../src/kernel/stations.js';
import { FakeApiServer } from '../../support/fake-api-server.js';
import { makeNode } from './cluster-fixture.js';
import {
  makeBoundClaim,
  makeClaim,
  makeClass,
  makeVolume,
  podWithClaims,
} from './plugins/volume-fixture.js';
import { frameworksOf } from './preemption-fixture.js';

const watched = ['persistentvolumes', 'persistentvolumeclaims', 'storageclasses', 'csinodes'];

class VolumeRun {
  readonly simulation = new Simulation('volumes');
  readonly #transport = new ApiTransport(this.simulation);
  readonly server = new FakeApiServer(this.#transport);
  readonly #scheduler: Scheduler;

  constructor(...objects: KubernetesObject[]) {
    const { simulation } = this;
    for (const object of objects) this.server.create(object);
    const pods = this.#informer<Pod>('pods');
    const nodes = this.#informer<Node>('nodes');
    const others = watched.map((resource) => this.#informer(resource));
    this.#scheduler = new Scheduler({
      simulation,
      host: new CpuHost(simulation, 'master', 2),
      client: this.#client('binder'),
      eventsClient: this.#client('events'),
      pods,
      nodes,
      objects: others,
      observer: new SilentObserver(),
      profiles: (handle) => frameworksOf(null, handle),
    });
    for (const informer of [pods, nodes, ...others]) informer.start();
    this.#scheduler.start();
  }

  #client(name: string): ApiClient {
    const delay = distribution({ kind: 'constant', value: 500 });
    const link = (way: string) => new Link(this.simulation, `${name}/${way}`, delay, 1e9);
    const connection = { up: link('up'), down: link('down'), server: this.server };
    return new ApiClient(this.#transport, { name, user: `system:${name}`, connection });
  }

  #informer<T extends KubernetesObject>(resource: string): Informer<T> {
    return new Informer<T>(this.simulation, {
      name: resource,
      resource,
      client: this.#client(resource),
    });
  }

  /** Lets time pass until a second of the run. */
  until(second: number): void {
    this.simulation.run(second * 1_000_000);
  }

  nodeOf(name: string): string {
    return this.server.get<Pod>('pods', `default/${name}`).spec.nodeName ?? '';
  }

  conditionOf(name: string): string {
    const { status } = this.server.get<Pod>('pods', `default/${name}`);
    return status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message ?? '';
  }

  claim(name: string): PersistentVolumeClaim {
    return this.server.get('persistentvolumeclaims', `default/${name}`);
  }

  /** What the volume controller does in the end. */
  completeBinding(name: string, volumeName: string): void {
    const { metadata, spec, ...rest } = this.claim(name);
    const annotations = { ...metadata.annotations, 'pv.kubernetes.io/bind-completed': 'yes' };
    const bound = { ...metadata, annotations };
    this.server.update({ ...rest, metadata: bound, spec: { ...spec, volumeName } });
  }

  /** Updates of volumes and claims that the scheduler has asked for. */
  get updates(): string[] {
    const updates = this.server.requests.filter(({ verb }) => verb === 'update');
    return updates.map(({ resource, name }) => `${resource}/${name}`);
  }
}

let run: VolumeRun;
const node = makeNode('n');
const local = makeClass('wait', { provisioner: 'kubernetes.io/no-provisioner' });

describe('claims that are bound', () => {
  test('cost a pod no time and the API server no request', () => {
    run = new VolumeRun(node, makeBoundClaim('c', 'v'), makeVolume('v'), podWithClaims('p', 'c'));
    run.until(0.1);
    expect(run.nodeOf('p')).toBe('n');
    expect(run.updates).toEqual([]);
  });
});

describe('a claim that waits for its pod', () => {
  beforeEach(() => {
    run = new VolumeRun(node, local, makeVolume('v'), makeClaim('c'), podWithClaims('p', 'c'));
    run.until(0.5);
  });

  test('has its volume chosen at once, and the pod waits for the binding', () => {
    expect(run.updates).toEqual(['persistentvolumes/v']);
    const volume = run.server.get<PersistentVolume>('persistentvolumes', 'v');
    expect(volume.spec.claimRef?.name).toBe('c');
    run.until(30);
    expect(run.nodeOf('p')).toBe('');
  });

  test('lets the pod go with the first look after the binding, one look a second', () => {
    run.until(1.5);
    run.completeBinding('c', 'v');
    run.until(1.9);
    expect(run.nodeOf('p')).toBe('');
    run.until(2.1);
    expect(run.nodeOf('p')).toBe('n');
  });

  test('keeps the volume from the next pod', () => {
    run.server.create(makeClaim('d'));
    run.server.create(podWithClaims('q', 'd'));
    run.until(1);
    expect(run.conditionOf('q')).toContain("didn't find available persistent volumes to bind");
  });

  test('times out after ten minutes, and the pod starts anew', () => {
    run.until(599);
    expect(run.conditionOf('p')).toBe('');
    run.until(601.1);
    const reason = 'binding volumes: context deadline exceeded';
    expect(run.conditionOf('p')).toBe(`running PreBind plugin "VolumeBinding": ${reason}`);
    run.completeBinding('c', 'v');
    run.until(620);
    expect(run.nodeOf('p')).toBe('n');
  });
});

describe('a claim whose volume is provisioned', () => {
  beforeEach(() => {
    run = new VolumeRun(node, makeClass('wait'), makeClaim('c'), podWithClaims('p', 'c'));
    run.until(0.5);
  });

  test('says for which node', () => {
    expect(run.updates).toEqual(['persistentvolumeclaims/c']);
    const { annotations } = run.claim('c').metadata;
    expect(annotations).toEqual({ 'volume.kubernetes.io/selected-node': 'n' });
  });

  test('lets the pod go when the volume is there', () => {
    run.until(3.5);
    run.server.create(makeVolume('new', { claimRef: { namespace: 'default', name: 'c' } }));
    run.completeBinding('c', 'new');
    run.until(4.1);
    expect(run.nodeOf('p')).toBe('n');
  });

  test('sends the pod back when provisioning fails', () => {
    const claim = run.claim('c');
    run.server.update({ ...claim, metadata: { ...claim.metadata, annotations: {} } });
    run.until(1.5);
    expect(run.conditionOf('p')).toContain('provisioning failed for PVC "c"');
    run.until(10);
    expect(run.updates.length).toBeGreaterThan(1);
  });
});

describe('a pod without its claim', () => {
  test('comes back when the claim, and then its class, is there', () => {
    run = new VolumeRun(node, podWithClaims('p', 'c'));
    run.until(1);
    expect(run.conditionOf('p')).toBe(
      '0/1 nodes are available: persistentvolumeclaim "c" not found. not found',
    );
    run.server.create(makeClaim('c'));
    run.until(5);
    expect(run.conditionOf('p')).toContain('pod has unbound immediate PersistentVolumeClaims');
    run.server.create(makeVolume('v'));
    run.server.create(local);
    run.until(12);
    expect(run.updates).toEqual(['persistentvolumes/v']);
  });
});
