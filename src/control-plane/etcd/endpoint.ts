// One end of a client's connection to one member. While the connection is broken the client tries
// again with growing waits, as gRPC does; nobody has to be woken for that, since it only matters
// when the next request comes.
// Left out: the jitter of gRPC's waits.
// Source: gRPC connection backoff; etcd v3.6 client/v3 (reference: controlplane B8).
import type { Simulation } from '../../kernel/simulation.js';
import type { Link } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import { etcdClientConstants } from './constants.js';
import type { Member } from './member.js';
import type { Session } from './session.js';

/** The way to a member; absent links: it is on the same machine. */
export interface EndpointLinks {
  readonly up: Link | undefined;
  readonly down: Link | undefined;
}

export class Endpoint {
  readonly member: Member;
  readonly session: Session;
  readonly #simulation: Simulation;
  readonly #links: EndpointLinks;
  /** When the broken connection is tried next; -1: it stands. */
  #attemptUs: SimTime = -1;
  #waitUs = 0;

  constructor(simulation: Simulation, member: Member, session: Session, links: EndpointLinks) {
    this.#simulation = simulation;
    this.member = member;
    this.session = session;
    this.#links = links;
  }

  get isLocal(): boolean {
    return this.#links.up === undefined;
  }

  /** Whether requests can be sent; makes up for the attempts since it broke. */
  get isStanding(): boolean {
    const { now } = this.#simulation;
    while (this.#attemptUs >= 0 && this.#attemptUs <= now) {
      const { state, startedUs } = this.member;
      if (state !== 'down' && startedUs <= this.#attemptUs) this.#attemptUs = -1;
      else this.#waitLonger();
    }
    return this.#attemptUs < 0;
  }

  /** The connection broke: the first attempt is made at once. */
  lost(): void {
    if (this.#attemptUs >= 0) return;
    this.session.reset();
    this.#attemptUs = this.#simulation.now;
    this.#waitUs = etcdClientConstants.reconnectWaitUs;
    this.#waitLonger();
  }

  /** When what is sent now arrives at the member. */
  arrivalUs(bytes: number): SimTime {
    const { now } = this.#simulation;
    return this.#links.up === undefined ? now : this.#links.up.send(now, bytes);
  }

  /** When what leaves the member at a time arrives at the client. */
  answerUs(sentUs: SimTime, bytes: number): SimTime {
    return this.#links.down === undefined ? sentUs : this.#links.down.send(sentUs, bytes);
  }

  /** When what was sent to the client has left. */
  get downFreeUs(): SimTime {
    return this.#links.down?.freeUs ?? 0;
  }

  #waitLonger(): void {
    const { reconnectFactor, reconnectMaxWaitUs } = etcdClientConstants;
    this.#attemptUs += Math.round(this.#waitUs);
    this.#waitUs = Math.min(reconnectMaxWaitUs, this.#waitUs * reconnectFactor);
  }
}
