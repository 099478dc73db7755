// What becomes of one connection to a Service: the rules of the client's node at that instant name
// an endpoint, and what is at that address answers or does not. In userspace mode the proxy itself
// tries one endpoint after the other.
// Left out: packet loss, connection tracking tables that are full, the time of a connection in
// queues of its server.
import type { Endpoint } from '../../api/endpoint-slice.js';
import type { Way } from '../../client/connection.js';
import type { RandomStream } from '../../kernel/random-stream.js';
import type { SimTime } from '../../kernel/time.js';
import { Balancer, firstPacketUs } from '../../node/kube-proxy/balancer.js';
import { kubeProxyConstants } from '../../node/kube-proxy/constants.js';
import { isLocalOnly, type TrafficOrigin } from '../../node/kube-proxy/endpoint-choice.js';
import type { KubeProxyFleet } from '../../node/kube-proxy/kube-proxy-fleet.js';
import type { ServiceHistory, ServiceVersion } from '../../node/kube-proxy/service-history.js';
import type { Answer, PodServer, PodServersTable } from './pod-servers-table.js';
import type { ConnectionOutcome } from './traffic-counts.js';

/** The nodes as the dialer knows them: by index and by name. */
export interface DialerNodes {
  readonly names: readonly string[];
  readonly zones: readonly string[];
  readonly indexes: ReadonlyMap<string, number>;
}

export interface DialerOptions {
  readonly proxies: KubeProxyFleet;
  readonly servers: PodServersTable;
  readonly nodes: DialerNodes;
  readonly history: ServiceHistory;
  /** What becomes of packets between two nodes now. */
  readonly wayBetween: (one: string, other: string) => Way;
  readonly origin: TrafficOrigin;
  /** To another node and back, µs. */
  readonly roundTripUs: number;
  readonly timeoutUs: number;
  readonly balancing: RandomStream;
  readonly latencies: RandomStream;
}

/** Connects to one Service. The fields say what has become of the last connection. */
export class Dialer {
  outcome: ConnectionOutcome = 'noEndpoints';
  /** Until the client knew, µs. */
  waitedUs = 0;
  /** Who has accepted it. */
  server: PodServer | undefined;
  readonly #options: DialerOptions;
  readonly #balancer: Balancer;

  constructor(options: DialerOptions) {
    this.#options = options;
    this.#balancer = new Balancer(options.balancing);
  }

  /** Whether the rules of a node name an endpoint now. */
  canReach(node: number, at: SimTime): boolean {
    const { proxies, history, origin } = this.#options;
    const place = this.#placeOf(node);
    return (proxies.rulesAt(history, node, at)?.usedBy(place, origin).length ?? 0) > 0;
  }

  /** Whether the rules of a node know any endpoint now, wherever it is. */
  knowsEndpoints(node: number, at: SimTime): boolean {
    const { proxies, history } = this.#options;
    return proxies.rulesAt(history, node, at)?.endpoints.some(isUsable) === true;
  }

  /** Whether two nodes are in the same zone; not where they are in none. */
  isSameZone(a: number, b: number): boolean {
    const { zones } = this.#options.nodes;
    return zones[a] === zones[b] && (zones[a] ?? '') !== '';
  }

  /** One connection of a client on a node. */
  dial(node: number, client: string, at: SimTime): void {
    const { proxies, history, origin, timeoutUs, roundTripUs } = this.#options;
    this.server = undefined;
    const rules = proxies.rulesAt(history, node, at);
    const used = rules?.usedBy(this.#placeOf(node), origin) ?? [];
    if (rules?.service === undefined || used.length === 0) {
      this.outcome = 'noEndpoints';
      this.waitedUs = isRejected(rules, origin) ? roundTripUs : timeoutUs;
      return;
    }
    const { mode } = proxies.settingsOf(node);
    const { latencies } = this.#options;
    this.waitedUs = firstPacketUs(mode, proxies.servicePorts, used.length, latencies);
    const tries = mode === 'userspace' ? kubeProxyConstants.userspaceDials : 1;
    for (let tried = 0; tried < tries; tried++) {
      const endpoint = this.#balancer.pick(mode, node, rules.service, used, client, at);
      const answer = this.#answerOf(node, endpoint, at);
      if (answer === 'accepted') {
        this.waitedUs += roundTripUs;
        this.outcome = 'ok';
        this.server = this.#options.servers.at(endpoint.addresses[0] ?? '');
        return;
      }
      this.waitedUs += answer === 'refused' ? roundTripUs : this.#silenceUs(tries, tried);
      this.outcome = answer === 'refused' ? 'refused' : 'timedOut';
    }
    this.waitedUs = Math.min(this.waitedUs, timeoutUs);
  }

  /** How long nobody's answer is awaited: by the client, or by a proxy that has other endpoints. */
  #silenceUs(tries: number, tried: number): number {
    if (tries === 1) return this.#options.timeoutUs;
    return kubeProxyConstants.userspaceDialTimeoutUs * (1 << tried);
  }

  #answerOf(from: number, endpoint: Endpoint, at: SimTime): Answer {
    const { addresses, targetRef, nodeName = '' } = endpoint;
    const { servers, nodes, wayBetween } = this.#options;
    const way = wayBetween(nodes.names[from] ?? '', nodeName);
    if (way !== 'open') return way === 'dropped' ? 'silent' : 'refused';
    const node = nodes.indexes.get(nodeName) ?? -1;
    return servers.answer(addresses[0] ?? '', targetRef?.uid, node, at);
  }

  #placeOf(node: number): { name: string; zone: string } {
    const { names, zones } = this.#options.nodes;
    return { name: names[node] ?? '', zone: zones[node] ?? '' };
  }
}

/**
 * Rules without any endpoint reject at once; those of a local policy whose node has none drop, and
 * without rules nobody answers.
 */
function isRejected(rules: ServiceVersion | undefined, origin: TrafficOrigin): boolean {
  if (rules?.service === undefined) return false;
  return !isLocalOnly(rules.service, origin) || !rules.endpoints.some(isUsable);
}

function isUsable({ conditions }: Endpoint): boolean {
  return conditions?.ready !== false;
}
