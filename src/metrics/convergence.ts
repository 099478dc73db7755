// Convergence of every change that a client asked for: from its call until all wanted pods are
// Ready and no others are left, the endpoints are published in EndpointSlices, programmed on every
// kube-proxy and served by every DNS replica, stage by stage. A stage counts as reached at the time
// from which it has held until the end of the change. Changes of one object that overtake each
// other converge together; a change of an object without consequences converges when it is
// accepted. Pods that were pending when the run began are a change of their own, which nobody has
// called for: it converges when each of them is Ready, has ended, or is gone.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { objectKey } from '../api/object-meta.js';
import { isPodTerminal, type Pod } from '../api/pod.js';
import { type PodStage, type SchedulingResult, SilentObserver } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import type { ChangeListener } from '../cluster/change-listener.js';
import type { ObjectReference } from '../cluster/operation.js';
import { isPodReady } from '../control-plane/controller-manager/pod-state.js';
import type { Simulation } from '../kernel/simulation.js';
import { Change, STARTING } from './change.js';
import type { Activity } from './critical-path/activities.js';
import { ActivityLedger } from './critical-path/activity-ledger.js';
import type { ClientLimits } from './critical-path/client-limits.js';
import { type Goal, STAGES, type Stage } from './goal.js';
import { Goals } from './goals.js';
import type { ConvergenceRow } from './run-result.js';

const PUBLISHED = STAGES.indexOf('endpoints_published');
const PROGRAMMED = STAGES.indexOf('endpoints_programmed');

export class Convergence extends SilentObserver implements ChangeListener {
  readonly #simulation: Simulation;
  readonly #limits: Pick<ClientLimits, 'of'>;
  readonly #goals = new Goals((goal) => this.#evaluate(goal));
  readonly #changes: Change[] = [];
  #open = 0;
  readonly #callbacks: (() => void)[] = [];
  /** Goals that are published and not yet programmed and served everywhere. */
  readonly #awaitingNetwork = new Set<Goal>();
  #programmedRevision = 0;
  /** Of replicas that serve, by index. */
  readonly #dnsRevisions = new Map<number, number>();
  readonly #isDnsUsed: boolean;
  /** Pods that were pending when the run began and still are, by key, and their change. */
  readonly #starting = new Set<string>();
  #startingChange = 0;

  /** `dnsReplicas`: those of cluster DNS from the start; or they come and go with pods. */
  constructor(
    simulation: Simulation,
    dnsReplicas: number | 'inPods',
    limits: Pick<ClientLimits, 'of'> = { of: () => undefined },
  ) {
    super();
    this.#simulation = simulation;
    this.#limits = limits;
    this.#isDnsUsed = dnsReplicas !== 0;
    const known = dnsReplicas === 'inPods' ? 0 : dnsReplicas;
    for (let replica = 0; replica < known; replica++) this.#dnsRevisions.set(replica, 0);
  }

  /** Why nothing can be stored, if so: what open changes wait for before all else. */
  obstacle: () => string | undefined = () => undefined;

  /** A cloud gives addresses to Services of type LoadBalancer, and their changes wait for them. */
  awaitLoadBalancers(): void {
    this.#goals.hasLoadBalancers = true;
  }

  changeStarted(verb: string, target: ObjectReference, objects: number): number {
    this.#open++;
    return this.#changes.push(new Change(verb, target, this.#simulation.now, objects)) - 1;
  }

  /** Waits for pods that are pending when the run begins. Call it once, before that. */
  awaitPending(pods: readonly Pod[]): void {
    if (pods.length === 0) return;
    for (const pod of pods) this.#starting.add(objectKey(pod));
    const target = { kind: 'Pod', namespace: '', name: '*' };
    this.#startingChange = this.changeStarted(STARTING, target, this.#starting.size);
  }

  changeAccepted(id: number, object: KubernetesObject | undefined): void {
    const change = this.#changes[id] as Change;
    change.answered++;
    change.acceptedUs = this.#simulation.now;
    const goal = object && this.#goals.of(object);
    if (goal === undefined) {
      change.converge([], undefined);
      return this.#closeIfDone(change);
    }
    change.replicas = goal.replicas;
    const { now } = this.#simulation;
    change.await(goal, goal.ledger?.timesAt(now), now);
    goal.ledger ??= new ActivityLedger(now);
    goal.waiting.push(change);
    this.#evaluate(goal);
  }

  changeRefused(id: number, message: string): void {
    const change = this.#changes[id] as Change;
    change.answered++;
    this.#fail(change, message);
  }

  isSettled(): boolean {
    return this.#open === 0;
  }

  whenSettled(callback: () => void): void {
    this.#callbacks.push(callback);
    this.#callBack();
  }

  /** In order of the calls. */
  get rows(): readonly ConvergenceRow[] {
    const { now } = this.#simulation;
    const empty = this.#goals.emptyServices();
    const obstacle = this.obstacle();
    return this.#changes.map((change) => change.row(now, empty, obstacle));
  }

  override committed(event: WatchEvent): void {
    this.#goals.committed(event);
    if (this.#starting.size > 0) this.#pendingCommitted(event);
  }

  override podReached(uid: string, stage: PodStage): void {
    this.#goals.podReached(uid, stage);
  }

  override schedulingAttempted(uid: string, result: SchedulingResult): void {
    if (result !== 'scheduled') this.#goals.schedulingFailed(uid);
  }

  override endpointsProgrammed(revision: number): void {
    this.#programmedRevision = revision;
    for (const goal of this.#awaitingNetwork) this.#evaluate(goal);
  }

  override dnsServes(replica: number, revision: number): void {
    this.#dnsRevisions.set(replica, revision);
    for (const goal of this.#awaitingNetwork) this.#evaluate(goal);
  }

  override dnsStopped(replica: number): void {
    this.#dnsRevisions.delete(replica);
    for (const goal of this.#awaitingNetwork) this.#evaluate(goal);
  }

  #pendingCommitted({ type, object }: WatchEvent): void {
    if (object.kind !== 'Pod') return;
    const isDone = type === 'DELETED' || isPodTerminal(object) || isPodReady(object);
    if (!isDone || !this.#starting.delete(objectKey(object))) return;
    this.changeAccepted(this.#startingChange, undefined);
  }

  /** Notes which stages hold, and ends the changes for which all do or never will. */
  #evaluate(goal: Goal): void {
    const { reachedUs, waiting } = goal;
    let isDone = true;
    for (let index = 0; index < STAGES.length; index++) {
      const holds = this.#holds(goal, STAGES[index] as Stage);
      if (holds === false) isDone = false;
      if (holds === true && isDone) reachedUs[index] ??= this.#simulation.now;
      else reachedUs[index] = undefined;
    }
    const isPublished = reachedUs[PUBLISHED] !== undefined;
    if (isPublished && !isDone) this.#awaitingNetwork.add(goal);
    else this.#awaitingNetwork.delete(goal);
    const { impossible, ledger } = goal;
    if (waiting.length > 0 && ledger !== undefined) this.#account(goal, ledger);
    if (!isDone && impossible === '') return;
    for (const change of waiting.splice(0)) {
      if (impossible !== '' && change.verb !== 'delete') {
        change.abandon(goal);
        this.#fail(change, impossible);
      } else if (isDone) {
        change.replicas ||= goal.replicas; // a DaemonSet's are counted after its acceptance
        change.converge(reachedUs, change.pathTo(goal, this.#simulation.now), goal);
        change.abandon(goal);
        this.#closeIfDone(change);
      } else {
        waiting.push(change);
      }
    }
    if (waiting.length === 0) goal.ledger = undefined;
    if (isDone && goal.isDeleted) this.#goals.forget(goal);
  }

  /** Charges the time until now to what the goal has waited for, and notes what it waits for now. */
  #account(goal: Goal, ledger: ActivityLedger): void {
    const activity = this.#waitsFor(goal);
    const client = this.#limits.of(activity, goal.creatorKind);
    ledger.enter(this.#simulation.now, activity, client);
  }

  #waitsFor(goal: Goal): Activity {
    const { reachedUs } = goal;
    if (reachedUs[PUBLISHED] === undefined) return goal.waitsFor();
    const isProgrammed = reachedUs[PROGRAMMED] !== undefined;
    return isProgrammed ? 'dns' : 'program';
  }

  #holds(goal: Goal, stage: Stage): boolean | undefined {
    if (stage !== 'endpoints_programmed' && stage !== 'dns_resolvable') return goal.holds(stage);
    if (goal.holds('endpoints_published') === undefined) return undefined;
    if (stage === 'endpoints_programmed') return this.#programmedRevision >= goal.publishedRevision;
    if (!this.#isDnsUsed) return undefined;
    for (const revision of this.#dnsRevisions.values()) {
      if (revision < goal.publishedRevision) return false;
    }
    return this.#dnsRevisions.size > 0;
  }

  #fail(change: Change, reason: string): void {
    change.fail(reason);
    this.#closeIfDone(change);
  }

  #closeIfDone(change: Change): void {
    if (!change.isClosed) return;
    this.#open--;
    this.#callBack();
  }

  /** A callback may start a change: those behind it wait for that one too. */
  #callBack(): void {
    while (this.isSettled()) {
      const callback = this.#callbacks.shift();
      if (callback === undefined) return;
      callback();
    }
  }
}
