// Which pods each Service with a selector selects, and what a controller makes of each of them,
// kept up to date by two informers: a sync need not look at all pods of the namespace.
// Source: Kubernetes v1.36 pkg/controller/endpointslice, staging endpointslice util
// (reference: nodes-controllers 3.9).
import { compileEqualitySelector, type LabelMatcher } from '../../api/label-selector.js';
import type { Labels } from '../../api/object-meta.js';
import type { Pod } from '../../api/pod.js';
import type { Service } from '../../api/service.js';
import { keyOf } from '../../client/api-request.js';
import type { Informer } from '../../client/informer.js';
import type { SimTime } from '../../kernel/time.js';
import { isPodReady } from './pod-state.js';

const NO_LABELS: Labels = {};

/** A Service with its selector and the pods that it selects. */
export interface Members<E> {
  readonly selector: Readonly<Record<string, string>>;
  readonly publishNotReady: boolean;
  readonly matches: LabelMatcher;
  /** By name. */
  readonly pods: Map<string, Pod>;
  /** Of those pods that have one, by name: made anew when the pod changes, not at each sync. */
  readonly entries: Map<string, E>;
  /**
   * Earliest of the times at which pods became Ready, or ceased to be, that are new since the last
   * `takeTrigger`; Infinity: none.
   */
  triggerUs: SimTime;
}

export interface ServiceMembersOptions<E> {
  readonly services: Informer<Service>;
  readonly pods: Informer<Pod>;
  /** What a pod becomes for the controller; undefined: nothing. */
  readonly entryOf: (pod: Pod, publishNotReady: boolean) => E | undefined;
  /** Something that concerns the Service of that key has changed. */
  readonly changed: (key: string) => void;
}

/** Members of all Services, by key. */
export class ServiceMembers<E> {
  readonly #options: ServiceMembersOptions<E>;
  readonly #members = new Map<string, Members<E>>();
  /** Keys of Services with a selector, and pods by name, by namespace. */
  readonly #keysOfNamespace = new Map<string, Set<string>>();
  /** By namespace: keys of the Services that select what carries such labels. */
  readonly #selecting = new Map<string, WeakMap<Labels, readonly string[]>>();
  readonly #podsOfNamespace = new Map<string, Map<string, Pod>>();

  constructor(options: ServiceMembersOptions<E>) {
    this.#options = options;
    options.services.addHandler({
      added: (service) => this.#serviceChanged(service),
      updated: (_, service) => this.#serviceChanged(service),
      deleted: (service) => this.#serviceGone(service),
    });
    options.pods.addHandler({
      added: (pod) => this.#podChanged(pod, undefined),
      updated: (previous, pod) => this.#podChanged(pod, previous),
      deleted: (pod) => this.#podGone(pod),
    });
  }

  /** Undefined for a Service that is gone or has no selector. */
  of(key: string): Members<E> | undefined {
    return this.#members.get(key);
  }

  /** What has triggered the changes since the last call; Infinity: nothing that is timed. */
  takeTrigger(key: string): SimTime {
    const members = this.#members.get(key);
    const triggerUs = members?.triggerUs ?? Number.POSITIVE_INFINITY;
    if (members !== undefined) members.triggerUs = Number.POSITIVE_INFINITY;
    return triggerUs;
  }

  /** Pods of a namespace, whether or not a Service selects them. */
  podCount(namespace: string): number {
    return this.#podsOfNamespace.get(namespace)?.size ?? 0;
  }

  #serviceChanged(service: Service): void {
    const key = keyOf(service);
    const { selector, type } = service.spec;
    if (selector === undefined || type === 'ExternalName') return this.#serviceGone(service);
    const publishNotReady = service.spec.publishNotReadyAddresses === true;
    const known = this.#members.get(key);
    if (known?.selector !== selector || known.publishNotReady !== publishNotReady)
      this.#select(service, selector, publishNotReady);
    this.#options.changed(key);
  }

  /** Finds the pods of a Service that is new or has a new selector. O(pods of the namespace). */
  #select(service: Service, selector: Members<E>['selector'], publishNotReady: boolean): void {
    const key = keyOf(service);
    const { namespace = '' } = service.metadata;
    const members: Members<E> = {
      selector,
      publishNotReady,
      matches: compileEqualitySelector(selector),
      pods: new Map(),
      entries: new Map(),
      triggerUs: Number.POSITIVE_INFINITY,
    };
    for (const pod of this.#podsOfNamespace.get(namespace)?.values() ?? []) {
      if (members.matches(pod.metadata.labels)) this.#join(members, pod);
    }
    this.#members.set(key, members);
    const keys = this.#keysOfNamespace.get(namespace) ?? new Set();
    this.#keysOfNamespace.set(namespace, keys.add(key));
    this.#selecting.delete(namespace);
  }

  #serviceGone(service: Service): void {
    const key = keyOf(service);
    if (!this.#members.delete(key)) return;
    const { namespace = '' } = service.metadata;
    this.#keysOfNamespace.get(namespace)?.delete(key);
    this.#selecting.delete(namespace);
    this.#options.changed(key);
  }

  #podChanged(pod: Pod, previous: Pod | undefined): void {
    const { namespace = '', name, labels } = pod.metadata;
    const pods = this.#podsOfNamespace.get(namespace) ?? new Map<string, Pod>();
    this.#podsOfNamespace.set(namespace, pods.set(name, pod));
    if (previous !== undefined && !concernsEndpoints(previous, pod)) return;
    const keys = this.#keysFor(pod);
    for (const key of keys) {
      this.#join(this.#members.get(key) as Members<E>, pod);
      this.#options.changed(key);
    }
    if (previous === undefined || previous.metadata.labels === labels) return;
    for (const key of this.#keysFor(previous)) if (!keys.includes(key)) this.#leave(key, name);
  }

  #podGone(pod: Pod): void {
    const { namespace = '', name } = pod.metadata;
    this.#podsOfNamespace.get(namespace)?.delete(name);
    for (const key of this.#keysFor(pod)) this.#leave(key, name);
  }

  /** Keys of the Services that select a pod. Pods of one template share the answer. */
  #keysFor({ metadata }: Pod): readonly string[] {
    const { namespace = '', labels = NO_LABELS } = metadata;
    const known = this.#selecting.get(namespace) ?? new WeakMap<Labels, readonly string[]>();
    this.#selecting.set(namespace, known);
    let keys = known.get(labels);
    if (keys === undefined) {
      const all = [...(this.#keysOfNamespace.get(namespace) ?? [])];
      keys = all.filter((key) => this.#members.get(key)?.matches(labels));
      known.set(labels, keys);
    }
    return keys;
  }

  #leave(key: string, name: string): void {
    const { pods, entries } = this.#members.get(key) as Members<E>;
    entries.delete(name);
    if (pods.delete(name)) this.#options.changed(key);
  }

  /** Adds a pod, or its new state. */
  #join(members: Members<E>, pod: Pod): void {
    const { pods, entries, publishNotReady } = members;
    const { name } = pod.metadata;
    const readyUs = readyChangedUs(pod);
    if (readyUs > readyChangedUs(pods.get(name)) && readyUs < members.triggerUs) {
      members.triggerUs = readyUs;
    }
    pods.set(name, pod);
    const entry = this.#options.entryOf(pod, publishNotReady);
    if (entry === undefined) entries.delete(name);
    else entries.set(name, entry);
  }
}

/** When the Ready condition of a pod changed last; -1 without one. */
function readyChangedUs(pod: Pod | undefined): SimTime {
  const condition = pod?.status?.conditions?.find(({ type }) => type === 'Ready');
  return condition?.lastTransitionTime ?? -1;
}

/** Only these changes of a pod touch its endpoint. */
function concernsEndpoints(a: Pod, b: Pod): boolean {
  return (
    a.status?.podIP !== b.status?.podIP ||
    a.spec.nodeName !== b.spec.nodeName ||
    isPodReady(a) !== isPodReady(b) ||
    a.metadata.labels !== b.metadata.labels ||
    a.metadata.deletionTimestamp !== b.metadata.deletionTimestamp ||
    a.status?.phase !== b.status?.phase
  );
}
