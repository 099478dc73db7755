// A fleet of stations that each share their capacity equally among the jobs they have: a job runs
// at full speed while there are no more jobs than units, and at units/jobs of it beyond. One kind
// of event and one timer a member serve the whole fleet. The cores of a control-plane machine serve
// threads in slices instead (kernel/cores.ts).
import { assert } from '../kernel/assert.js';
import type { EventHandle } from '../kernel/event-queue.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';

/** Ends at the virtual time `end`; then (kind, target, arg) is fired. */
interface Job {
  readonly end: number;
  readonly kind: EventKind;
  readonly target: number;
  readonly arg: number;
}

/** Jobs of one member, by `end`, equal ones in order of arrival. */
interface Member {
  readonly units: number;
  readonly jobs: Job[];
  /** Work that each job has been given since the start, in 1/64 µs. */
  virtual: number;
  /** Virtual time that a job gains in one µs. */
  rate: number;
  since: SimTime;
  timer: EventHandle;
}

/** Virtual time is kept in whole 1/64 µs, so that sums do not depend on the order of adding. */
const PER_US = 64;

/** How fast a job goes at most, in (0, 1], where a member has so many. */
export type SpeedLimit = (member: number, jobs: number) => number;

const noLimit: SpeedLimit = () => 1;

/** Stations by index from 0, in order of `add`. `run` is O(jobs of the member). */
export class ProcessorSharing {
  readonly #simulation: Simulation;
  readonly #done: EventKind;
  readonly #members: Member[] = [];
  readonly #speedLimit: SpeedLimit;

  /**
   * `name` is unique in the simulation. `speedLimit` is asked whenever the jobs of a member change,
   * and after `limitChanged`.
   */
  constructor(simulation: Simulation, name: string, speedLimit: SpeedLimit = noLimit) {
    this.#simulation = simulation;
    this.#speedLimit = speedLimit;
    this.#done = simulation.defineEvent(`${name}.JobServed`, (member) => this.#finish(member));
  }

  /** Adds a station of `units`, more than 0; a fraction slows even a single job. */
  add(units: number): void {
    assert(units > 0, 'a shared station needs a capacity above 0');
    const rate = PER_US * Math.min(1, units);
    this.#members.push({ units, jobs: [], virtual: 0, rate, since: 0, timer: -1 });
  }

  /** Jobs that a station works on. */
  jobsOf(member: number): number {
    return (this.#members[member] as Member).jobs.length;
  }

  /** Works for `workUs` of full speed, then fires the continuation. */
  run(member: number, workUs: number, kind: EventKind, target: number, arg = 0): void {
    const station = this.#members[member] as Member;
    this.#advance(station);
    const end = station.virtual + Math.round(workUs * PER_US);
    const { jobs } = station;
    let place = jobs.length;
    while (place > 0 && jobs[place - 1]!.end > end) place--;
    jobs.splice(place, 0, { end, kind, target, arg });
    this.#plan(member, station);
  }

  /** The jobs of a member may go faster or slower from now on. */
  limitChanged(member: number): void {
    const station = this.#members[member] as Member;
    this.#advance(station);
    this.#plan(member, station);
  }

  #advance(station: Member): void {
    const { now } = this.#simulation;
    station.virtual += Math.round((now - station.since) * station.rate);
    station.since = now;
  }

  #plan(member: number, station: Member): void {
    const { units, jobs } = station;
    const limit = this.#speedLimit(member, jobs.length);
    station.rate = PER_US * Math.min(1, units / Math.max(1, jobs.length), limit);
    const [first] = jobs;
    if (first === undefined) return;
    const left = Math.max(0, first.end - station.virtual);
    const at = this.#simulation.now + Math.ceil(left / station.rate);
    if (station.timer < 0 || !this.#simulation.reschedule(station.timer, at)) {
      station.timer = this.#simulation.at(at, this.#done, member);
    }
  }

  #finish(member: number): void {
    const station = this.#members[member] as Member;
    station.timer = -1;
    this.#advance(station);
    const job = station.jobs.shift() as Job;
    this.#plan(member, station);
    this.#simulation.fire(job.kind, job.target, job.arg);
  }
}
