// Where the time of one goal goes: at every instant it waits for one activity, and while that is
// held up by the limit of a client, for this limit. The parts add up to the time that has passed.
import { type Activity, activities, limitOf } from './activities.js';
import type { LimitedClient } from './client-limits.js';

const INDEX: ReadonlyMap<Activity, number> = new Map(activities.map((each, i) => [each, i]));

const indexOf = (activity: Activity): number => INDEX.get(activity) as number;

/** Time by activity, µs, in the order of `activities`. */
export type ActivityTimes = Float64Array;

export class ActivityLedger {
  readonly #times: ActivityTimes = new Float64Array(activities.length);
  /** Names of the clients whose limits were waited for, by activity. */
  readonly clients = new Map<Activity, LimitedClient>();
  #activity: Activity = 'api_call';
  #client: LimitedClient | undefined;
  #sinceUs: number;
  /** What the client had waited by then. */
  #waitedBeforeUs = 0;

  constructor(now: number) {
    this.#sinceUs = now;
  }

  /** From now on it waits for that, which `client` does. Charges the time until now. */
  enter(now: number, activity: Activity, client: LimitedClient | undefined): void {
    if (activity === this.#activity && client === this.#client) return;
    this.#charge(now);
    this.#activity = activity;
    this.#client = client;
    this.#waitedBeforeUs = client?.waitedUs(now) ?? 0;
  }

  /** Time by activity until now. */
  timesAt(now: number): ActivityTimes {
    this.#charge(now);
    return this.#times.slice();
  }

  #charge(now: number): void {
    const passedUs = now - this.#sinceUs;
    if (passedUs === 0) return;
    const limit = limitOf(this.#activity);
    const client = this.#client;
    let waitedUs = 0;
    if (limit !== undefined && client !== undefined) {
      waitedUs = client.waitedUs(now) - this.#waitedBeforeUs;
      if (waitedUs > 0) {
        this.#add(limit, waitedUs);
        this.clients.set(limit, client);
      }
    }
    this.#add(this.#activity, passedUs - waitedUs);
    this.#sinceUs = now;
    this.#waitedBeforeUs += waitedUs;
  }

  #add(activity: Activity, us: number): void {
    const index = indexOf(activity);
    this.#times[index] = (this.#times[index] as number) + us;
  }
}

/** One part of the way of a change. */
export interface PathPart {
  readonly activity: Activity;
  readonly us: number;
  /** The client whose limit it is. */
  readonly client: LimitedClient | undefined;
}

/** The parts that took time between two readings of a ledger, longest first. */
export function pathBetween(
  before: ActivityTimes | undefined,
  after: ActivityTimes,
  clients: ReadonlyMap<Activity, LimitedClient>,
): readonly PathPart[] {
  return activities
    .map((activity, i) => ({
      activity,
      us: (after[i] as number) - (before?.[i] ?? 0),
      client: clients.get(activity),
    }))
    .filter(({ us }) => us > 0);
}
