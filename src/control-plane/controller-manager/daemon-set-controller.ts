// Keeps a pod of every DaemonSet on each node that should have one. The pods name their node by
// affinity and are placed by the scheduler. Left out: adoption of orphans.
// Source: Kubernetes v1.36 pkg/controller/daemon (reference: nodes-controllers 3.7).
import type { DaemonSet } from '../../api/daemon-set.js';
import type { Node } from '../../api/node.js';
import { controllerOf } from '../../api/object-meta.js';
import type { Pod } from '../../api/pod.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import { type ApiResponse, keyOf, objectKey } from '../../client/api-request.js';
import { EventRecorder } from '../../client/event-recorder.js';
import type { WorkQueue } from '../../client/work-queue.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { controllerManagerConstants as constants } from './constants.js';
import { DaemonNodeJudge, daemonPod, nodeOfDaemonPod } from './daemon-pod.js';
import {
  type DaemonPlan,
  type DaemonView,
  planPlacement,
  planUpdate,
  podsByNode,
} from './daemon-set-plan.js';
import { daemonSetStatus, isSameDaemonSetStatus } from './daemon-set-status.js';
import { Expectations } from './expectations.js';
import { PodControl } from './pod-control.js';
import { isPodReady } from './pod-state.js';
import {
  deleteRevisions,
  isRevisionStored,
  REVISION_LABEL,
  revisionName,
  revisionsOf,
  revisionWrite,
  surplusRevisions,
} from './revision-history.js';
import type { SharedInformers } from './shared-informers.js';
import { StatusWriter } from './status-writer.js';
import { type ControllerOptions, SyncLoop } from './sync-loop.js';
import { podTemplateHash } from './template-hash.js';

/** One sync under way. */
interface Sync {
  readonly worker: number;
  readonly set: DaemonSet;
  /** The placement has been carried out; what is changing now is the update. */
  isUpdating: boolean;
  failed: boolean;
}

/** What is kept of a set between syncs. */
interface Known {
  readonly template: DaemonSet['spec']['template'];
  readonly judge: DaemonNodeJudge;
  readonly hash: string;
}

/** When a set's failed pod on a node may be replaced, and the delay after the next failure. */
interface Backoff {
  readonly untilUs: SimTime;
  readonly nextUs: number;
}

export class DaemonSetController {
  readonly queue: WorkQueue;
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #recorder: EventRecorder;
  readonly #informers: SharedInformers;
  readonly #loop: SyncLoop;
  readonly #expectations: Expectations;
  readonly #podControl: PodControl<Sync>;
  readonly #statusWriter: StatusWriter<Sync>;
  readonly #known = new Map<string, Known>();
  readonly #backoffs = new Map<string, Backoff>();

  constructor(options: ControllerOptions, informers: SharedInformers) {
    const { simulation, client } = options;
    this.#simulation = simulation;
    this.#client = client;
    this.#informers = informers;
    const expectations = new Expectations(simulation);
    this.#expectations = expectations;
    const recorder = new EventRecorder(simulation, 'daemonset-controller', client);
    this.#recorder = recorder;
    const goOn = (sync: Sync): void => this.#goOn(sync);
    this.#podControl = new PodControl({ client, recorder, expectations, onDone: goOn });
    const finish = (sync: Sync): void => this.#finish(sync);
    const resource = 'daemonsets';
    this.#statusWriter = new StatusWriter({ client, resource, retries: 1, onDone: finish });
    this.#loop = new SyncLoop(options, {
      name: 'daemonset',
      workers: constants.concurrentDaemonSetSyncs,
      cpuUs: () => constants.syncCpuUs + constants.daemonSetNodeCpuUs * informers.nodes.store.size,
      sync: (key, worker) => this.#sync(key, worker),
    });
    this.queue = this.#loop.queue;
    this.#listen();
  }

  #listen(): void {
    const { daemonSets, nodes, pods } = this.#informers;
    daemonSets.addHandler({
      added: (set) => this.queue.add(keyOf(set)),
      updated: (_, set) => this.queue.add(keyOf(set)),
      deleted: (set) => {
        this.#expectations.forget(keyOf(set));
        this.#known.delete(keyOf(set));
        this.queue.add(keyOf(set));
      },
    });
    nodes.addHandler({
      added: (node) => this.#nodeChanged(undefined, node),
      updated: (previous, node) => this.#nodeChanged(previous, node),
      deleted: (node) => this.#nodeChanged(node, undefined),
    });
    pods.addHandler({
      added: (pod) => this.#podChanged(pod, undefined),
      updated: (previous, pod) => this.#podChanged(pod, previous),
      deleted: (pod) => this.#podGone(pod),
    });
  }

  /** Lets the workers begin; the informers have synced. */
  start(): void {
    this.#loop.start();
  }

  /** Sets whose verdict on the node has changed are synced. O(sets). */
  #nodeChanged(previous: Node | undefined, node: Node | undefined): void {
    if (previous !== undefined && node !== undefined) {
      const isHeartbeat =
        previous.spec === node.spec && previous.metadata.labels === node.metadata.labels;
      if (isHeartbeat) return;
    }
    for (const set of this.#informers.daemonSets.store.values()) {
      const { judge } = this.#knownOf(set);
      const before = previous && judge.judge(previous);
      const after = node && judge.judge(node);
      const isSame = before?.shouldRun === after?.shouldRun && before?.mayStay === after?.mayStay;
      if (!isSame) this.queue.add(keyOf(set));
    }
  }

  #ownerKey(pod: Pod): string | undefined {
    const owner = controllerOf(pod);
    return owner?.kind === 'DaemonSet' ? objectKey(pod.metadata.namespace, owner.name) : undefined;
  }

  #podChanged(pod: Pod, previous: Pod | undefined): void {
    const key = this.#ownerKey(pod);
    if (key === undefined) return;
    if (pod.metadata.deletionTimestamp !== undefined)
      this.#expectations.deletionObserved(key, keyOf(pod));
    else if (previous === undefined) this.#expectations.creationObserved(key);
    this.queue.add(key);
    const { minReadySeconds = 0 } = this.#informers.daemonSets.get(key)?.spec ?? {};
    const becameReady = isPodReady(pod) && previous !== undefined && !isPodReady(previous);
    if (minReadySeconds > 0 && becameReady) this.queue.addAfter(key, minReadySeconds * 1_000_000);
  }

  #podGone(pod: Pod): void {
    const key = this.#ownerKey(pod);
    if (key === undefined) return;
    this.#expectations.deletionObserved(key, keyOf(pod));
    this.queue.add(key);
  }

  #knownOf(set: DaemonSet): Known {
    const { template } = set.spec;
    const known = this.#known.get(keyOf(set));
    if (known?.template === template) return known;
    const fresh = {
      template,
      judge: new DaemonNodeJudge(set.spec),
      hash: podTemplateHash(template),
    };
    this.#known.set(keyOf(set), fresh);
    return fresh;
  }

  #view(set: DaemonSet): DaemonView {
    const { nodes, podsByOwner } = this.#informers;
    const { judge, hash } = this.#knownOf(set);
    const podsOn = podsByNode(podsByOwner.of(set.metadata.uid ?? '').values());
    const { now } = this.#simulation;
    return { set, nodes: [...nodes.store.values()], podsOn, judge, hash, now };
  }

  #sync(key: string, worker: number): void {
    const set = this.#informers.daemonSets.get(key);
    if (set === undefined || set.metadata.deletionTimestamp !== undefined)
      return this.#loop.finish(worker, false);
    const sync: Sync = { worker, set, isUpdating: false, failed: false };
    const write = revisionWrite(set, revisionsOf(set, this.#informers.revisionsByOwner));
    if (write === undefined) this.#act(sync);
    else this.#client.send(write, this.#revisionWritten, sync);
  }

  readonly #revisionWritten = (call: ApiCall): void => {
    const sync = call.context as Sync;
    if (isRevisionStored(call.response as ApiResponse)) return this.#act(sync);
    sync.failed = true;
    this.#finish(sync);
  };

  #act(sync: Sync): void {
    const { set } = sync;
    if (!this.#expectations.isSatisfied(keyOf(set))) return this.#updateStatus(sync);
    const plan = planPlacement(this.#view(set), (pod) => this.#mayReplace(set, pod));
    for (const pod of plan.ended) this.#recordEnd(set, pod);
    this.#carryOut(sync, plan);
  }

  #carryOut(sync: Sync, { creations, deletions }: DaemonPlan): void {
    const { set } = sync;
    if (creations.length + deletions.length === 0) return this.#goOn(sync);
    const limit = constants.daemonSetBurstReplicas;
    const bodies = creations.slice(0, limit).map((node) => daemonPod(set, node));
    this.#podControl.change(sync, set, bodies, deletions.slice(0, limit));
  }

  /** After the placement comes the update, unless its pods have yet to be seen. */
  #goOn(sync: Sync): void {
    const isExpecting = !this.#expectations.isSatisfied(keyOf(sync.set));
    if (sync.failed || sync.isUpdating || isExpecting) return this.#updateStatus(sync);
    sync.isUpdating = true;
    this.#carryOut(sync, planUpdate(this.#view(sync.set)));
  }

  /** A pod that failed waits longer each time; the set is synced when the wait is over. */
  #mayReplace(set: DaemonSet, pod: Pod): boolean {
    const { now } = this.#simulation;
    const key = `${set.metadata.uid}/${nodeOfDaemonPod(pod)}`;
    const { failedDaemonPodBackoffUs: firstUs, failedDaemonPodBackoffMaxUs: maxUs } = constants;
    const backoff = this.#backoffs.get(key);
    if (backoff !== undefined && now < backoff.untilUs) {
      this.queue.addAfter(keyOf(set), backoff.untilUs - now);
      return false;
    }
    // Forgotten when it has not failed for twice the longest wait.
    const isStale = backoff === undefined || now > backoff.untilUs + 2 * maxUs;
    const delayUs = isStale ? firstUs : backoff.nextUs;
    const nextUs = Math.min(delayUs * 2, maxUs);
    this.#backoffs.set(key, { untilUs: now + delayUs, nextUs });
    return true;
  }

  #recordEnd(set: DaemonSet, pod: Pod): void {
    const { phase } = pod.status ?? {};
    const where = `daemon pod ${keyOf(pod)} on node ${nodeOfDaemonPod(pod)}, will try to kill it`;
    const message = `Found ${phase === 'Failed' ? 'failed' : 'succeeded'} ${where}`;
    if (phase === 'Failed') this.#recorder.record(set, 'Warning', 'FailedDaemonPod', message);
    else this.#recorder.record(set, 'Normal', 'SucceededDaemonPod', message);
  }

  #updateStatus(sync: Sync): void {
    const status = daemonSetStatus(this.#view(sync.set));
    if (isSameDaemonSetStatus(status, sync.set.status)) return this.#finish(sync);
    this.#statusWriter.write(sync, sync.set, status);
  }

  #finish({ worker, set, failed }: Sync): void {
    const revisions = revisionsOf(set, this.#informers.revisionsByOwner);
    const used = new Set([revisionName(set)]);
    // Daemon pods carry the hash alone; the revision's name has the set's before it.
    for (const { metadata } of this.#informers.podsByOwner.of(set.metadata.uid ?? '').values())
      used.add(`${set.metadata.name}-${metadata.labels?.[REVISION_LABEL] ?? ''}`);
    deleteRevisions(this.#client, surplusRevisions(set, revisions, used));
    this.#loop.finish(worker, failed);
  }
}
