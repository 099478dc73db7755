// The routes of a cloud follow the nodes: those that are missing are made, those of nodes that are
// gone or have another range are deleted, and what fails comes again with the next pass.
import { expect, test } from 'vitest';
import type { Event } from '../../../src/api/event.js';
import type { Node } from '../../../src/api/node.js';
import { Informer } from '../../../src/client/informer.js';
import { RouteController } from '../../../src/control-plane/cloud-controller-manager/route-controller.js';
import type {
  CloudFault,
  CloudProvider,
  CloudRoute,
  CloudRoutes,
} from '../../../src/control-plane/cloud-provider.js';
import type { Simulation } from '../../../src/kernel/simulation.js';
import { TestControlPlane } from '../../support/control-plane.js';
import { node } from '../../support/objects.js';

/** Routes that answer after 100 ms, and what was asked of them. */
class FakeRoutes implements CloudRoutes {
  readonly asked: string[] = [];
  fault: CloudFault | undefined;
  readonly #routes = new Map<string, CloudRoute>();
  readonly #answers: (() => void)[] = [];
  readonly #answer: (answer: () => void) => void;

  constructor(simulation: Simulation) {
    const due = simulation.defineEvent('test.CloudAnswered', () => this.#answers.shift()?.());
    this.#answer = (answer) => {
      this.#answers.push(answer);
      simulation.after(100_000, due);
    };
  }

  readonly list: CloudRoutes['list'] = (onDone, context) =>
    this.#answer(() => onDone({ routes: [...this.#routes.values()] }, context));

  readonly create: CloudRoutes['create'] = (route, onDone, context) => {
    const { fault } = this;
    this.asked.push(`create ${route.nodeName} ${route.podCidr}`);
    if (fault !== undefined) return this.#answer(() => onDone({ fault }, context));
    this.#routes.set(`${route.nodeName} ${route.podCidr}`, route);
    this.#answer(() => onDone({}, context));
  };

  readonly delete: CloudRoutes['delete'] = (route, onDone, context) => {
    this.asked.push(`delete ${route.nodeName} ${route.podCidr}`);
    this.#routes.delete(`${route.nodeName} ${route.podCidr}`);
    this.#answer(() => onDone({}, context));
  };
}

const withRange = (name: string, podCIDR: string): Node => node(name, { podCIDR });

/** A controller that passes every 10 s, and one node. */
function started(fault?: CloudFault) {
  const plane = new TestControlPlane({ preload: [withRange('a', '10.0.1.0/24')] });
  const { simulation, host } = plane;
  const client = plane.client();
  const nodes = new Informer<Node>(simulation, { name: 'n', resource: 'nodes', client, host });
  const routes = new FakeRoutes(simulation);
  routes.fault = fault;
  const controller = new RouteController({
    ...{ simulation, host, client, nodes },
    cloud: { routes } as unknown as CloudProvider,
    services: undefined as never,
    settings: { routeReconciliationPeriodUs: 10_000_000 } as never,
  });
  nodes.whenSynced(() => controller.start());
  nodes.start();
  plane.wait(5_000_000);
  return { plane, client, routes };
}

const conditionOf = (plane: TestControlPlane, name: string): string | undefined => {
  const stored = plane.etcd.snapshot().values.find(({ metadata }) => metadata.name === name);
  const conditions = (stored as Node | undefined)?.status?.conditions;
  return conditions?.find(({ type }) => type === 'NetworkUnavailable')?.status;
};

test('a node gets its route, and is told once', () => {
  const { plane, routes } = started();
  expect(routes.asked).toEqual(['create a 10.0.1.0/24']);
  expect(conditionOf(plane, 'a')).toBe('False');
  plane.log.events.splice(0);
  plane.wait(30_000_000);
  expect(routes.asked).toHaveLength(1);
  expect(plane.log.events).toEqual([]);
});

test('the route of a node that is gone goes with the next pass', () => {
  const { plane, client, routes } = started();
  plane.request(client, { verb: 'delete', resource: 'nodes', namespace: '', name: 'a' });
  plane.wait(1_000_000);
  expect(routes.asked).toHaveLength(1);
  plane.wait(10_000_000);
  expect(routes.asked).toEqual(['create a 10.0.1.0/24', 'delete a 10.0.1.0/24']);
});

test('a node that has come back with another range gets another route', () => {
  const { plane, client, routes } = started();
  plane.request(client, { verb: 'delete', resource: 'nodes', namespace: '', name: 'a' });
  const body = withRange('a', '10.0.2.0/24');
  plane.request(client, { verb: 'create', resource: 'nodes', namespace: '', name: 'a', body });
  plane.wait(12_000_000);
  expect(routes.asked.slice(1)).toEqual(['create a 10.0.2.0/24', 'delete a 10.0.1.0/24']);
});

test('a route that is refused is asked for every 10 s, and the node says so', () => {
  const { plane, routes } = started('Throttling');
  plane.wait(20_000_000);
  expect(routes.asked).toEqual(new Array(3).fill('create a 10.0.1.0/24'));
  expect(conditionOf(plane, 'a')).toBe('True');
  const events = plane.etcd.snapshot().values.filter(({ kind }) => kind === 'Event') as Event[];
  expect(events.map(({ reason }) => reason)).toContain('FailedToCreateRoute');
  routes.fault = undefined;
  plane.wait(10_000_000);
  expect(conditionOf(plane, 'a')).toBe('False');
});
