// Ways to the pods of each node in the network of the cloud: every 10 s the routes that there are
// are compared with the pod ranges of the nodes. What is missing is created, up to 200 at a time,
// and a node that has its route is told so by its condition; routes of nodes that are gone are
// deleted. What fails is tried again by the next pass.
// Source: Kubernetes v1.36 staging cloud-provider controllers/route/route_controller.go
// (reference: nodes-controllers 4.3).
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Node, NodeCondition } from '../../api/node.js';
import { EventRecorder } from '../../client/event-recorder.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import type { CloudAnswer, CloudRoute } from '../cloud-provider.js';
import {
  type CloudControllerOptions,
  cloudControllerManagerName,
} from './cloud-controller-options.js';
import { cloudControllerManagerConstants as constants } from './constants.js';

const NAME = `${cloudControllerManagerName}/route`;
const CONDITION = 'NetworkUnavailable';

interface Change {
  readonly route: CloudRoute;
  readonly isWanted: boolean;
}

export class RouteController {
  readonly #options: CloudControllerOptions;
  readonly #recorder: EventRecorder;
  readonly #passDue: EventKind;
  #passStartUs: SimTime = 0;
  #changes: Change[] = [];
  #inFlight = 0;

  constructor(options: CloudControllerOptions) {
    const { simulation, client } = options;
    this.#options = options;
    this.#recorder = new EventRecorder(simulation, 'route-controller', client);
    this.#passDue = simulation.defineEvent(`${NAME}.PassDue`, () => this.#beginPass());
  }

  start(): void {
    this.#beginPass();
  }

  #beginPass(): void {
    const { simulation, cloud } = this.#options;
    this.#passStartUs = simulation.now;
    cloud.routes.list(this.#onListed, undefined);
  }

  readonly #onListed = ({ fault, routes = [] }: CloudAnswer): void => {
    this.#options.monitor?.routesSynced();
    if (fault === undefined) this.#compare(routes);
    this.#goOn();
  };

  #compare(routes: readonly CloudRoute[]): void {
    const { nodes } = this.#options;
    const known = new Map(routes.map((route) => [route.nodeName, route]));
    for (const node of nodes.store.values()) {
      const podCidr = node.spec.podCIDR ?? '';
      const nodeName = node.metadata.name;
      if (podCidr === '') continue;
      if (known.get(nodeName)?.podCidr === podCidr) this.#report(node, true);
      else this.#changes.push({ route: { nodeName, podCidr }, isWanted: true });
    }
    for (const route of routes) {
      const podCidr = nodes.get(route.nodeName)?.spec.podCIDR;
      if (podCidr !== route.podCidr) this.#changes.push({ route, isWanted: false });
    }
  }

  #goOn(): void {
    const { cloud, simulation, settings } = this.#options;
    while (this.#inFlight < constants.concurrentRouteOperations) {
      const change = this.#changes.shift();
      if (change === undefined) break;
      this.#inFlight++;
      const { routes } = cloud;
      if (change.isWanted) routes.create(change.route, this.#onChanged, change);
      else routes.delete(change.route, this.#onChanged, change);
    }
    if (this.#inFlight > 0) return;
    const dueUs = this.#passStartUs + settings.routeReconciliationPeriodUs;
    simulation.at(Math.max(dueUs, simulation.now), this.#passDue);
  }

  readonly #onChanged = ({ fault }: CloudAnswer, { route, isWanted }: Change): void => {
    this.#inFlight--;
    const node = this.#options.nodes.get(route.nodeName);
    if (isWanted && node !== undefined) {
      this.#report(node, fault === undefined);
      if (fault !== undefined) {
        const what = `${route.nodeName} ${route.podCidr}`;
        const message = `Could not create route for node ${what}: ${fault}`;
        this.#recorder.record(node, 'Warning', 'FailedToCreateRoute', message);
      }
    }
    this.#goOn();
  };

  /** Says in the node's status whether it can be reached, if that is news. */
  #report(node: Node, isRouted: boolean): void {
    const { client, simulation } = this.#options;
    const status = isRouted ? 'False' : 'True';
    if (conditionOf(node)?.status === status) return;
    const { now } = simulation;
    const apply = (current: KubernetesObject): KubernetesObject =>
      withCondition(current as Node, isRouted, now);
    const { name } = node.metadata;
    const patch = { bytes: constants.patchBytes, apply };
    const request = { verb: 'patch', resource: 'nodes', namespace: '', name, patch } as const;
    client.send({ ...request, subresource: 'status' }, () => {});
  }
}

function conditionOf({ status }: Node): NodeCondition | undefined {
  return status?.conditions?.find(({ type }) => type === CONDITION);
}

function withCondition(node: Node, isRouted: boolean, now: SimTime): Node {
  const others = (node.status?.conditions ?? []).filter(({ type }) => type !== CONDITION);
  const condition: NodeCondition = {
    type: CONDITION,
    status: isRouted ? 'False' : 'True',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    reason: isRouted ? 'RouteCreated' : 'NoRouteCreated',
    message: isRouted
      ? 'RouteController created a route'
      : 'RouteController failed to create a route',
  };
  return { ...node, status: { ...node.status, conditions: [...others, condition] } };
}
