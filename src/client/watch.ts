// Watch events and the two ways to follow them. Events are not sent as messages: an apiserver keeps
// one log per resource, a watcher is a place in it, and is woken when something it wants has
// arrived.
import { encodedBytes } from '../api/encoded-size.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { SimTime } from '../kernel/time.js';

/**
 * One committed change of one object, or a bookmark: how far the watch is. Shared by all watchers;
 * never changed.
 */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  /** After the change; of a deletion the last state; of a bookmark one without a name. */
  readonly object: KubernetesObject;
  readonly previous: KubernetesObject | undefined;
  /** Store revision of the change; of a bookmark that up to which everything has been sent. */
  readonly revision: number;
  readonly bytes: number;
}

/** A watch of one consumer, in order of revision, each event exactly once. */
export interface WatchStream {
  /** The next event that has arrived by `now`; undefined arms the wake-up for the one after. */
  next(now: SimTime): WatchEvent | undefined;
  /** The server has ended the watch, and everything it sent before has been read. */
  readonly isEnded: boolean;
  /** Ends the watch. */
  close(): void;
  /** Nothing of it arrives any more, or what has been held back does now. */
  hold(isHeld: boolean): void;
  /** The client takes the connection as lost: the watch ends now, whatever was still to come. */
  lose(): void;
}

/**
 * A watch of many alike consumers of one whole resource (all kube-proxies follow EndpointSlices):
 * one wake-up an event for the whole fleet; when it reaches member i follows from the event.
 */
export interface FleetWatchEvent extends WatchEvent {
  /** When the dispatcher handed the event to member 0. */
  readonly dispatchedAtUs: SimTime;
  /** Time between the hand-overs to two members that follow each other. */
  readonly spacingUs: number;
}

/** Annotation of the bookmark after the initial events of a watch. */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/**
 * A bookmark for watchers of a kind. Source: Kubernetes v1.36 KEP-956, KEP-3157 (reference:
 * controlplane B9).
 */
export function bookmarkOf(
  { apiVersion, kind }: Readonly<Record<'apiVersion' | 'kind', string>>,
  revision: number,
  endsInitialEvents: boolean,
): WatchEvent {
  const annotations = endsInitialEvents ? { [INITIAL_EVENTS_END]: 'true' } : {};
  const metadata = { name: '', resourceVersion: revision, annotations };
  const object = { apiVersion, kind, metadata } as KubernetesObject;
  return { type: 'BOOKMARK', object, previous: undefined, revision, bytes: encodedBytes(object) };
}

/** True for the bookmark after which the watcher has everything there was. */
export function endsInitialEvents({ type, object }: WatchEvent): boolean {
  return type === 'BOOKMARK' && object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true';
}
