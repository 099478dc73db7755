// Evictions and what else a write has to get past: budgets, preconditions, names that are taken.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/pod.js';
import type { PodDisruptionBudget } from '../../../src/api/pod-disruption-budget.js';
import type { ApiClient } from '../../../src/client/api-client.js';
import type { ApiRequest, ApiResponse } from '../../../src/client/api-request.js';
import { TestControlPlane } from '../../support/control-plane.js';
import { configMap, pod } from '../../support/objects.js';

let plane: TestControlPlane;
let client: ApiClient;

const running = (name: string, isReady = true): Pod => {
  const one = pod(name);
  const ready = { type: 'Ready', status: isReady ? 'True' : 'False' } as const;
  return {
    ...one,
    metadata: { ...one.metadata, labels: { app: 'web' } },
    spec: { ...one.spec, nodeName: 'node-1' },
    status: { phase: 'Running', conditions: [ready] },
  };
};

function budget(name: string, allowed: number, more: object = {}): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default', generation: 1 },
    spec: { selector: { matchLabels: { app: 'web' } }, minAvailable: 1 },
    status: { observedGeneration: 1, disruptionsAllowed: allowed, ...more },
  };
}

function setUp(...preload: readonly (Pod | PodDisruptionBudget)[]): void {
  plane = new TestControlPlane({ preload });
  client = plane.client();
}

function send(verb: ApiRequest['verb'], name: string, extra: Partial<ApiRequest>): ApiResponse {
  const where = { resource: 'pods', namespace: 'default', name };
  const answer = plane.request(client, { verb, ...where, ...extra });
  plane.wait(10_000);
  return answer;
}

const evict = (name: string): ApiResponse => send('create', name, { subresource: 'eviction' });
const stored = (kind: string): readonly { readonly metadata: { readonly name: string } }[] =>
  plane.etcd.snapshot().values.filter((value) => value.kind === kind);

describe('an eviction', () => {
  test('of a pod that no budget selects deletes it with its grace period', () => {
    setUp(running('a'));
    expect(evict('a').code).toBe(201);
    const [one] = stored('Pod') as unknown as readonly Pod[];
    expect(one?.metadata.deletionGracePeriodSeconds).toBe(30);
  });

  test('marks the pod first, so that its Job knows it for no failure of its own', () => {
    setUp(running('a'), budget('web', 1));
    evict('a');
    const [one] = stored('Pod') as unknown as readonly Pod[];
    expect(one?.status?.conditions).toMatchObject([
      { type: 'Ready' },
      { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' },
    ]);
  });

  test('marks what the pod has become when someone else writes it meanwhile', () => {
    setUp(running('a'));
    const answers: number[] = [];
    const where = { resource: 'pods', namespace: 'default', name: 'a' } as const;
    const other: ApiRequest = {
      ...where,
      verb: 'patch',
      patch: {
        bytes: 10,
        apply: (one) => ({ ...one, metadata: { ...one.metadata, labels: { app: 'new' } } }) as Pod,
      },
    };
    const eviction: ApiRequest = { ...where, verb: 'create', subresource: 'eviction' };
    for (const request of [...Array.from({ length: 9 }, () => other), eviction, other]) {
      client.send(request, ({ response }) => answers.push(response?.code ?? 0));
    }
    plane.wait(1_000_000);
    expect(answers.toSorted((a, b) => a - b)).toEqual([...Array(10).fill(200), 201]);
    const [one] = stored('Pod') as unknown as readonly Pod[];
    expect(one?.metadata.labels).toEqual({ app: 'new' });
    expect(one?.metadata.deletionTimestamp).toBeDefined();
    expect(one?.status?.conditions?.map(({ type }) => type)).toContain('DisruptionTarget');
  });

  test('charges the budget that selects the pod, until it allows no more', () => {
    setUp(running('a'), running('b'), budget('web', 1));
    expect(evict('a').code).toBe(201);
    const refusal = evict('b');
    expect([refusal.code, refusal.reason]).toEqual([429, 'TooManyRequests']);
    expect(refusal.message).toContain("violate the pod's disruption budget");
    expect(refusal.retryAfterSeconds).toBeUndefined();
    const [charged] = stored('PodDisruptionBudget') as unknown as readonly PodDisruptionBudget[];
    expect(charged?.status?.disruptionsAllowed).toBe(0);
    expect(Object.keys(charged?.status?.disruptedPods ?? {})).toEqual(['a']);
    expect(stored('Pod').map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  });

  test('of two pods at once charges a budget for one once: the other is refused', () => {
    setUp(running('a'), running('b'), budget('web', 1));
    const codes: number[] = [];
    for (const name of ['a', 'b']) {
      const request = { verb: 'create', subresource: 'eviction', resource: 'pods' } as const;
      client.send({ ...request, namespace: 'default', name }, ({ response }) =>
        codes.push(response?.code ?? 0),
      );
    }
    plane.wait(1_000_000);
    expect(codes.toSorted((a, b) => a - b)).toEqual([201, 429]);
  });

  test('needs no leave for a pod that is not running, or is going already', () => {
    setUp({ ...running('a'), status: { phase: 'Failed' } }, budget('web', 0));
    expect(evict('a').code).toBe(201);
    expect(stored('Pod')).toEqual([]);
  });

  test('of a pod that is not ready needs no leave where the others are enough', () => {
    setUp(running('a', false), budget('web', 0, { currentHealthy: 2, desiredHealthy: 2 }));
    expect(evict('a').code).toBe(201);
    setUp(running('a', false), budget('web', 0, { currentHealthy: 1, desiredHealthy: 2 }));
    expect(evict('a').code).toBe(429);
  });

  test('waits for a budget that nobody has looked at yet', () => {
    setUp(running('a'), budget('web', 5, { observedGeneration: 0 }));
    const answers: ApiResponse[] = [];
    const request = { verb: 'create', subresource: 'eviction', resource: 'pods' } as const;
    client.send({ ...request, namespace: 'default', name: 'a' }, ({ response }) =>
      answers.push(response as ApiResponse),
    );
    plane.wait(105_000_000);
    // Ten times the client comes back after the 10 s that it is told to wait.
    expect(answers.map(({ code, retryAfterSeconds }) => [code, retryAfterSeconds])).toEqual([
      [429, 10],
    ]);
  });

  test('cannot be decided by two budgets', () => {
    setUp(running('a'), budget('one', 5), budget('two', 5));
    expect(evict('a').message).toContain('more than one PodDisruptionBudget');
  });

  test('of a pod that is not there is NotFound', () => {
    setUp();
    expect(evict('a').code).toBe(404);
  });
});

describe('a write', () => {
  beforeEach(() => setUp());
  const create = (name: string, generateName?: string): ApiResponse => {
    const metadata = { name, namespace: 'default', ...(generateName && { generateName }) };
    const body = { ...configMap('x'), metadata };
    return send('create', '', { resource: 'configmaps', body });
  };

  test('with a generated name that is taken tries another', () => {
    const twin = new TestControlPlane();
    const first = twin.request(twin.client(), {
      verb: 'create',
      resource: 'configmaps',
      namespace: 'default',
      name: '',
      body: { ...configMap('x'), metadata: { name: '', namespace: 'default', generateName: 'x-' } },
    });
    const taken = first.object?.metadata.name ?? '';
    expect(create(taken).code).toBe(201);
    const made = create('', 'x-');
    expect(made.code).toBe(201);
    expect(made.object?.metadata.name).toMatch(/^x-.{5}$/);
    expect(made.object?.metadata.name).not.toBe(taken);
    expect(create(taken).code).toBe(409);
  });

  test('that deletes is refused where the object has changed since', () => {
    create('a');
    const remove = (version: number): ApiResponse =>
      send('delete', 'a', { resource: 'configmaps', resourceVersionPrecondition: version });
    const refusal = remove(99);
    expect([refusal.code, refusal.reason]).toEqual([409, 'Conflict']);
    expect(refusal.message).toContain('ResourceVersion in precondition: 99');
    expect(remove(2).code).toBe(200);
  });
});
