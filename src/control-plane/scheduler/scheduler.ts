// kube-scheduler: one goroutine that takes pods from the queue and decides for each, one after the
// other, and a binding for each pod that has got a node. A decision is computed at the start of its
// cycle, on the snapshot of that moment, and takes effect when its CPU time has passed. Left out:
// several pods in one cycle, leader election (whoever owns the scheduler calls `start`).
// Source: kube-scheduler v1.36 scheduler.go, schedule_one.go; reference: scheduler 1 and 8.4.

import type { ApiCall } from '../../client/api-call.js';
import { SeriesEventRecorder } from '../../client/series-event-recorder.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { AttemptEnds } from './attempt-ends.js';
import { BindingCycles } from './binding-cycle.js';
import { SchedulerCache } from './cache/scheduler-cache.js';
import { schedulerConstants } from './constants.js';
import { type CyclePhases, cyclePhases, cycleTimes, sumOf } from './cost-model.js';
import { CycleCpu } from './cycle-cpu.js';
import { NodeHandler, PodHandler } from './event-handlers.js';
import { failureOf } from './failure-handler.js';
import { defaultFeatureGates, type SchedulerFeatureGates } from './feature-gates.js';
import { assignedPodDelete } from './framework/cluster-event.js';
import type { Decision } from './framework/decision.js';
import type { Framework, PluginAnswer } from './framework/framework.js';
import { Nominator } from './framework/nominator.js';
import type { PodInfo } from './framework/pod-info.js';
import type { SchedulingAlgorithm } from './framework/scheduling-algorithm.js';
import { codeOf, isRejected, type Status, status } from './framework/status.js';
import { ObjectHandler } from './object-handler.js';
import { PreemptionExecutor } from './preemption-executor.js';
import type { PendingPods } from './queue/queue-options.js';
import type { QueuedPodInfo } from './queue/queued-pod-info.js';
import { SchedulingQueue } from './queue/scheduling-queue.js';
import { QueueTimers } from './queue-timers.js';
import { InformerListers, RunningHandle } from './scheduler-handle.js';
import type { PointName, SchedulerState } from './scheduler-monitor.js';
import { algorithmOf, parallelizerOf, type SchedulerOptions } from './scheduler-options.js';
import type { Failure, SchedulingCycle } from './scheduling-cycle.js';
import { WaitingPods } from './waiting-pods.js';

interface Attempt {
  readonly entry: QueuedPodInfo;
  readonly framework: Framework;
  readonly decision: Decision;
  readonly startedUs: SimTime;
  readonly phases: CyclePhases;
}

/** Does nothing before `start`, but collects what its informers report. */
export class Scheduler {
  readonly name: string;
  readonly cache: SchedulerCache = new SchedulerCache();
  /** For Permit plugins. */
  readonly waitingPods: WaitingPods;
  readonly #options: SchedulerOptions;
  readonly #gates: SchedulerFeatureGates;
  readonly #frameworks = new Map<string, Framework>();
  readonly #recorders = new Map<string, SeriesEventRecorder>();
  readonly #nominator = new Nominator();
  readonly #listers: InformerListers;
  readonly #preemptions: PreemptionExecutor;
  readonly #algorithm: SchedulingAlgorithm;
  readonly #queue: SchedulingQueue;
  readonly #timers: QueueTimers;
  readonly #bindings: BindingCycles;
  readonly #cpu: CycleCpu;
  readonly #ends: AttemptEnds;
  readonly #awoken: EventKind;
  /** The scheduler's own part of a cycle that waits for extenders. */
  readonly #computed: EventKind;
  readonly #decided: EventKind;
  #isStarted = false;
  /** A cycle is under way, or about to begin. */
  #isBusy = false;
  #attempt: Attempt | undefined;
  /** The attempt that waits for its preemption. */
  #preempting: Attempt | undefined;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#gates = options.featureGates ?? defaultFeatureGates;
    const { name = 'kube-scheduler', simulation, client, eventsClient } = options;
    const { snapshot } = this.cache;
    this.name = name;
    this.#listers = new InformerListers(options.pods);
    const handle = new RunningHandle({
      name,
      simulation,
      listers: this.#listers,
      snapshot,
      nominator: this.#nominator,
      parallelizer: parallelizerOf(options),
      isPreempting: (uid) => this.#preemptions.isPreempting(uid),
      waitingPods: () => this.waitingPods,
    });
    const profiles = options.profiles(handle);
    for (const framework of profiles) {
      const { schedulerName } = framework;
      this.#frameworks.set(schedulerName, framework);
      this.#recorders.set(
        schedulerName,
        new SeriesEventRecorder(simulation, schedulerName, eventsClient),
      );
    }
    this.#algorithm = algorithmOf(options, handle);
    this.#cpu = new CycleCpu(simulation, name, options.host, handle.parallelizer);
    const { podInitialBackoffUs, podMaxBackoffUs } = { ...schedulerConstants, ...options };
    this.#queue = new SchedulingQueue({
      frameworks: profiles,
      nominator: this.#nominator,
      hasExtenders: options.extenders !== undefined,
      podInitialBackoffUs,
      podMaxBackoffUs,
      podMaxInUnschedulablePodsUs: schedulerConstants.podMaxInUnschedulablePodsUs,
      listener: options.recorder,
      monitor: options.monitor,
      queueingHints: this.#gates.SchedulerQueueingHints,
    });
    this.#timers = new QueueTimers(simulation, name, this.#queue, () => this.#queueChanged());
    const { monitor } = options;
    const permitDecided = (cycle: SchedulingCycle, answer: PluginAnswer): void =>
      this.#bindings.permitDecided(cycle, answer);
    this.waitingPods = new WaitingPods(simulation, name, permitDecided, monitor);
    this.#bindings = new BindingCycles({
      simulation,
      name,
      client,
      nominates: this.#gates.NominatedNodeNameForExpectation,
      monitor,
      permitted: ({ assumed }) => this.#queue.done(assumed.uid),
      ended: (cycle, answer) => this.#bindingEnded(cycle, answer),
    });
    this.#preemptions = this.#newPreemptions();
    this.#ends = this.#newEnds();
    this.#awoken = simulation.defineEvent(`${name}.QueueFilled`, () => this.#scheduleOne());
    this.#computed = simulation.defineEvent(`${name}.NodesComputed`, () => {
      const { extenders } = (this.#attempt as Attempt).decision.work;
      simulation.after(extenders?.waitUs ?? 0, this.#decided);
    });
    this.#decided = simulation.defineEvent(`${name}.NodeSelected`, () => this.#apply());
    this.#listen();
    monitor?.attached(profiles, () => this.#state);
  }

  #newPreemptions(): PreemptionExecutor {
    const { simulation, client, monitor } = this.#options;
    return new PreemptionExecutor({
      simulation,
      client,
      listers: this.#listers,
      nominator: this.#nominator,
      waitingPods: this.waitingPods,
      bindings: this.#bindings,
      monitor,
      recorderOf: (info) => this.#recorderOf(info),
      failed: (info) => {
        this.#queue.activate(info, simulation.now);
        this.#queueChanged();
      },
      ended: () => this.#preempted(),
    });
  }

  #newEnds(): AttemptEnds {
    return new AttemptEnds({
      ...this.#options,
      queue: this.#queue,
      nominator: this.#nominator,
      recorderOf: (info) => this.#recorderOf(info),
      isAwaited: !this.#gates.SchedulerAsyncAPICalls,
      requeued: () => this.#timers.arm(),
    });
  }

  /** Number of pods by store. */
  get pendingPods(): PendingPods {
    return this.#queue.pendingPods;
  }

  get #state(): SchedulerState {
    return {
      pendingPods: this.#queue.pendingPods,
      cacheSize: this.cache.size,
      bindings: this.#bindings.size,
      inFlightEvents: this.#queue.inFlightEvents,
      unschedulablePods: this.#queue.rejectedPods,
    };
  }

  /** Number of preemptions that are being carried out. */
  get preemptionsUnderWay(): number {
    return this.#preemptions.size;
  }

  /** Schedules from the moment at which all informers have their first list. */
  start(): void {
    const { pods, nodes, objects = [], simulation } = this.#options;
    const informers = [pods, nodes, ...objects];
    let waiting = informers.length;
    const synced = (): void => {
      if (--waiting > 0) return;
      this.#isStarted = true;
      this.#timers.start(simulation.now);
      this.#queueChanged();
    };
    for (const informer of informers) informer.whenSynced(synced);
  }

  #listen(): void {
    const { simulation, observer, monitor, pods, nodes, objects = [] } = this.#options;
    const shared = {
      simulation,
      observer,
      cache: this.cache,
      listers: this.#listers,
      queue: this.#queue,
      waitingPods: this.waitingPods,
      bindings: this.#bindings,
      monitor,
      schedulerNames: new Set(this.#frameworks.keys()),
      queueChanged: () => this.#queueChanged(),
    };
    pods.addHandler(new PodHandler(shared));
    nodes.addHandler(new NodeHandler(shared));
    for (const informer of objects) informer.addHandler(new ObjectHandler(shared));
  }

  /** Wakes the scheduling goroutine when it is idle and there is a pod. */
  #queueChanged(): void {
    if (!this.#isStarted) return;
    this.#timers.arm();
    if (this.#isBusy || !this.#queue.hasNext) return;
    this.#isBusy = true;
    const { simulation } = this.#options;
    simulation.at(simulation.now, this.#awoken);
  }

  /** Takes the next pod and decides. */
  #scheduleOne(): void {
    const { simulation, costs = schedulerConstants, recorder } = this.#options;
    for (let entry = this.#queue.pop(); entry !== undefined; entry = this.#queue.pop()) {
      if (this.#isSkipped(entry)) continue;
      const framework = this.#frameworks.get(entry.info.schedulerName) as Framework;
      const snapshot = this.cache.updateSnapshot();
      const algorithm = this.#algorithm;
      const notes = recorder?.notesFor(entry.info);
      const decision = algorithm.decide(framework, entry.info, entry.attempts, notes);
      if (notes !== undefined)
        recorder?.decided({ entry, framework, decision, notes, algorithm, snapshot });
      const { areListsChanged } = snapshot;
      const taken = { changedRows: this.cache.changedRows, areListsChanged };
      const phases = cyclePhases(decision, taken, costs);
      this.#attempt = { entry, framework, decision, startedUs: simulation.now, phases };
      this.#timers.arm();
      const next = decision.work.extenders === undefined ? this.#decided : this.#computed;
      this.#cpu.run(sumOf(phases), next);
      return;
    }
    this.#isBusy = false;
    this.#timers.arm();
  }

  /** Pods that are about to go, or already have a node, need no attempt. */
  #isSkipped({ info }: QueuedPodInfo): boolean {
    const { pod, uid, key } = info;
    const isDeleting = pod.metadata.deletionTimestamp !== undefined;
    if (!isDeleting && !this.cache.isAssumed(uid)) return false;
    if (isDeleting) {
      const note = `skip schedule deleting pod: ${key}`;
      this.#recorderOf(info).record(pod, 'Warning', 'FailedScheduling', note);
    }
    this.#queue.done(uid);
    return true;
  }

  #recorderOf(info: PodInfo): SeriesEventRecorder {
    return this.#recorders.get(info.schedulerName) as SeriesEventRecorder;
  }

  /** The cycle's CPU time has passed: its decision takes effect. */
  #apply(): void {
    const attempt = this.#attempt as Attempt;
    const { entry, framework, decision, startedUs } = attempt;
    this.#attempt = undefined;
    this.#measure(attempt);
    if (decision.result !== 'scheduled') {
      const { nominatedNodeName = '', victims } = decision;
      if (victims.length > 0) {
        if (!this.#gates.SchedulerAsyncPreemption) this.#preempting = attempt;
        this.#preemptions.start(entry.info, nominatedNodeName, victims);
        if (this.#preempting !== undefined) return;
      }
      this.#ends.failed(attempt, decision as Failure, this.#goOn);
      return;
    }
    const { nodeName, state } = decision;
    const assumed = entry.info.on(nodeName);
    const cycle = { entry, framework, state, startedUs, assumed, nodeName };
    const failure = this.#assume(cycle);
    if (failure === undefined) this.#scheduleOne();
    else this.#ends.failed(cycle, failure, this.#goOn);
  }

  /** Tells the monitor of a cycle whose time has passed. */
  #measure({ framework, decision, startedUs, phases }: Attempt): void {
    const { monitor, simulation } = this.#options;
    const { extenders, postFilter } = decision.work;
    const elapsedUs = simulation.now - startedUs;
    monitor?.cycleEnded({
      framework,
      decision,
      statuses: this.#algorithm.statuses,
      times: cycleTimes(phases, this.#cpu.workers, elapsedUs, extenders?.waitUs ?? 0),
    });
    if (postFilter !== undefined) monitor?.preemptionAttempted();
  }

  /** Without SchedulerAsyncPreemption the cycle has waited for its victims to be deleted. */
  #preempted(): void {
    const attempt = this.#preempting;
    if (attempt === undefined) return;
    this.#preempting = undefined;
    this.#ends.failed(attempt, attempt.decision as Failure, this.#goOn);
  }

  readonly #goOn = (_call?: ApiCall): void => this.#scheduleOne();

  /** Assume, Reserve and Permit; then the binding goes its own way. */
  #assume(cycle: SchedulingCycle): Failure | undefined {
    const { framework, state, assumed, nodeName } = cycle;
    const { uid, key } = assumed;
    if (this.cache.podOf(uid) !== undefined) {
      const message = `pod ${uid}(${key}) is in the cache, so can't be assumed`;
      return failureOf({ status: { code: 'Error', reasons: [message] }, plugin: '' });
    }
    this.cache.assumePod(assumed);
    this.#nominator.remove(uid);
    this.#options.observer.podReached(uid, 'scheduled');
    const reserved = framework.runReserve(state, assumed, nodeName);
    this.#pointRan(framework, 'Reserve', reserved.status);
    if (reserved.status !== undefined) {
      this.cache.forgetPod(uid);
      return failureOf(reserved);
    }
    const waits = new Map<string, SimTime>();
    for (const plugin of framework.plugins.permit) {
      const { status, timeoutUs = 0 } = plugin.permit(state, assumed, nodeName);
      if (status === undefined) continue;
      if (codeOf(status) !== 'Wait') {
        this.#pointRan(framework, 'Permit', status);
        this.#release(cycle);
        return failureOf({ status, plugin: plugin.name });
      }
      waits.set(plugin.name, timeoutUs);
    }
    this.#pointRan(framework, 'Permit', waits.size > 0 ? waiting : undefined);
    this.#options.recorder?.assumed(assumed, waits);
    if (waits.size > 0) this.waitingPods.add(cycle, waits);
    this.#bindings.start(cycle, waits.size > 0);
    return undefined;
  }

  #bindingEnded(cycle: SchedulingCycle, answer: PluginAnswer): void {
    const { framework, state, assumed, nodeName } = cycle;
    const { simulation } = this.#options;
    if (answer.status === undefined) {
      this.#ends.bound(cycle);
      for (const plugin of framework.plugins.postBind) plugin.postBind(state, assumed, nodeName);
      this.#pointRan(framework, 'PostBind', undefined);
      return;
    }
    this.#release(cycle);
    // A rejected pod must not be moved by the room that it has given back itself.
    const wasRejected = isRejected(answer.status);
    if (wasRejected) this.#ends.failed(cycle, failureOf(answer));
    const observed = { event: assignedPodDelete, previous: assumed.pod, object: undefined };
    this.#queue.moveAllToActiveOrBackoffQueue(
      observed,
      simulation.now,
      ({ uid }) => !wasRejected || uid !== assumed.uid,
    );
    if (!wasRejected) this.#ends.failed(cycle, failureOf(answer));
    this.#queueChanged();
  }

  /** Gives back what the pod had reserved. */
  #release({ framework, state, assumed, nodeName }: SchedulingCycle): void {
    framework.runUnreserve(state, assumed, nodeName);
    this.#pointRan(framework, 'Unreserve', undefined);
    this.cache.forgetPod(assumed.uid);
  }

  /** Plugins that take no time have run. */
  #pointRan(framework: Framework, point: PointName, answer: Status | undefined): void {
    this.#options.monitor?.pointRan(framework.schedulerName, point, codeOf(answer), 0);
  }
}

const waiting = status('Wait');
