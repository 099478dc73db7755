// One recorded run in a simulation: the cluster, the process that watches it and acts on it, and
// the phases of the run. What a recorder did with loops and sleeps, a protocol (protocols.ts) does
// here with the same words, on simulated time.
// Source: golden/timeline/README.md, "Recorder/driver".
import type { EndpointSlice } from '../../api/endpoint-slice.js';
import type { Job } from '../../api/job.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Node } from '../../api/node.js';
import type { Pod } from '../../api/pod.js';
import { resourceKindNamed } from '../../api/resource-kinds.js';
import type { ApiClient } from '../../client/api-client.js';
import type { ApiRequest } from '../../client/api-request.js';
import type { Informer } from '../../client/informer.js';
import type { ClusterSpec, RecordedProcessName } from '../../cluster/cluster-spec.js';
import type { StopSignal } from '../../cluster/elected-process.js';
import { RecordedCluster } from '../../cluster/recorded-cluster.js';
import { type EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { NodeRecorder } from './node-stamps.js';
import {
  type Figures,
  kthEvents,
  PodRecorder,
  type PodStamps,
  stepIntervals,
} from './pod-stamps.js';
import { RequestCounter, type RequestCounts } from './request-counter.js';

/** What the recorder watches without stamping it here; it costs CPU time all the same. */
const WATCHED = ['deployments'];
/** A recorder looks so often whether a phase is over. */
const POLL_US = 20_000;
/** Before the first call the cluster is left alone so long, for its heartbeats to spread. */
const WARM_UP_US = 15_000_000;
/** No phase of a recorded run lasted longer. */
const LIMIT_US = 1_800_000_000;

const processNamesInRecordings: Readonly<Record<RecordedProcessName, string>> = {
  etcd: 'etcd',
  'kube-apiserver': 'apiserver',
  'kube-scheduler': 'scheduler',
  'kube-controller-manager': 'kcm',
  'node-agents': 'fakenodes',
  recorder: 'recorder',
};

/** State of the counters at one moment. */
interface Reading {
  readonly atUs: SimTime;
  readonly usedUs: Readonly<Record<RecordedProcessName, number>>;
  readonly othersUsedUs: number;
  readonly counts: RequestCounts;
  readonly puts: number;
}

/** A request due at a time since the start of its series. */
export interface TimedRequest {
  readonly dueUs: number;
  readonly request: ApiRequest;
}

/** A run under way. */
export class Bench {
  readonly simulation: Simulation;
  readonly cluster: RecordedCluster;
  readonly pods: PodRecorder;
  readonly nodes: NodeRecorder;
  /** When the first call of the run was made. */
  startUs: SimTime = 0;
  /** When the recorder saw a ReplicaSet for the first time. */
  firstReplicaSetUs: SimTime | undefined;
  readonly #counter = new RequestCounter();
  readonly #client: ApiClient;
  readonly #podInformer: Informer<Pod>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #jobs: Informer<Job>;
  readonly #actions: (() => void)[] = [];
  readonly #actionDue: EventKind;
  readonly #figures: Record<string, number | Figures> = {};

  /** `otherCores`: of the machine, used by others meanwhile. */
  constructor(seed: string, spec: ClusterSpec, agents: RecordedClusterAgents = {}, otherCores = 0) {
    this.simulation = new Simulation(seed);
    const { simulation } = this;
    this.#actionDue = simulation.defineEvent('recorder.ActionDue', (index) =>
      this.#actions[index]?.(),
    );
    const observer = this.#counter;
    this.cluster = new RecordedCluster({ simulation, spec, agents, otherCores, observer });
    this.#client = this.cluster.client('load-client', 'load-client');
    this.#podInformer = this.cluster.informer<Pod>('pods');
    this.#slices = this.cluster.informer<EndpointSlice>('endpointslices');
    this.pods = new PodRecorder(simulation, this.#podInformer);
    const nodeInformer = this.cluster.informer<Node>('nodes');
    this.nodes = new NodeRecorder(simulation, nodeInformer);
    const replicaSets = this.cluster.informer('replicasets');
    replicaSets.addHandler({
      added: () => {
        this.firstReplicaSetUs ??= simulation.now;
      },
    });
    const others = WATCHED.map((resource) => this.cluster.informer(resource));
    let isReady = false;
    this.cluster.start(() => {
      isReady = true;
    });
    const own = [this.#podInformer, this.#slices, nodeInformer, replicaSets];
    this.#jobs = this.cluster.informer<Job>('jobs');
    for (const informer of [...own, this.#jobs, ...others]) informer.start();
    this.until(() => isReady);
    this.sleep(WARM_UP_US);
  }

  /** Figures collected so far, named as in a summary.json. */
  get figures(): Figures {
    return this.#figures;
  }

  get podCount(): number {
    return this.#podInformer.store.size;
  }

  /** An object as the recorder sees it. */
  pod(name: string): Pod | undefined {
    return this.#podInformer.get(`default/${name}`);
  }

  /** Whether a Job has its Complete condition, as the recorder sees it. */
  isJobDone(name: string): boolean {
    const conditions = this.#jobs.get(`default/${name}`)?.status?.conditions;
    return conditions?.some(({ type }) => type === 'Complete') === true;
  }

  /** Endpoints that are ready, of all Services. */
  get readyEndpoints(): number {
    let count = 0;
    for (const { endpoints } of this.#slices.store.values())
      for (const { conditions } of endpoints) if (conditions?.ready === true) count++;
    return count;
  }

  /** Lets time pass. */
  sleep(durationUs: number): void {
    this.simulation.run(this.simulation.now + durationUs);
  }

  /** Lets time pass until the condition holds, looking as often as a recorder does. */
  until(condition: () => boolean, limitUs: number = LIMIT_US): boolean {
    const endUs = this.simulation.now + limitUs;
    while (!condition()) {
      if (this.simulation.now >= endUs) return false;
      this.sleep(POLL_US);
    }
    return true;
  }

  /** Makes requests, each when it is due, at most `workers` at a time, and waits for all answers. */
  call(requests: readonly TimedRequest[], workers: number): void {
    const { simulation } = this;
    const beginUs = simulation.now;
    let sent = 0;
    let answered = 0;
    while (answered < requests.length) {
      const next = requests[sent];
      const isFree = sent - answered < workers;
      if (next !== undefined && isFree && beginUs + next.dueUs <= simulation.now) {
        sent++;
        this.#send(next.request, () => {
          answered++;
          simulation.stop();
        });
      } else {
        const dueUs =
          next !== undefined && isFree ? beginUs + next.dueUs : LIMIT_US + simulation.now;
        simulation.run(dueUs);
      }
    }
  }

  /** Creates objects, one after the other or side by side. */
  create(objects: readonly KubernetesObject[], workers = 1): void {
    this.call(
      objects.map((object) => ({ dueUs: 0, request: requestFor('create', object) })),
      workers,
    );
  }

  #send(request: ApiRequest, onAnswer: () => void): void {
    const isPod = request.verb === 'create' && request.resource === 'pods';
    if (isPod) this.pods.called(request.name, 'call');
    this.#client.send(request, () => {
      if (isPod) this.pods.called(request.name, 'ack');
      onAnswer();
    });
  }

  /** Does something `delayUs` from now, while other things go on. */
  later(delayUs: number, action: () => void): void {
    this.simulation.after(delayUs, this.#actionDue, this.#actions.push(action) - 1);
  }

  /** Ends the scheduler, and starts a new one as soon as it has gone. */
  restartScheduler(signal: StopSignal): void {
    this.cluster.restartScheduler(signal);
  }

  /** Stops the agents of the first nodes; their names. */
  stopNodes(count: number): readonly string[] {
    return this.cluster.stopNodes(count);
  }

  /** The counters now. */
  read(): Reading {
    const { cluster, simulation } = this;
    const { counts, puts } = this.#counter;
    const { usedUs, othersUsedUs } = cluster;
    return { atUs: simulation.now, usedUs, othersUsedUs, counts, puts };
  }

  /** Notes a single figure, in seconds or as a number. */
  note(name: string, value: number): void {
    this.#figures[name] = value;
  }

  /** Notes the figures of a set of pods in a phase that began at `startUs`. */
  notePods(name: string, pods: readonly PodStamps[], startUs: SimTime): void {
    this.#figures[name] = {
      kth_event_since_start_s: kthEvents(pods, startUs),
      intervals_s: stepIntervals(pods),
    };
  }

  /** Notes the CPU time that each process has used since a reading. */
  noteCpu(phase: string, since: Reading): void {
    const { atUs, usedUs, othersUsedUs } = this.read();
    const used: Record<string, number> = { seconds: (atUs - since.atUs) / 1_000_000 };
    let busyUs = othersUsedUs - since.othersUsedUs;
    for (const name of Object.keys(processNamesInRecordings) as RecordedProcessName[]) {
      const spentUs = usedUs[name] - since.usedUs[name];
      busyUs += spentUs;
      used[`${processNamesInRecordings[name]}_cpu_s`] = spentUs / 1_000_000;
    }
    used['machine_busy_cpu_s'] = busyUs / 1_000_000;
    this.#figures[`cpu_${phase}`] = used;
  }

  /** Notes requests and puts since a reading. */
  noteCounts(since: Reading): void {
    const { counts, puts } = this.read();
    const requests: Record<string, number> = {};
    for (const [key, count] of counts) requests[key] = count - (since.counts.get(key) ?? 0);
    this.#figures['requests'] = requests;
    this.#figures['etcd_puts'] = puts - since.puts;
  }
}

/** How agents differ from the recorded ones. */
export type RecordedClusterAgents = ConstructorParameters<typeof RecordedCluster>[0]['agents'];

/** Where the API serves an object, with a verb. */
export function requestFor(verb: 'create' | 'delete', object: KubernetesObject): ApiRequest {
  const { namespace = '', name } = object.metadata;
  const resource = resourceKindNamed(object.kind)?.resource ?? '';
  const address = { verb, resource, namespace, name } as const;
  return verb === 'create' ? { ...address, body: object } : address;
}
