// metrics-server: measures what the pods of all nodes have used at a fixed pace, and serves for
// each the use between the last two measurements, so what it says is up to two periods old.
// Left out: it does not run as a pod; the load of the scrapes on nodes; the kubelet's own period of
// ten seconds between two readings of cgroups.
// Source: metrics-server pkg/scraper, pkg/storage (reference: nodes-controllers 3.15).
import type { Pod } from '../../api/pod.js';
import type { ContainerMetrics, PodMetrics } from '../../api/pod-metrics.js';
import { podRequests } from '../../api/resource-requests.js';
import type { ApiClient } from '../../client/api-client.js';
import { type ApiRequest, type ApiResponse, keyOf } from '../../client/api-request.js';
import { Informer } from '../../client/informer.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { Link } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import { metricsServerConstants as constants } from './constants.js';
import { CpuCounters, type CpuLoad, type RunningPod } from './cpu-counters.js';

/**
 * CPU that a node has given so far to the containers of a pod that say what they ask for,
 * thousandths of a core times µs; undefined when it does not know of any.
 */
export type GivenCpu = (node: string, pod: Pod) => number | undefined;

export interface MetricsServerOptions {
  readonly simulation: Simulation;
  readonly client: ApiClient;
  readonly up: Link;
  readonly down: Link;
  /** --metric-resolution. */
  readonly resolutionUs: number;
  readonly loads: readonly CpuLoad[];
  readonly givenTo: GivenCpu;
}

/** A reading of a pod's CPU counter. */
interface Reading {
  readonly atUs: SimTime;
  /** Thousandths of a core times µs. */
  readonly used: number;
}

/** What is known of a pod that runs. */
interface Measured {
  readonly running: RunningPod;
  last: Reading | undefined;
  previous: Reading | undefined;
}

const RESOURCE = 'pods.metrics.k8s.io';

export class MetricsServer {
  /** What it registers for with the aggregator. */
  static readonly resource: string = RESOURCE;
  readonly up: Link;
  readonly down: Link;
  readonly #simulation: Simulation;
  readonly #resolutionUs: number;
  readonly #pods: Informer<Pod>;
  readonly #counters: CpuCounters;
  readonly #givenTo: GivenCpu;
  readonly #measured = new Map<string, Measured>();
  readonly #scraped: EventKind;

  constructor(options: MetricsServerOptions) {
    const { simulation, client, up, down, resolutionUs, loads, givenTo } = options;
    this.#simulation = simulation;
    this.up = up;
    this.down = down;
    this.#resolutionUs = resolutionUs;
    this.#counters = new CpuCounters(loads);
    this.#givenTo = givenTo;
    this.#pods = new Informer<Pod>(simulation, {
      name: 'metrics-server/pods',
      resource: 'pods',
      client,
    });
    this.#pods.addHandler({
      added: (pod) => this.#podChanged(pod),
      updated: (_, pod) => this.#podChanged(pod),
      deleted: (pod) => this.#podGone(pod),
    });
    this.#scraped = simulation.defineEvent('metrics-server.NodesScraped', () => this.#scrape());
  }

  /** Lists and watches; the first scrape is somewhere in the first period. */
  start(): void {
    this.#pods.start();
    const phase = this.#simulation.random.stream('metrics-server/phase').uniform();
    this.#simulation.after(Math.round(phase * this.#resolutionUs), this.#scraped);
  }

  /** The metrics of the pods of a namespace that a selector selects. O(pods of all namespaces). */
  answer({ namespace, labelSelector }: ApiRequest): {
    readonly response: ApiResponse;
    readonly takesUs: number;
  } {
    const podMetrics: PodMetrics[] = [];
    for (const { running, last, previous } of this.#measured.values()) {
      const { pod } = running;
      if (pod.metadata.namespace !== namespace || last === undefined) continue;
      if (labelSelector?.(pod.metadata.labels) === false || previous === undefined) continue;
      podMetrics.push(metricsOf(pod, previous, last));
    }
    const { answerCpuUs, podAnswerCpuUs, podMetricsBytes } = constants;
    const bytes = podMetricsBytes * podMetrics.length;
    return {
      response: { code: 200, reason: '', message: '', bytes, podMetrics },
      takesUs: answerCpuUs + podAnswerCpuUs * podMetrics.length,
    };
  }

  #podChanged(pod: Pod): void {
    const key = keyOf(pod);
    if (pod.status?.phase !== 'Running') return this.#podGone(pod);
    const { now } = this.#simulation;
    const known = this.#measured.get(key);
    const isSame = known?.running.pod.metadata.uid === pod.metadata.uid;
    const running =
      known !== undefined && isSame
        ? known.running
        : this.#counters.started(pod, now, this.#given(pod));
    running.pod = pod;
    if (known?.running !== running) {
      this.#measured.set(key, { running, last: undefined, previous: undefined });
    }
    this.#counters.setReady(running, isServing(pod), now);
  }

  #podGone(pod: Pod): void {
    const known = this.#measured.get(keyOf(pod));
    if (known === undefined) return;
    this.#counters.setReady(known.running, false, this.#simulation.now);
    this.#measured.delete(keyOf(pod));
  }

  /** What a pod has had, not what it has asked for. */
  #used(running: RunningPod, now: SimTime): number {
    return this.#counters.usedBy(running, now, this.#given(running.pod));
  }

  #given(pod: Pod): number | undefined {
    return this.#givenTo(pod.spec.nodeName ?? '', pod);
  }

  /** Reads all counters. O(running pods). */
  #scrape(): void {
    const { now } = this.#simulation;
    for (const measured of this.#measured.values()) {
      const { running, last } = measured;
      const { startedUs } = running;
      const isFresh = now - startedUs >= constants.freshContainerMinWindowUs;
      measured.previous = last ?? (isFresh ? { atUs: startedUs, used: 0 } : undefined);
      measured.last = { atUs: now, used: this.#used(running, now) };
    }
    this.#simulation.after(this.#resolutionUs, this.#scraped);
  }
}

function isServing({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && metadata.deletionTimestamp === undefined;
}

/** The use between two readings, dealt to the containers as they request. */
function metricsOf(pod: Pod, previous: Reading, last: Reading): PodMetrics {
  const { namespace = '', name } = pod.metadata;
  const windowUs = last.atUs - previous.atUs;
  const cpuMilli = (last.used - previous.used) / windowUs;
  const { containers: specs } = pod.spec;
  const whole = podRequests(pod.spec);
  const memoryBytes = whole.memoryBytes * constants.memoryShareOfRequest;
  const containers = specs.map((spec): ContainerMetrics => {
    const own = podRequests({ containers: [spec] });
    const share = (part: number, all: number): number => (all > 0 ? part / all : 1 / specs.length);
    return {
      name: spec.name,
      cpuMilli: Math.ceil(cpuMilli * share(own.cpuMilli, whole.cpuMilli)),
      memoryBytes: Math.ceil(memoryBytes * share(own.memoryBytes, whole.memoryBytes)),
    };
  });
  return { namespace, name, timestamp: last.atUs, windowUs, containers };
}
