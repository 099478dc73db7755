// Which events are worth a new attempt for a pod that plugins have rejected.
// Source: kube-scheduler v1.36 scheduler.go buildQueueingHintMap, backend/queue
// isPodWorthRequeuing; reference: scheduler 1.2 and 1.3.

import {
  actions,
  type ClusterEvent,
  clusterEvent,
  eventMatches,
  isWildcard,
} from '../framework/cluster-event.js';
import { extenderName } from '../framework/extender-chain.js';
import type { ClusterEventWithHint, Plugin, QueueingHintFn } from '../framework/plugin.js';
import { allPlugins, type PluginSet } from '../framework/plugin-set.js';
import type { ObservedEvent } from './in-flight-events.js';
import type { QueueMonitor } from './queue-listener.js';
import type { QueuedPodInfo } from './queued-pod-info.js';

/** What is to happen with a pod. */
export type QueueingStrategy = 'skip' | 'afterBackoff' | 'immediately';

interface PluginHint {
  readonly plugin: string;
  /** Undefined is always Queue. */
  readonly hint: QueueingHintFn | undefined;
}

interface Registration extends PluginHint {
  readonly event: ClusterEvent;
}

const everyEvent: readonly ClusterEventWithHint[] = [{ event: clusterEvent('*', 'All') }];
const taintUpdate = clusterEvent('Node', 'UpdateNodeTaint');

/**
 * What a plugin has registered; one that says nothing hears every event. Who waits for new nodes
 * also hears of taints that go, because a new node may have been kept out by its taints.
 */
function registrationsOf(plugin: Plugin): Registration[] {
  const events = plugin.eventsToRegister?.() ?? everyEvent;
  const hears = (action: number): boolean =>
    events.some(
      ({ event }) => event.resource !== '*' && eventMatches(event, { ...taintUpdate, action }),
    );
  const own = events.map(({ event, hint }) => ({ event, plugin: plugin.name, hint }));
  if (!hears(actions.Add) || hears(actions.UpdateNodeTaint)) return own;
  return [...own, { event: taintUpdate, plugin: plugin.name, hint: undefined }];
}

export interface QueueingHintsOptions {
  /** False: a plugin that hears an event counts as helped by it. */
  readonly areAsked?: boolean;
  /** Extenders count as one more plugin, which hears every event. */
  readonly hasExtenders?: boolean;
  readonly monitor?: Pick<QueueMonitor, 'hinted'> | undefined;
}

/** The hints of one profile. */
export class QueueingHints {
  readonly areAsked: boolean;
  readonly #registrations: readonly Registration[];
  readonly #monitor: QueueingHintsOptions['monitor'];
  readonly #byPlugin = new Map<string, readonly ClusterEvent[]>();
  readonly #byEvent = new Map<string, readonly PluginHint[]>();

  constructor(plugins: PluginSet, options: QueueingHintsOptions = {}) {
    const { areAsked = true, hasExtenders = false, monitor } = options;
    this.#monitor = monitor;
    const all: Plugin[] = allPlugins(plugins);
    if (hasExtenders) all.push({ name: extenderName });
    this.areAsked = areAsked;
    this.#registrations = all
      .flatMap(registrationsOf)
      .map((each) => (areAsked ? each : { ...each, hint: undefined }));
    for (const { name } of all) {
      const own = this.#registrations.filter(({ plugin }) => plugin === name);
      this.#byPlugin.set(
        name,
        own.map(({ event }) => event),
      );
    }
  }

  /** Events that a plugin has registered. */
  eventsOf(plugin: string): readonly ClusterEvent[] {
    return this.#byPlugin.get(plugin) ?? [];
  }

  /** Whether any of `rejectors`, or any plugin at all, has registered the event. */
  concerns(event: ClusterEvent, rejectors?: ReadonlySet<string>): boolean {
    if (isWildcard(event)) return true;
    const hints = this.#hintsFor(event);
    return rejectors === undefined
      ? hints.length > 0
      : hints.some(({ plugin }) => rejectors.has(plugin));
  }

  /** Whether the event is worth a new attempt. Linear in the hints registered for the event. */
  strategyFor(entry: QueuedPodInfo, observed: ObservedEvent): QueueingStrategy {
    if (!entry.hasRejectors) return 'afterBackoff';
    const { event, previous, object } = observed;
    const { unschedulablePlugins, pendingPlugins, info } = entry;
    if (isWildcard(event)) {
      const isOther = object?.kind === 'Pod' && object.metadata.uid !== info.pod.metadata.uid;
      return isOther ? 'skip' : 'afterBackoff';
    }
    let strategy: QueueingStrategy = 'skip';
    for (const { plugin, hint } of this.#hintsFor(event)) {
      const isPending = pendingPlugins.has(plugin);
      if (!isPending && !unschedulablePlugins.has(plugin)) continue;
      const answer = hint?.(info.pod, previous, object) ?? 'Queue';
      this.#monitor?.hinted(plugin, event.label, answer);
      if (answer === 'QueueSkip') continue;
      if (isPending) return 'immediately';
      strategy = 'afterBackoff';
      if (pendingPlugins.size === 0) return strategy;
    }
    return strategy;
  }

  /**
   * Rejectors of the pod for whom the event is a reason to try again, in order of the profile; the
   * first of them decides `strategyFor`, but for those that are pending.
   */
  pluginsThatQueue(entry: QueuedPodInfo, observed: ObservedEvent): readonly string[] {
    const { event, previous, object } = observed;
    if (isWildcard(event)) return [];
    const { unschedulablePlugins, pendingPlugins, info } = entry;
    const plugins = this.#hintsFor(event).filter(
      ({ plugin, hint }) =>
        (pendingPlugins.has(plugin) || unschedulablePlugins.has(plugin)) &&
        hint?.(info.pod, previous, object) !== 'QueueSkip',
    );
    return [...new Set(plugins.map(({ plugin }) => plugin))];
  }

  #hintsFor(event: ClusterEvent): readonly PluginHint[] {
    let hints = this.#byEvent.get(event.label);
    if (hints === undefined) {
      hints = this.#registrations.filter((each) => eventMatches(each.event, event));
      this.#byEvent.set(event.label, hints);
    }
    return hints;
  }
}
