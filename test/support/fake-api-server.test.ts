// The API server of the component tests keeps the rules that components rely on.
import { describe, expect, test } from 'vitest';
import type { Binding } from '../../src/api/binding.js';
import type { KubernetesObject } from '../../src/api/kubernetes-object.js';
import type { Pod } from '../../src/api/pod.js';
import { ApiClient } from '../../src/client/api-client.js';
import type { ApiRequest, ApiResponse } from '../../src/client/api-request.js';
import { ApiTransport } from '../../src/client/api-transport.js';
import { Informer } from '../../src/client/informer.js';
import { distribution } from '../../src/kernel/distributions.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { Link } from '../../src/kernel/stations.js';
import { FakeApiServer, refusal } from './fake-api-server.js';

class Setup {
  readonly simulation = new Simulation('fake');
  readonly transport = new ApiTransport(this.simulation);
  readonly server = new FakeApiServer(this.transport);
  readonly client: ApiClient;

  constructor() {
    const delay = distribution({ kind: 'constant', value: 100 });
    const link = (way: string) => new Link(this.simulation, way, delay, 1e9);
    const connection = { up: link('up'), down: link('down'), server: this.server };
    this.client = new ApiClient(this.transport, { name: 'c', user: 'c', connection });
  }

  send(request: Partial<ApiRequest> & Pick<ApiRequest, 'verb'>): ApiResponse {
    let response: ApiResponse | undefined;
    const defaults = { resource: 'pods', namespace: 'default', name: 'p' };
    this.client.send({ ...defaults, ...request }, (call) => {
      response = call.response;
    });
    this.simulation.run();
    return response as ApiResponse;
  }
}

function pod(name: string, spec: Partial<Pod['spec']> = {}): Pod {
  const metadata = { name, namespace: 'default' };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [], ...spec } };
}

const bindingTo = (node: string): Binding => ({
  apiVersion: 'v1',
  kind: 'Binding',
  metadata: { name: 'p', namespace: 'default' },
  target: { kind: 'Node', name: node },
});

describe('reads and writes', () => {
  test('a create gives identity, and cannot be repeated', () => {
    const { server, send } = bound(new Setup());
    const { object, code } = send({ verb: 'create', body: pod('p') });
    expect(code).toBe(201);
    expect(object?.metadata).toMatchObject({ uid: 'uid-1', resourceVersion: 1, generation: 1 });
    expect(send({ verb: 'create', body: pod('p') })).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
    });
    expect(server.revision).toBe(1);
  });

  test('a stale update is refused, a PATCH that changes nothing is no change', () => {
    const { server, send } = bound(new Setup());
    const stored = server.create(pod('p'));
    const fresh = send({
      verb: 'update',
      body: { ...stored, metadata: { ...stored.metadata, labels: { a: 'b' } } },
    });
    expect(fresh.object?.metadata.resourceVersion).toBe(2);
    expect(send({ verb: 'update', body: stored })).toMatchObject({ code: 409, reason: 'Conflict' });
    const patch = { bytes: 10, apply: (current: KubernetesObject) => current };
    expect(send({ verb: 'patch', patch }).code).toBe(200);
    expect(server.revision).toBe(2);
    expect(send({ verb: 'get', name: 'absent' })).toMatchObject({ code: 404, reason: 'NotFound' });
  });

  test('a write of the status leaves the rest alone, and the other way round', () => {
    const { server, send } = bound(new Setup());
    const stored = server.create({ ...pod('p'), status: { phase: 'Pending' as const } });
    const both = {
      ...stored,
      spec: { ...stored.spec, priority: 7 },
      status: { phase: 'Running' as const },
    };
    send({ verb: 'update', subresource: 'status', body: both });
    expect(server.get<Pod>('pods', 'default/p')).toMatchObject({
      status: { phase: 'Running' },
      metadata: { generation: 1 },
    });
    expect(server.get<Pod>('pods', 'default/p').spec.priority).toBeUndefined();
    const { resourceVersion: _stale, ...metadata } = both.metadata;
    send({ verb: 'update', body: { ...both, metadata, status: { phase: 'Failed' as const } } });
    expect(server.get<Pod>('pods', 'default/p')).toMatchObject({
      status: { phase: 'Running' },
      spec: { priority: 7 },
      metadata: { generation: 2 },
    });
  });

  test('failures can be put in', () => {
    const { server, send } = bound(new Setup());
    server.intercept = ({ verb }) =>
      verb === 'get' ? refusal(500, 'InternalError', 'no') : undefined;
    expect([send({ verb: 'get' }).code, send({ verb: 'list' }).code]).toEqual([500, 200]);
  });
});

describe('binding and deletion', () => {
  test('a pod is bound once', () => {
    const { server, send } = bound(new Setup());
    server.create(pod('p'));
    const request = { verb: 'create', subresource: 'binding' } as const;
    expect(send({ ...request, body: bindingTo('a') }).code).toBe(201);
    expect(server.get<Pod>('pods', 'default/p').status?.conditions).toEqual([
      { type: 'PodScheduled', status: 'True' },
    ]);
    expect(send({ ...request, body: bindingTo('b') }).code).toBe(409);
    expect(send({ ...request, name: 'absent', body: bindingTo('b') }).code).toBe(404);
  });

  test('a bound pod goes gracefully, any other object at once unless it has finalizers', () => {
    const { server, send } = bound(new Setup());
    server.create(pod('p', { nodeName: 'n', terminationGracePeriodSeconds: 5 }));
    send({ verb: 'delete' });
    const { metadata } = server.get('pods', 'default/p');
    expect(metadata).toMatchObject({ deletionGracePeriodSeconds: 5 });
    expect(send({ verb: 'delete', uidPrecondition: 'other' }).code).toBe(409);
    send({ verb: 'delete', gracePeriodSeconds: 0 });
    expect(server.find('pods', 'default/p')).toBeUndefined();
    server.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'x', finalizers: ['kubernetes'] },
    });
    send({ verb: 'delete', resource: 'namespaces', namespace: '', name: 'x' });
    expect(server.get('namespaces', 'x').metadata.deletionTimestamp).toBeDefined();
  });
});

describe('watches', () => {
  const watching = (setup: Setup, fieldSelector?: ApiRequest['fieldSelector']) => {
    const seen: string[] = [];
    const informer = new Informer<Pod>(setup.simulation, {
      name: 'test/pods',
      resource: 'pods',
      client: setup.client,
      ...(fieldSelector && { fieldSelector }),
    });
    informer.addHandler({
      added: ({ metadata }) => void seen.push(`+${metadata.name}`),
      updated: (_previous, { metadata }) => void seen.push(`~${metadata.name}`),
      deleted: ({ metadata }) => void seen.push(`-${metadata.name}`),
    });
    informer.start();
    setup.simulation.run();
    return seen;
  };

  test('tell of every change after the list, once', () => {
    const setup = new Setup();
    setup.server.create(pod('a'));
    const seen = watching(setup);
    const b = setup.server.create(pod('b'));
    setup.server.update({ ...b, spec: { ...b.spec, priority: 1 } });
    setup.simulation.run();
    setup.server.remove('pods', 'default/a');
    setup.simulation.run();
    expect(seen).toEqual(['+a', '+b', '~b', '-a']);
  });

  test('with a selector see objects come and go as they enter and leave it', () => {
    const setup = new Setup();
    const seen = watching(setup, { field: 'spec.nodeName', value: 'n' });
    const p = setup.server.create(pod('p'));
    const q = setup.server.update({ ...p, spec: { ...p.spec, nodeName: 'n' } });
    setup.simulation.run();
    expect(seen).toEqual(['+p']);
    setup.server.update({ ...q, spec: { ...q.spec, nodeName: 'm' } });
    setup.simulation.run();
    expect(seen).toEqual(['+p', '-p']);
  });
});

/** The setup with `send` ready to be taken apart from it. */
function bound(setup: Setup): { server: FakeApiServer; send: Setup['send'] } {
  return { server: setup.server, send: (request) => setup.send(request) };
}
