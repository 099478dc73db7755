// The door of a cloud's API: two quotas, one for calls that look and one for calls that change
// something. A call beyond its quota is refused at once, as EC2 and GCE do; the others take the
// time of their kind, some of them fail, and the rest have their effect when they are answered.
import { type Distribution, distribution } from '../../kernel/distributions.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import { TokenBucket } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import type { CloudAnswer, CloudCallback } from '../cloud-provider.js';
import type { CloudProfile } from './cloud-profile.js';
import { cloudConstants as constants } from './constants.js';

/** Measures the calls. */
export interface CloudMonitor {
  /** `operation` was answered; `fault` is '' when all was well. */
  answered(operation: string, durationUs: number, fault: string): void;
}

/** One call of a kind that takes its own time. */
export interface CloudCall<C> {
  /** `DescribeInstance`. */
  readonly operation: string;
  /** What it is about; calls about others do not change how long this one takes. */
  readonly entity: string;
  readonly isWrite: boolean;
  /** Absent: as most calls. */
  readonly latency?: Distribution;
  /** On top of it, µs. */
  readonly extraUs?: number;
  /** The effect, at the time of the answer. */
  readonly perform: () => CloudAnswer;
  readonly onDone: CloudCallback<C>;
  readonly context: C;
}

interface Waiting {
  readonly call: CloudCall<unknown>;
  readonly sinceUs: SimTime;
  readonly fault: CloudAnswer['fault'];
}

/** Takes all calls of all clients of one account. */
export class CloudCalls {
  readonly #simulation: Simulation;
  readonly #profile: CloudProfile;
  readonly #monitor: CloudMonitor | undefined;
  readonly #latency: Distribution;
  readonly #reads: TokenBucket;
  readonly #writes: TokenBucket;
  readonly #streams = new Map<string, RandomStream>();
  readonly #waiting: (Waiting | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #answered: EventKind;

  constructor(simulation: Simulation, profile: CloudProfile, monitor?: CloudMonitor) {
    this.#simulation = simulation;
    this.#profile = profile;
    this.#monitor = monitor;
    this.#latency = distribution(profile.call);
    this.#reads = new TokenBucket('cloud/reads', profile.read.qps, profile.read.burst);
    this.#writes = new TokenBucket('cloud/writes', profile.write.qps, profile.write.burst);
    this.#answered = simulation.defineEvent('cloud.CallAnswered', (id) => this.#answer(id));
  }

  /** Sends a call; its answer comes later. */
  send<C>(call: CloudCall<C>): void {
    const { operation, entity, isWrite, latency = this.#latency, extraUs = 0 } = call;
    const { now } = this.#simulation;
    const isPassed = (isWrite ? this.#writes : this.#reads).tryTake(now);
    if (!isPassed) return this.#wait(call, 'Throttling', constants.throttledAnswerUs);
    const stream = this.#streamOf(operation, entity);
    const { errorRate } = this.#profile;
    const isFailing = errorRate > 0 && stream.uniform() < errorRate;
    this.#wait(call, isFailing ? 'InternalError' : undefined, latency.sample(stream) + extraUs);
  }

  #streamOf(operation: string, entity: string): RandomStream {
    const name = `cloud/${operation}/${entity}`;
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = this.#simulation.random.stream(name);
      this.#streams.set(name, stream);
    }
    return stream;
  }

  #wait<C>(call: CloudCall<C>, fault: CloudAnswer['fault'], delayUs: number): void {
    const id = this.#free.pop() ?? this.#waiting.length;
    const sinceUs = this.#simulation.now;
    this.#waiting[id] = { call: call as unknown as CloudCall<unknown>, sinceUs, fault };
    this.#simulation.after(delayUs, this.#answered, id);
  }

  #answer(id: number): void {
    const { call, sinceUs, fault } = this.#waiting[id] as Waiting;
    this.#waiting[id] = undefined;
    this.#free.push(id);
    const answer = fault === undefined ? call.perform() : { fault };
    const durationUs = this.#simulation.now - sinceUs;
    this.#monitor?.answered(call.operation, durationUs, answer.fault ?? '');
    call.onDone(answer, call.context);
  }
}
