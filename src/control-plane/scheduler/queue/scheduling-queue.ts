// The scheduling queue: activeQ, backoffQ and unschedulablePods. A pod that is known is in exactly
// one of them or in flight. Times are given; whoever owns the queue calls the two flushes when they
// are due (`nextBackoffFlushUs`, `nextLeftoverUs`). The feature gate SchedulerPopFromBackoffQ is
// on, as by default in 1.36.
// Source: kube-scheduler v1.36 backend/queue/scheduling_queue.go; reference: scheduler 1.2, 1.3.

import type { Pod } from '../../../api/pod.js';
import { objectKey } from '../../../client/api-request.js';
import { AssertionError, assert } from '../../../kernel/assert.js';
import type { SimTime } from '../../../kernel/time.js';
import {
  type ClusterEvent,
  eventMatches,
  forceActivate,
  isWildcard,
  podSchedulingPropertiesChange,
  unschedulableTimeout,
} from '../framework/cluster-event.js';
import type { Framework } from '../framework/framework.js';
import type { PodInfo } from '../framework/pod-info.js';
import { codeOf, type Status } from '../framework/status.js';
import { BackoffQueue } from './backoff-queue.js';
import { InFlightEvents, type ObservedEvent } from './in-flight-events.js';
import { KeyedHeap } from './keyed-heap.js';
import {
  attemptFailed,
  backoffCompleted,
  podAdded,
  poppedFromBackoffQ,
  type QueueCause,
  type QueueStore,
} from './queue-listener.js';
import type { PendingPods, SchedulingQueueOptions } from './queue-options.js';
import { QueuedPodInfo } from './queued-pod-info.js';
import { QueueingHints, type QueueingStrategy } from './queueing-hints.js';
import { UnschedulablePods } from './unschedulable-pods.js';

interface Profile {
  readonly framework: Framework;
  readonly hints: QueueingHints;
}

/** Pods are known by `namespace/name`, pods in flight by uid. */
export class SchedulingQueue {
  readonly #options: SchedulingQueueOptions;
  readonly #profiles = new Map<string, Profile>();
  readonly #activeQ: KeyedHeap<QueuedPodInfo>;
  readonly #backoffQ: BackoffQueue;
  readonly #unschedulablePods = new UnschedulablePods();
  readonly #inFlight = new InFlightEvents();
  #sequence = 0;

  constructor(options: SchedulingQueueOptions) {
    this.#options = options;
    for (const framework of options.frameworks) {
      const { queueingHints, hasExtenders } = options;
      const hints = new QueueingHints(framework.plugins, {
        areAsked: queueingHints ?? true,
        hasExtenders: hasExtenders ?? false,
        monitor: options.monitor,
      });
      this.#profiles.set(framework.schedulerName, { framework, hints });
    }
    const queueSort = options.frameworks[0]?.plugins.queueSort;
    assert(queueSort !== undefined, 'a scheduling queue needs at least one profile');
    const less = (a: QueuedPodInfo, b: QueuedPodInfo): boolean =>
      queueSort.less(a, b) || (!queueSort.less(b, a) && a.sequence < b.sequence);
    this.#activeQ = new KeyedHeap(({ key }) => key, less);
    this.#backoffQ = new BackoffQueue({ ...options, less });
  }

  get pendingPods(): PendingPods {
    return {
      active: this.#activeQ.size,
      backoff: this.#backoffQ.size,
      unschedulable: this.#unschedulablePods.size,
      gated: this.#unschedulablePods.gatedSize,
    };
  }

  /** Events that pods in flight may ask for, by label. */
  get inFlightEvents(): ReadonlyMap<string, number> {
    return this.#inFlight.counts();
  }

  /** Pods by profile and by plugin that has rejected their last attempt. Linear in the pods. */
  get rejectedPods(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    const counts = new Map<string, Map<string, number>>();
    const count = (entry: QueuedPodInfo): void => {
      if (!entry.hasRejectors) return;
      const { info, unschedulablePlugins, pendingPlugins } = entry;
      for (const plugin of [...unschedulablePlugins, ...pendingPlugins]) {
        const own = counts.get(info.schedulerName) ?? new Map<string, number>();
        counts.set(info.schedulerName, own.set(plugin, (own.get(plugin) ?? 0) + 1));
      }
    };
    for (const store of [this.#activeQ, this.#backoffQ, this.#unschedulablePods]) {
      store.visit(count);
    }
    return counts;
  }

  /** Whether `pop` would return a pod. */
  get hasNext(): boolean {
    return this.#activeQ.size > 0 || this.#backoffQ.hasRejected;
  }

  /** The entry of a pod that is in one of the stores. */
  get(key: string): QueuedPodInfo | undefined {
    return this.#activeQ.get(key) ?? this.#backoffQ.get(key) ?? this.#unschedulablePods.get(key);
  }

  /** A pod that is to be scheduled and was not known. */
  add(info: PodInfo, now: SimTime): void {
    const nominated = info.pod.status?.nominatedNodeName ?? '';
    if (nominated !== '') this.#options.nominator.nominate(info, nominated);
    this.#moveToActiveQ(new QueuedPodInfo(info, now, this.#sequence++), now, podAdded);
  }

  /** A pod that is to be scheduled has changed. */
  update(previous: Pod, info: PodInfo, now: SimTime): void {
    this.#updateNomination(previous, info);
    const { key, uid, pod } = info;
    if (this.#inFlight.has(uid)) {
      for (const event of podSchedulingPropertiesChange(previous, pod)) {
        this.#inFlight.record({ event, previous, object: pod });
      }
      return;
    }
    const active = this.#activeQ.get(key);
    const backingOff = this.#backoffQ.get(key);
    const waiting = this.#unschedulablePods.get(key);
    const entry = active ?? backingOff ?? waiting;
    if (entry === undefined) {
      this.add(info, now);
      return;
    }
    entry.info = info;
    if (active !== undefined) this.#activeQ.set(entry);
    else if (backingOff !== undefined) this.#backoffQ.set(entry);
    else this.#reconsider(entry, previous, now);
  }

  /** The pod is gone, or bound. A pod in flight stays so until its attempt ends. */
  delete({ metadata }: Pod): void {
    const key = objectKey(metadata.namespace, metadata.name);
    this.#options.nominator.remove(metadata.uid ?? key);
    if (this.#activeQ.delete(key) !== undefined) return;
    if (this.#backoffQ.delete(key) === undefined) this.#unschedulablePods.delete(key);
  }

  /**
   * The next pod; from then on it is in flight. With activeQ empty the scheduler is idle, and takes
   * the rejected pod whose backoff would end first.
   */
  pop(): QueuedPodInfo | undefined {
    const active = this.#activeQ.pop();
    const entry = active ?? this.#backoffQ.popRejected();
    if (entry === undefined) return undefined;
    if (active === undefined) this.#report(entry, 'active', poppedFromBackoffQ);
    entry.beginAttempt();
    this.#inFlight.begin(entry.info.uid);
    return entry;
  }

  /** A pod in flight has got a node for good. */
  done(uid: string): void {
    this.#inFlight.end(uid);
  }

  /**
   * An attempt has failed. `entry` names its rejectors; without any it was an error. Events that
   * came during the attempt may bring the pod back at once.
   */
  addUnschedulableIfNotPresent(entry: QueuedPodInfo, now: SimTime): void {
    const { uid } = entry.info;
    const missed = this.#inFlight.has(uid) ? this.#inFlight.since(uid) : undefined;
    this.#inFlight.end(uid);
    if (this.get(entry.key) !== undefined) return; // deleted and created again meanwhile
    entry.timestampUs = now;
    entry.sequence = this.#sequence++;
    entry.backoffExpirationUs = undefined;
    if (entry.hasRejectors) {
      entry.unschedulableCount++;
      entry.consecutiveErrorsCount = 0;
    } else {
      entry.consecutiveErrorsCount++;
    }
    this.#requeue(entry, this.#strategyOfMissed(entry, missed), now, { ...attemptFailed, missed });
  }

  /**
   * Something has happened: moves the pods for which it matters. `concerns` restricts which pods
   * are asked. Linear in the pods whose rejectors have registered the event.
   */
  moveAllToActiveOrBackoffQueue(
    observed: ObservedEvent,
    now: SimTime,
    concerns?: (pod: PodInfo) => boolean,
  ): void {
    const { event } = observed;
    if (this.#unschedulablePods.isEmpty && this.#inFlight.isEmpty) return;
    if (!this.#isOfInterest(event)) return;
    for (const { schedulerName, rejectors, pods } of this.#unschedulablePods.groups()) {
      const hints = this.#profiles.get(schedulerName)?.hints;
      if (hints === undefined || !hints.concerns(event, rejectors)) continue;
      for (const entry of [...pods.values()]) {
        if (concerns !== undefined && !concerns(entry.info)) continue;
        this.#requeueUnlessSkipped(entry, hints.strategyFor(entry, observed), now, observed);
      }
    }
    for (const entry of this.#unschedulablePods.gated()) {
      if (concerns !== undefined && !concerns(entry.info)) continue;
      if (!entry.gatingEvents.some((registered) => eventMatches(registered, event))) continue;
      this.#requeueUnlessSkipped(entry, this.#strategyFor(entry, observed), now, observed);
    }
    this.#inFlight.record(observed);
  }

  /** A plugin wants the pod to be tried now: backoff and hints do not count, PreEnqueue does. */
  activate(info: PodInfo, now: SimTime): void {
    const { key } = info;
    const entry = this.#unschedulablePods.get(key) ?? this.#backoffQ.get(key);
    const observed = { event: forceActivate, previous: undefined, object: info.pod };
    if (entry !== undefined) this.#moveToActiveQ(entry, now, observed);
    else if (this.#inFlight.has(info.uid)) this.#inFlight.record(observed);
  }

  /** The time of the next useful `flushBackoffQCompleted`: a whole second. */
  nextBackoffFlushUs(): SimTime | undefined {
    return this.#backoffQ.nextCompletionUs();
  }

  /** Moves pods whose backoff is over. PreEnqueue was asked when they came. */
  flushBackoffQCompleted(now: SimTime): void {
    for (;;) {
      const entry = this.#backoffQ.popCompleted(now);
      if (entry === undefined) return;
      this.#enterActiveQ(entry, now, backoffCompleted);
    }
  }

  /** From when on `flushUnschedulablePodsLeftover` would move a pod: strictly after this time. */
  nextLeftoverUs(): SimTime | undefined {
    const oldest = this.#unschedulablePods.oldestUs();
    return oldest === undefined ? undefined : oldest + this.#options.podMaxInUnschedulablePodsUs;
  }

  /** Tries pods again that no event has moved for too long. */
  flushUnschedulablePodsLeftover(now: SimTime): void {
    const observed = { event: unschedulableTimeout, previous: undefined, object: undefined };
    this.moveAllToActiveOrBackoffQueue(observed, now, (info) => {
      const entry = this.#unschedulablePods.get(info.key);
      const age = now - (entry?.timestampUs ?? now);
      return age > this.#options.podMaxInUnschedulablePodsUs;
    });
  }

  #isOfInterest(event: ClusterEvent): boolean {
    if (isWildcard(event)) return true;
    for (const { hints } of this.#profiles.values()) if (hints.concerns(event)) return true;
    return false;
  }

  #profileOf(info: PodInfo): Profile {
    const profile = this.#profiles.get(info.schedulerName);
    if (profile === undefined) {
      throw new AssertionError(`pod ${info.key} has no profile: ${info.schedulerName}`);
    }
    return profile;
  }

  #strategyFor(entry: QueuedPodInfo, observed: ObservedEvent): QueueingStrategy {
    return this.#profileOf(entry.info).hints.strategyFor(entry, observed);
  }

  /** `missed` undefined: the pod was rejected after it had left the flight, in its binding. */
  #strategyOfMissed(
    entry: QueuedPodInfo,
    missed: readonly ObservedEvent[] | undefined,
  ): QueueingStrategy {
    if (!entry.hasRejectors || missed === undefined) return 'afterBackoff';
    const { hints } = this.#profileOf(entry.info);
    if (!hints.areAsked) return missed.length > 0 ? 'afterBackoff' : 'skip';
    let strategy: QueueingStrategy = 'skip';
    for (const observed of missed) {
      const each = this.#strategyFor(entry, observed);
      if (each === 'immediately') return each;
      if (each === 'afterBackoff') strategy = each;
    }
    return strategy;
  }

  /** The pod's own change may let it leave unschedulablePods; the first event that does counts. */
  #reconsider(entry: QueuedPodInfo, previous: Pod, now: SimTime): void {
    const { pod, key } = entry.info;
    const { hints } = this.#profileOf(entry.info);
    const isSame = previous.spec === pod.spec && previous.metadata.labels === pod.metadata.labels;
    for (const event of podSchedulingPropertiesChange(previous, pod)) {
      const observed = { event, previous, object: pod };
      if (!hints.areAsked) {
        if (!isSame) this.#requeue(entry, 'afterBackoff', now, observed);
        return;
      }
      this.#requeueUnlessSkipped(entry, this.#strategyFor(entry, observed), now, observed);
      if (this.#unschedulablePods.get(key) === undefined) return;
    }
  }

  /** A pod that is to stay is not touched, so that its group keeps its order. */
  #requeueUnlessSkipped(
    entry: QueuedPodInfo,
    strategy: QueueingStrategy,
    now: SimTime,
    cause: QueueCause,
  ): void {
    if (strategy !== 'skip') this.#requeue(entry, strategy, now, cause);
  }

  #requeue(
    entry: QueuedPodInfo,
    strategy: QueueingStrategy,
    now: SimTime,
    cause: QueueCause,
  ): void {
    if (strategy === 'skip') {
      this.#unschedulablePods.set(entry);
      this.#report(entry, 'unschedulable', cause);
    } else if (strategy === 'afterBackoff' && this.#backoffQ.isBackingOff(entry, now)) {
      if (this.#passesPreEnqueue(entry, cause)) {
        this.#unschedulablePods.delete(entry.key);
        this.#backoffQ.set(entry);
        this.#report(entry, 'backoff', cause);
      }
    } else this.#moveToActiveQ(entry, now, cause);
  }

  #moveToActiveQ(entry: QueuedPodInfo, now: SimTime, cause: QueueCause): void {
    if (this.#passesPreEnqueue(entry, cause)) this.#enterActiveQ(entry, now, cause);
  }

  #enterActiveQ(entry: QueuedPodInfo, now: SimTime, cause: QueueCause): void {
    entry.initialAttemptUs ??= now;
    this.#unschedulablePods.delete(entry.key);
    this.#backoffQ.delete(entry.key);
    this.#activeQ.set(entry);
    this.#report(entry, 'active', cause);
  }

  /** A refused pod goes to unschedulablePods as gated; the gating plugin joins the rejectors. */
  #passesPreEnqueue(entry: QueuedPodInfo, cause: QueueCause): boolean {
    const { framework, hints } = this.#profileOf(entry.info);
    const { status, plugin } = framework.runPreEnqueue(entry.info.pod, entry.gatingPlugin);
    this.#options.monitor?.pointRan(framework.schedulerName, 'PreEnqueue', codeOf(status), 0);
    this.#unschedulablePods.delete(entry.key);
    if (status === undefined) {
      entry.gatingPlugin = '';
      entry.gatingEvents = [];
      return true;
    }
    const wasGated = entry.gatingPlugin === plugin;
    entry.gatingPlugin = plugin;
    entry.gatingEvents = hints.eventsOf(plugin);
    entry.unschedulablePlugins = new Set([...entry.unschedulablePlugins, plugin]);
    this.#backoffQ.delete(entry.key);
    this.#unschedulablePods.set(entry);
    if (!wasGated) this.#report(entry, 'gated', cause, status);
    return false;
  }

  #report(entry: QueuedPodInfo, store: QueueStore, cause: QueueCause, refusal?: Status): void {
    const { listener, monitor } = this.#options;
    if (listener === undefined && monitor === undefined) return;
    const { hints } = this.#profileOf(entry.info);
    const entered = { entry, store, cause, refusal, hints };
    listener?.entered(entered);
    monitor?.entered(entered);
  }

  #updateNomination(previous: Pod, info: PodInfo): void {
    const { nominator } = this.#options;
    const before = previous.status?.nominatedNodeName ?? '';
    const after = info.pod.status?.nominatedNodeName ?? '';
    if (after !== '') nominator.nominate(info, after);
    else if (before !== '') nominator.remove(info.uid);
    else nominator.update(info);
  }
}
