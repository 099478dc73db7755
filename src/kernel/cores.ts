// The cores of a machine, the threads that the operating system runs on them, and the jobs that
// threads run. A process has no more threads than there are cores, as a Go process has; they take
// its jobs in order of arrival, and put a long one back behind the others from time to time. A
// thread keeps its core while it has jobs, and hands it on after a time slice when other threads
// wait. So a process with one job is not drowned by one with hundreds, and what comes while it
// waits is then done in one go.
// Left out: priorities, affinity, preemption by a thread that wakes up, Go's work stealing.
// Source: Go 1.26 runtime/proc.go (forcePreemptNS); Linux 6.12 kernel/sched/fair.c (base_slice).
import type { EventHandle } from './event-queue.js';
import type { EventKind, Simulation } from './simulation.js';
import { StationMeter } from './station-meter.js';
import type { SimTime } from './time.js';

/** A thread hands its core on after this time when others wait, µs: base_slice of Linux. */
const THREAD_SLICE_US = 3_000;
/** A job goes behind the others of its process when it has run so long, µs: forcePreemptNS of Go. */
const JOB_SLICE_US = 10_000;
/** Work and its ends are kept in whole 1/64 µs; what follows from an end comes at the next µs. */
const PER_US = 64;
const NONE = -1;

/** What one core does. */
interface Core {
  /** NONE while it is idle, or while the continuation of its last job runs. */
  job: number;
  /** When the job began to run here, in 1/64 µs: jobs in line follow each other without a gap. */
  since: number;
  /** When its thread has to hand it on. */
  sliceEnd: SimTime;
  /** The planned end of the stretch. */
  timer: EventHandle;
}

/** One process: a line of jobs, and threads that run or wait for a core. */
interface Process {
  readonly index: number;
  /** Called with the kind of its last job when that has ended and no other has come. */
  readonly emptied: (kind: EventKind) => void;
  head: number;
  tail: number;
  running: number;
  waiting: number;
  usedUs: number;
}

/** Cores without costs of their own; `CpuHost` is a process' view of them. O(1) per job. */
export class Cores {
  readonly meter: StationMeter;
  readonly #simulation: Simulation;
  readonly #stretchEnded: EventKind;
  readonly #cores: Core[];
  readonly #idle: number[] = [];
  /** Of the work of a job per µs: below 1 where the capacity is not whole. */
  readonly #speed: number;
  readonly #processes: Process[] = [];
  /** Threads that wait for a core: the job that one was interrupted in, or -1 - its process. */
  readonly #line: number[] = [];
  #jobs = 0;
  // Columns by job.
  readonly #kind: EventKind[] = [];
  readonly #target: number[] = [];
  readonly #arg: number[] = [];
  readonly #process: number[] = [];
  /** Time on a core that it still needs. */
  readonly #leftUs: number[] = [];
  /** Time that it has run since it was last put behind others. */
  readonly #ranUs: number[] = [];
  /** The next in the line of its process, or in the list of free numbers. */
  readonly #following: number[] = [];
  #free = NONE;

  constructor(simulation: Simulation, name: string, cores: number) {
    this.#simulation = simulation;
    this.meter = new StationMeter(name, cores);
    const count = Math.ceil(cores);
    this.#speed = cores / count;
    this.#cores = Array.from({ length: count }, () => ({
      job: NONE,
      since: 0,
      sliceEnd: 0,
      timer: NONE,
    }));
    for (let core = count - 1; core >= 0; core--) this.#idle.push(core);
    this.#stretchEnded = simulation.defineEvent(`${name}.CpuTimeUsed`, (core) => {
      this.#endStretch(core);
    });
  }

  /** Adds a process; `emptied` is called with the kind of its last job when it has none any more. */
  join(emptied: (kind: EventKind) => void): number {
    const index = this.#processes.length;
    const line = { head: NONE, tail: NONE, running: 0, waiting: 0 };
    this.#processes.push({ index, emptied, ...line, usedUs: 0 });
    return index;
  }

  /** Whether a process has nothing to do. */
  isAsleep(index: number): boolean {
    const { running, waiting } = this.#processes[index] as Process;
    return running + waiting === 0;
  }

  /** Whether no thread waits for a core. */
  get isUncontended(): boolean {
    return this.#line.length === 0;
  }

  /** Gives a process a job of so much work; then the continuation fires. */
  run(index: number, workUs: number, kind: EventKind, target: number, arg: number): void {
    const process = this.#processes[index] as Process;
    const job = this.#add(kind, target, arg);
    this.#process[job] = index;
    this.#leftUs[job] = Math.round((workUs / this.#speed) * PER_US) / PER_US;
    this.#ranUs[job] = 0;
    this.#jobs++;
    this.#queue(process, job);
    if (process.running + process.waiting < this.#cores.length) {
      const core = this.#idle.pop();
      if (core === undefined) this.#waitForCore(process, -1 - index);
      else {
        process.running++;
        this.#beginSlice(core, this.#takeJob(process), this.#simulation.now);
      }
    }
    this.#measure();
  }

  /** CPU time that a process has used so far, µs. */
  usedUs(index: number): number {
    const { now } = this.#simulation;
    let { usedUs } = this.#processes[index] as Process;
    for (const { job, since } of this.#cores) {
      if (job !== NONE && this.#process[job] === index) usedUs += (now - since) * this.#speed;
    }
    return usedUs;
  }

  #add(kind: EventKind, target: number, arg: number): number {
    const job = this.#free === NONE ? this.#kind.length : this.#free;
    if (job === this.#free) this.#free = this.#following[job] as number;
    this.#kind[job] = kind;
    this.#target[job] = target;
    this.#arg[job] = arg;
    return job;
  }

  #queue(process: Process, job: number): void {
    this.#following[job] = NONE;
    if (process.head === NONE) process.head = job;
    else this.#following[process.tail] = job;
    process.tail = job;
  }

  #takeJob(process: Process): number {
    const job = process.head;
    process.head = this.#following[job] as number;
    return job;
  }

  /** A thread goes to the end of the line; those that run may have to hand their cores on. */
  #waitForCore(process: Process, thread: number): void {
    process.waiting++;
    if (this.#line.push(thread) > 1) return;
    for (let core = 0; core < this.#cores.length; core++) this.#plan(core);
  }

  #beginSlice(index: number, job: number, since: number): void {
    (this.#cores[index] as Core).sliceEnd = this.#simulation.now + THREAD_SLICE_US;
    this.#beginStretch(index, job, since);
  }

  #beginStretch(index: number, job: number, since: number): void {
    const core = this.#cores[index] as Core;
    core.job = job;
    core.since = since;
    this.#plan(index);
  }

  /** Plans when a core has to look again: at the end of the job or of a slice. */
  #plan(index: number): void {
    const core = this.#cores[index] as Core;
    const { job, since } = core;
    if (job === NONE) return;
    const jobSliceUs = JOB_SLICE_US - (this.#ranUs[job] as number);
    let at = Math.ceil(since + Math.min(this.#leftUs[job] as number, jobSliceUs));
    if (this.#line.length > 0) at = Math.min(at, Math.max(core.sliceEnd, this.#simulation.now));
    if (core.timer === NONE || !this.#simulation.reschedule(core.timer, at)) {
      core.timer = this.#simulation.at(at, this.#stretchEnded, index);
    }
  }

  #endStretch(index: number): void {
    const core = this.#cores[index] as Core;
    const { job } = core;
    core.timer = NONE;
    core.job = NONE;
    const process = this.#processes[this.#process[job] as number] as Process;
    const leftUs = this.#leftUs[job] as number;
    const ranUs = Math.min(leftUs, this.#simulation.now - core.since);
    process.usedUs += ranUs * this.#speed;
    this.#leftUs[job] = leftUs - ranUs;
    this.#ranUs[job] = (this.#ranUs[job] as number) + ranUs;
    core.since += ranUs;
    if (ranUs === leftUs) this.#finish(core, index, process, job);
    else if ((this.#ranUs[job] as number) >= JOB_SLICE_US) {
      this.#ranUs[job] = 0;
      this.#queue(process, job);
      this.#goOn(index, process, core.since);
    } else if (this.#line.length > 0) {
      process.running--;
      this.#waitForCore(process, job);
      this.#handOn(index, core.since);
    } else this.#beginSlice(index, job, core.since);
    this.#measure();
  }

  #finish(core: Core, index: number, process: Process, job: number): void {
    const kind = this.#kind[job] as EventKind;
    const target = this.#target[job] as number;
    const arg = this.#arg[job] as number;
    this.#following[job] = this.#free;
    this.#free = job;
    this.#jobs--;
    this.meter.served++;
    const isAwaited = process.head !== NONE || this.#line.length > 0;
    const since = isAwaited ? core.since : this.#simulation.now;
    // What the continuation asks for comes behind what is there already.
    this.#simulation.fire(kind, target, arg);
    this.#goOn(index, process, since);
    if (process.running + process.waiting === 0) process.emptied(kind);
  }

  /** The thread of a process takes its next job, when there is one and its slice has not ended. */
  #goOn(index: number, process: Process, since: number): void {
    const { sliceEnd } = this.#cores[index] as Core;
    if (process.head === NONE) {
      process.running--;
      this.#handOn(index, since);
    } else if (this.#line.length === 0 || this.#simulation.now < sliceEnd) {
      this.#beginStretch(index, this.#takeJob(process), since);
    } else {
      process.running--;
      this.#waitForCore(process, -1 - process.index);
      this.#handOn(index, since);
    }
  }

  /** Gives a core to the thread that has waited longest and still has something to do. */
  #handOn(index: number, since: number): void {
    if (this.#line.length === 0) {
      this.#idle.push(index);
      return;
    }
    for (let next = this.#line.shift(); next !== undefined; next = this.#line.shift()) {
      const process = this.#processes[next < 0 ? -1 - next : (this.#process[next] as number)];
      if (process === undefined) continue;
      process.waiting--;
      if (next < 0 && process.head === NONE) continue;
      process.running++;
      this.#beginSlice(index, next < 0 ? this.#takeJob(process) : next, since);
      return;
    }
    this.#idle.push(index);
  }

  #measure(): void {
    const running = this.#cores.length - this.#idle.length;
    const waiting = Math.max(0, this.#jobs - running);
    this.meter.set(this.#simulation.now, running * this.#speed, waiting);
  }
}
