// A cluster told by hand: a clock that is set, and objects that are put, changed and removed, each
// committed to an observer as the store would. Names double as UIDs.
import type { Deployment } from '../../src/api/deployment.js';
import type { EndpointSlice } from '../../src/api/endpoint-slice.js';
import type { KindName, KubernetesObject, ObjectOfKind } from '../../src/api/kubernetes-object.js';
import type { Labels } from '../../src/api/object-meta.js';
import type { Pod, PodCondition, PodPhase } from '../../src/api/pod.js';
import type { ReplicaSet } from '../../src/api/replica-set.js';
import type { Service } from '../../src/api/service.js';
import type { ClusterObserver } from '../../src/client/observer.js';
import type { WatchEvent } from '../../src/client/watch.js';
import { podTemplateHash } from '../../src/control-plane/controller-manager/template-hash.js';
import { Simulation } from '../../src/kernel/simulation.js';

export function deployment(name: string, replicas: number, image = 'nginx:1'): Deployment {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', uid: name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'app', image }] } },
    },
  };
}

/** `name` is its UID too; without an owner it is a workload of its own. */
export function replicaSet(name: string, replicas: number, owner?: Deployment): ReplicaSet {
  const template = owner?.spec.template ?? deployment(name, replicas).spec.template;
  const labels = { ...template.metadata?.labels };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      labels: owner ? { ...labels, 'pod-template-hash': podTemplateHash(template) } : labels,
      ...(owner && { ownerReferences: [ownerReference(owner)] }),
    },
    spec: { replicas, selector: { matchLabels: labels }, template },
  };
}

export function pod(name: string, options: { owner?: ReplicaSet; labels?: Labels } = {}): Pod {
  const { owner, labels = owner?.metadata.labels } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      ...(labels && { labels }),
      ...(owner && { ownerReferences: [ownerReference(owner)] }),
    },
    spec: { containers: [{ name: 'app', image: 'nginx:1' }] },
    status: { phase: 'Pending' },
  };
}

/** Selects the pods of the Deployment `app` unless told otherwise. */
export function service(name: string, app: string | undefined = name): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default', uid: `service-${name}` },
    spec: { ports: [{ port: 80 }], selector: { app } },
  };
}

function ownerReference(owner: KubernetesObject) {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true };
}

/** A slice that lists pods of these names as ready. */
export function slice(name: string, owner: Service, ready: readonly string[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name,
      namespace: 'default',
      uid: `slice-${name}`,
      ownerReferences: [ownerReference(owner)],
    },
    addressType: 'IPv4',
    endpoints: ready.map((uid) => endpoint(uid, true)),
  };
}

export function endpoint(uid: string, ready: boolean) {
  return {
    addresses: [`address of ${uid}`],
    conditions: { ready },
    targetRef: { kind: 'Pod', name: uid, uid },
  };
}

export class Story {
  readonly simulation = new Simulation('story');
  readonly events: WatchEvent[] = [];
  /** Revision of the last write. */
  revision = 1;
  readonly #observers: readonly ClusterObserver[];
  readonly #objects = new Map<string, KubernetesObject>();

  constructor(makeObservers: (simulation: Simulation) => readonly ClusterObserver[]) {
    this.#observers = makeObservers(this.simulation);
  }

  /** Sets the clock, µs. */
  at(us: number): this {
    this.simulation.now = us;
    return this;
  }

  get<K extends KindName>(kind: K, name: string): ObjectOfKind<K> {
    return this.#objects.get(`${kind}/${name}`) as ObjectOfKind<K>;
  }

  /** Creates or replaces objects, one write each. */
  put(...objects: readonly KubernetesObject[]): this {
    for (const object of objects) {
      const key = `${object.kind}/${object.metadata.name}`;
      const previous = this.#objects.get(key);
      const metadata = { ...object.metadata, resourceVersion: ++this.revision };
      const stored = { ...object, metadata } as KubernetesObject;
      this.#objects.set(key, stored);
      this.#commit(previous === undefined ? 'ADDED' : 'MODIFIED', stored, previous);
    }
    return this;
  }

  remove(kind: KindName, ...names: readonly string[]): this {
    for (const name of names) {
      const previous = this.get(kind, name);
      this.#objects.delete(`${kind}/${name}`);
      const metadata = { ...previous.metadata, resourceVersion: ++this.revision };
      this.#commit('DELETED', { ...previous, metadata } as KubernetesObject, previous);
    }
    return this;
  }

  bind(...names: readonly string[]): this {
    for (const name of names) {
      const bound = this.get('Pod', name);
      this.put({ ...bound, spec: { ...bound.spec, nodeName: 'node-0' } });
      this.#condition(name, { type: 'PodScheduled', status: 'True' });
    }
    return this;
  }

  unschedulable(name: string, message: string): this {
    return this.#condition(name, { type: 'PodScheduled', status: 'False', message });
  }

  ready(...names: readonly string[]): this {
    for (const name of names) this.#condition(name, { type: 'Ready', status: 'True' });
    return this;
  }

  unready(name: string): this {
    return this.#condition(name, { type: 'Ready', status: 'False' });
  }

  phase(name: string, phase: PodPhase): this {
    const found = this.get('Pod', name);
    return this.put({ ...found, status: { ...found.status, phase } });
  }

  /** Marks pods for deletion. */
  terminate(...names: readonly string[]): this {
    for (const name of names) {
      const found = this.get('Pod', name);
      this.put({ ...found, metadata: { ...found.metadata, deletionTimestamp: 1 } });
    }
    return this;
  }

  #condition(name: string, condition: PodCondition): this {
    const found = this.get('Pod', name);
    const others = (found.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
    return this.put({ ...found, status: { ...found.status, conditions: [...others, condition] } });
  }

  #commit(
    type: WatchEvent['type'],
    object: KubernetesObject,
    previous: KubernetesObject | undefined,
  ): void {
    const event = { type, object, previous, revision: this.revision, bytes: 0 };
    this.events.push(event);
    for (const observer of this.#observers) observer.committed(event);
  }
}
