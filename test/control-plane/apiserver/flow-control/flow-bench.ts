// A FlowController by itself: requests that take a given time to serve, and what became of each.
import type { FlowSchema, PriorityLevelConfiguration } from '../../../../src/api/flow-control.js';
import {
  mandatoryFlowSchemas,
  mandatoryPriorityLevels,
  suggestedFlowSchemas,
  suggestedPriorityLevels,
} from '../../../../src/api/flow-control-bootstrap.js';
import { SeatLimits } from '../../../../src/checkers/seat-limits.js';
import type { Caller } from '../../../../src/client/api-call.js';
import type { ApiRequest } from '../../../../src/client/api-request.js';
import { groupsOf } from '../../../../src/client/user-groups.js';
import { FlowController } from '../../../../src/control-plane/apiserver/flow-control/flow-controller.js';
import { ObjectCounts } from '../../../../src/control-plane/apiserver/flow-control/object-counts.js';
import { Principals } from '../../../../src/control-plane/apiserver/flow-control/principal.js';
import type { PriorityLevel } from '../../../../src/control-plane/apiserver/flow-control/priority-level.js';
import { WatchCounts } from '../../../../src/control-plane/apiserver/flow-control/watch-counts.js';
import { WorkEstimator } from '../../../../src/control-plane/apiserver/flow-control/work-estimator.js';
import { Simulation } from '../../../../src/kernel/simulation.js';

export const allLevels: readonly PriorityLevelConfiguration[] = [
  ...mandatoryPriorityLevels,
  ...suggestedPriorityLevels,
];
export const allSchemas: readonly FlowSchema[] = [...mandatoryFlowSchemas, ...suggestedFlowSchemas];

export const getPod: ApiRequest = {
  verb: 'get',
  resource: 'pods',
  namespace: 'default',
  name: 'a',
};

/** One request and its fate; times in µs, -1 for what did not happen. */
export interface Sent {
  readonly user: string;
  readonly arrivedUs: number;
  startedUs: number;
  endedUs: number;
  /** Of a request that was turned away, s; else 0. */
  retryAfterSeconds: number;
}

export interface FlowBenchOptions {
  readonly levels?: readonly PriorityLevelConfiguration[];
  readonly schemas?: readonly FlowSchema[];
  readonly seats?: number;
  /** Instead of what is known of objects and watches. */
  readonly estimator?: Pick<WorkEstimator, 'estimate'>;
}

export class FlowBench {
  readonly simulation: Simulation;
  readonly objects = new ObjectCounts();
  readonly watches = new WatchCounts();
  readonly flows: FlowController;
  readonly #seats: SeatLimits;
  readonly sent: Sent[] = [];
  readonly #principals = new Principals();
  readonly #callers = new Map<string, Caller>();
  readonly #serviceUs: number[] = [];
  readonly #isWatch: boolean[] = [];
  readonly #served: number;
  readonly #arrived: number;
  readonly #later: (() => void)[] = [];

  constructor(options: FlowBenchOptions = {}) {
    const { levels = allLevels, schemas = allSchemas, seats = 600 } = options;
    this.simulation = new Simulation('flows');
    this.#seats = new SeatLimits(this.simulation);
    this.#served = this.simulation.defineEvent('test.RequestServed', (id) => this.#end(id));
    this.#arrived = this.simulation.defineEvent('test.RequestArrived', (id) => this.#later[id]?.());
    this.flows = new FlowController(this.simulation, {
      name: 'server',
      seats,
      requestTimeoutUs: 60_000_000,
      principals: this.#principals,
      estimator: options.estimator ?? new WorkEstimator(this.objects, this.watches),
      onExecute: (id) => {
        (this.sent[id] as Sent).startedUs = this.simulation.now;
        this.simulation.after(this.#serviceUs[id] as number, this.#served, id);
      },
      onTimedOut: (id, retryAfterSeconds) => {
        (this.sent[id] as Sent).retryAfterSeconds = retryAfterSeconds;
      },
      onSeats: (level) => this.#seats.seatsTaken(level),
    });
    this.flows.configure(levels, schemas);
  }

  /** Sends now. Ids are not reused, so that each request can be looked at afterwards. */
  send(user: string, serviceUs: number, request: ApiRequest = getPod): Sent {
    const id = this.sent.length;
    const sent: Sent = {
      user,
      arrivedUs: this.simulation.now,
      startedUs: -1,
      endedUs: -1,
      retryAfterSeconds: 0,
    };
    this.sent.push(sent);
    this.#serviceUs[id] = serviceUs;
    this.#isWatch[id] = request.verb === 'watch';
    const principal = this.#principals.of(this.caller(user));
    sent.retryAfterSeconds = this.flows.arrive(id, principal, request);
    return sent;
  }

  /** Calls back at a time. */
  at(us: number, then: () => void): void {
    this.simulation.at(us, this.#arrived, this.#later.push(then) - 1);
  }

  /** Sends each time one of its requests has ended, until `untilUs`. */
  loop(user: string, serviceUs: number, untilUs: number, request: ApiRequest = getPod): void {
    const next = (): void => {
      if (this.simulation.now >= untilUs) return;
      const sent = this.send(user, serviceUs, request);
      this.#onEnd.set(this.sent.indexOf(sent, this.sent.length - 1), next);
    };
    next();
  }

  readonly #onEnd = new Map<number, () => void>();

  caller(user: string): Caller {
    let caller = this.#callers.get(user);
    if (caller === undefined) {
      const own = user === 'admin' ? ['system:masters'] : [];
      caller = { user, groups: groupsOf(user, own) } as unknown as Caller;
      this.#callers.set(user, caller);
    }
    return caller;
  }

  level(name: string): PriorityLevel {
    return this.flows.levels.find((level) => level.name === name) as PriorityLevel;
  }

  /** Levels that gave seats which they did not have. */
  get faults(): readonly string[] {
    return this.#seats.violations;
  }

  /** Limits by level. */
  get limits(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.flows.levels.map(({ name, limit }) => [name, limit]));
  }

  run(untilUs: number): void {
    this.simulation.run(untilUs);
  }

  #end(id: number): void {
    (this.sent[id] as Sent).endedUs = this.simulation.now;
    this.flows.finish(id, this.#isWatch[id] as boolean);
    const next = this.#onEnd.get(id);
    this.#onEnd.delete(id);
    next?.();
  }
}

/** A level of so many seats with its own schema for every user, beside the mandatory ones. */
export function oneLevel(
  queues: number,
  handSize: number,
  queueLengthLimit = 50,
  more: { readonly lendablePercent?: number; readonly borrowingLimitPercent?: number } = {},
): { levels: readonly PriorityLevelConfiguration[]; schemas: readonly FlowSchema[] } {
  const queuing = { queues, handSize, queueLengthLimit };
  const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
  return {
    levels: [
      {
        apiVersion,
        kind: 'PriorityLevelConfiguration',
        metadata: { name: 'only' },
        spec: {
          type: 'Limited',
          limited: {
            nominalConcurrencyShares: 1000,
            borrowingLimitPercent: 0,
            limitResponse: { type: 'Queue', queuing },
            ...more,
          },
        },
      },
    ],
    schemas: [
      {
        apiVersion,
        kind: 'FlowSchema',
        metadata: { name: 'everyone' },
        spec: {
          priorityLevelConfiguration: { name: 'only' },
          matchingPrecedence: 500,
          distinguisherMethod: { type: 'ByUser' },
          rules: [
            {
              subjects: [{ kind: 'User', user: { name: '*' } }],
              resourceRules: [
                {
                  verbs: ['*'],
                  apiGroups: ['*'],
                  resources: ['*'],
                  namespaces: ['*'],
                  clusterScope: true,
                },
              ],
            },
          ],
        },
      },
    ],
  };
}
