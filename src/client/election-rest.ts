// The rest of those who try for one lease, where heartbeats are lazy: a leader that is well does
// not renew it, and candidates who have seen it held do not look. When the leader ends or the calm
// does, each carries on where it would stand had all of its tries been made: they are as far apart
// as they were, and take as long as the last one did.
import type { SimTime } from '../kernel/time.js';
import type { LazyHeartbeats } from './lazy-heartbeats.js';

/** One that tries for the lease. */
export interface RestingElector {
  /** From the answer to a try to the next try, µs; may draw. */
  nextDelayUs(): number;
  /**
   * Carries on: its next try is due at `dueUs`, its last one was answered at `answeredUs`. `isNew`:
   * the leader has renewed the lease since.
   */
  resume(dueUs: SimTime, answeredUs: SimTime, isNew: boolean): void;
}

/** A try that was made, as of which one rests. */
export interface LastTry {
  /** Version of the Lease that was seen or written. */
  readonly version: number | undefined;
  readonly sentUs: SimTime;
  readonly answeredUs: SimTime;
}

interface Rest {
  readonly elector: RestingElector;
  readonly tookUs: number;
  answeredUs: SimTime;
  dueUs: SimTime;
}

/** Shared by those who try for one lease. */
export class ElectionRest {
  readonly #heartbeats: LazyHeartbeats;
  readonly #now: () => SimTime;
  #leader: Rest | undefined;
  #version: number | undefined;
  #candidates: Rest[] = [];

  constructor(heartbeats: LazyHeartbeats, now: () => SimTime) {
    this.#heartbeats = heartbeats;
    this.#now = now;
    heartbeats.onDisturbed(() => this.#wake());
  }

  /** The leader rests after a renewal, if all is calm. True: its next one will not be made. */
  leaderRests(elector: RestingElector, renewal: LastTry): boolean {
    if (!this.#heartbeats.isCalm) return false;
    this.#leader = restAfter(elector, renewal);
    this.#version = renewal.version;
    return true;
  }

  /** A candidate rests after a look, if it has seen the version that a resting leader holds. */
  candidateRests(elector: RestingElector, look: LastTry): boolean {
    if (this.#leader === undefined || look.version !== this.#version) return false;
    this.#candidates.push(restAfter(elector, look));
    return true;
  }

  /** One has ended; without their leader the others look again. */
  leave(elector: RestingElector): void {
    this.#candidates = this.#candidates.filter((each) => each.elector !== elector);
    if (this.#leader?.elector === elector) this.#wake();
  }

  #wake(): void {
    const leader = this.#leader;
    if (leader === undefined) return;
    const now = this.#now();
    const candidates = this.#candidates;
    this.#leader = undefined;
    this.#candidates = [];
    advance(leader, now);
    leader.elector.resume(leader.dueUs, leader.answeredUs, false);
    for (const rest of candidates) {
      advance(rest, now);
      const { elector, dueUs, answeredUs } = rest;
      elector.resume(dueUs, answeredUs, leader.answeredUs > answeredUs);
    }
  }
}

function restAfter(elector: RestingElector, { sentUs, answeredUs }: LastTry): Rest {
  const dueUs = answeredUs + elector.nextDelayUs();
  return { elector, tookUs: answeredUs - sentUs, answeredUs, dueUs };
}

/** Makes all tries that are due by now. O(tries). */
function advance(rest: Rest, now: SimTime): void {
  while (rest.dueUs <= now) {
    rest.answeredUs = rest.dueUs + rest.tookUs;
    rest.dueUs = rest.answeredUs + rest.elector.nextDelayUs();
  }
}
