// Which pods each Service with a selector selects, and what a controller makes of each of them,
// kept up to date by two informers: a sync need not look at all pods of the namespace.
// Source: Kubernetes v1.36 pkg/controller/endpointslice, staging endpointslice util
// (reference: nodes-controllers 3.9).
import type { Pod } from '../../api/pod.js';
import { SelectorBuckets } from '../../api/selector-buckets.js';
import type { Service } from '../../api/service.js';
import { keyOf } from '../../client/api-request.js';
import type { Informer } from '../../client/informer.js';
import type { SimTime } from '../../kernel/time.js';
import {
  type EqualitySelector,
  equalitySelector,
  LabelledPods,
  type PodGroup,
} from './labelled-pods.js';
import { isPodReady, podCondition } from './pod-state.js';

/** A Service with its selector and the pods that it selects. */
export interface Members<E> extends EqualitySelector {
  /** Of the Service. */
  readonly key: string;
  /** When the Service came, among all. */
  readonly place: number;
  readonly selector: Readonly<Record<string, string>>;
  readonly publishNotReady: boolean;
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

/** The pods of a namespace, each group with the Services that select it, and these Services. */
interface Namespace<E> {
  readonly pods: LabelledPods<readonly Members<E>[]>;
  readonly services: SelectorBuckets<Members<E>>;
  /** Grows with every change of what is selected. */
  version: number;
}

/** Members of all Services, by key. */
export class ServiceMembers<E> {
  readonly #options: ServiceMembersOptions<E>;
  readonly #members = new Map<string, Members<E>>();
  readonly #namespaces = new Map<string, Namespace<E>>();
  #arrived = 0;

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
    return this.#namespaces.get(namespace)?.pods.size ?? 0;
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

  /** Finds the pods of a Service that is new or has a new selector. O(n log n) in these pods. */
  #select(service: Service, selector: Members<E>['selector'], publishNotReady: boolean): void {
    const key = keyOf(service);
    const namespace = this.#namespace(service.metadata.namespace);
    const known = this.#members.get(key);
    const { requirements, matches } = equalitySelector(selector);
    const members: Members<E> = {
      key,
      place: known?.place ?? this.#arrived++,
      requirements,
      matches,
      selector,
      publishNotReady,
      pods: new Map(),
      entries: new Map(),
      triggerUs: Number.POSITIVE_INFINITY,
    };
    for (const pod of namespace.pods.selected(members)) this.#join(members, pod);
    this.#members.set(key, members);
    if (known !== undefined) namespace.services.remove(known);
    namespace.services.add(members);
    namespace.version++;
  }

  #serviceGone(service: Service): void {
    const key = keyOf(service);
    const known = this.#members.get(key);
    if (known === undefined) return;
    this.#members.delete(key);
    const namespace = this.#namespace(service.metadata.namespace);
    namespace.services.remove(known);
    namespace.version++;
    this.#options.changed(key);
  }

  #podChanged(pod: Pod, previous: Pod | undefined): void {
    const namespace = this.#namespace(pod.metadata.namespace);
    const { name } = pod.metadata;
    const before = namespace.pods.groupOf(name);
    const group = namespace.pods.set(pod);
    if (previous !== undefined && !concernsEndpoints(previous, pod)) return;
    const selecting = selectingOf(namespace, group);
    for (const members of selecting) {
      this.#join(members, pod);
      this.#options.changed(members.key);
    }
    if (before === undefined || before === group) return;
    for (const members of selectingOf(namespace, before)) {
      if (!selecting.includes(members)) this.#leave(members, name);
    }
  }

  #podGone({ metadata }: Pod): void {
    const namespace = this.#namespace(metadata.namespace);
    const group = namespace.pods.delete(metadata.name);
    if (group === undefined) return;
    for (const members of selectingOf(namespace, group)) this.#leave(members, metadata.name);
  }

  #namespace(name = ''): Namespace<E> {
    let namespace = this.#namespaces.get(name);
    if (namespace === undefined) {
      namespace = { pods: new LabelledPods(), services: new SelectorBuckets(), version: 0 };
      this.#namespaces.set(name, namespace);
    }
    return namespace;
  }

  #leave({ key, pods, entries }: Members<E>, name: string): void {
    entries.delete(name);
    if (pods.delete(name)) this.#options.changed(key);
  }

  /** Adds a pod, or its new state. */
  #join(members: Members<E>, pod: Pod): void {
    const { pods, entries, publishNotReady } = members;
    const { name } = pod.metadata;
    const readyUs = readyChangedUs(pod);
    if (readyUs < members.triggerUs && readyUs > readyChangedUs(pods.get(name))) {
      members.triggerUs = readyUs;
    }
    pods.set(name, pod);
    const entry = this.#options.entryOf(pod, publishNotReady);
    if (entry === undefined) entries.delete(name);
    else entries.set(name, entry);
  }
}

/** The Services that select the pods of a group, in the order in which they came. */
function selectingOf<E>(
  { services, version }: Namespace<E>,
  group: PodGroup<readonly Members<E>[]>,
): readonly Members<E>[] {
  if (group.known !== undefined && group.asOf === version) return group.known;
  const found = services.candidates(group.labels).filter(({ matches }) => matches(group.labels));
  found.sort((a, b) => a.place - b.place);
  group.known = found;
  group.asOf = version;
  return found;
}

/** When the Ready condition of a pod changed last; -1 without one. */
function readyChangedUs(pod: Pod | undefined): SimTime {
  const condition = pod && podCondition(pod, 'Ready');
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
