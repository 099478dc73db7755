// `kubectl drain`: nodes are cordoned, then for one node after the other its pods are listed and
// evicted, all at once as far as the client's rate allows; a pod that its disruption budget keeps
// is tried again every 5 s, and one that goes is asked for every second until it is gone. Pods of
// DaemonSets and static pods stay. A pod that nobody would make again stops the drain unless it is
// forced. Left out: pods with emptyDir volumes are not asked about.
// Source: Kubernetes v1.36 kubectl pkg/drain (reference: nodes-controllers 10.9).
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { controllerOf, objectKey } from '../api/object-meta.js';
import { isPodTerminal, type Pod } from '../api/pod.js';
import type { ApiCall } from '../client/api-call.js';
import { ApiClient } from '../client/api-client.js';
import { type ApiRequest, type ApiResponse, isSuccess } from '../client/api-request.js';
import { clientConstants } from '../client/constants.js';
import type { EventKind } from '../kernel/simulation.js';
import type { SimTime } from '../kernel/time.js';
import { clusterConstants } from './constants.js';
import type { DriverOptions } from './driver.js';
import type { DrainOperation } from './node-operation.js';

const MIRROR = 'kubernetes.io/config.mirror';

/** The drain of one node after the other. */
export class Drain {
  readonly #options: DriverOptions;
  readonly #operation: DrainOperation;
  readonly #client: ApiClient;
  readonly #onDone: () => void;
  readonly #evictionDue: EventKind;
  readonly #lookDue: EventKind;
  /** Of `operation.nodes`. */
  #index = 0;
  #change = -1;
  #startUs: SimTime = 0;
  #isCordoning = true;
  #pods: readonly Pod[] = [];
  /** Pods of the node that are not gone yet. */
  #left = 0;
  /** Why the node could not be drained; '' so far. */
  #failure = '';

  constructor(options: DriverOptions, operation: DrainOperation, onDone: () => void) {
    const { simulation, transport, connect } = options;
    this.#options = options;
    this.#operation = operation;
    this.#onDone = onDone;
    const name = `kubectl/${operation.source}`;
    const { defaultQps: qps, defaultBurst: burst } = clientConstants;
    const connection = connect(name);
    const user = 'kubernetes-admin';
    this.#client = new ApiClient(transport, { name, user, connection, limit: { qps, burst } });
    this.#evictionDue = simulation.defineEvent(`${name}.EvictionDue`, (pod) => this.#evict(pod));
    this.#lookDue = simulation.defineEvent(`${name}.LookDue`, (pod) => this.#look(pod));
  }

  start(): void {
    this.#begin();
  }

  /** All nodes are cordoned before the first one is drained. */
  #begin(): void {
    const { nodes } = this.#operation;
    const name = nodes[this.#index];
    if (name === undefined && !this.#isCordoning) return this.#onDone();
    if (name === undefined) {
      this.#isCordoning = false;
      this.#index = 0;
      return this.#begin();
    }
    const { changes, simulation } = this.#options;
    if (this.#isCordoning) return this.#client.send(cordonRequest(name, true), this.#cordoned);
    this.#change = changes.changeStarted('drain', { kind: 'Node', namespace: '', name }, 1);
    this.#startUs = simulation.now;
    this.#failure = '';
    const fieldSelector = { field: 'spec.nodeName', value: name } as const;
    this.#client.send(
      { verb: 'list', resource: 'pods', namespace: '', name: '', fieldSelector },
      this.#listed,
    );
  }

  readonly #cordoned = (call: ApiCall): void => {
    const response = call.response as ApiResponse;
    if (isSuccess(response)) {
      this.#index++;
      return this.#begin();
    }
    const { changes } = this.#options;
    const target = { kind: 'Node', namespace: '', name: call.request.name };
    changes.changeRefused(changes.changeStarted('drain', target, 1), response.message);
    this.#onDone();
  };

  readonly #listed = (call: ApiCall): void => {
    const { items = [], message, code } = call.response as ApiResponse;
    if (code !== 200) return this.#end(message);
    const pods = (items as readonly Pod[]).filter(isDrained);
    const refused = this.#operation.force ? [] : pods.filter(isOnItsOwn);
    if (refused.length > 0) {
      const keys = refused.map(objectKey).join(', ');
      return this.#end(`cannot delete Pods that declare no controller (use force): ${keys}`);
    }
    this.#pods = pods;
    this.#left = pods.length;
    if (pods.length === 0) return this.#end('');
    for (let pod = 0; pod < pods.length; pod++) this.#evict(pod);
  };

  #evict(pod: number): void {
    if (this.#isOver()) return this.#gone();
    const { gracePeriodSeconds } = this.#operation;
    this.#client.send(
      {
        ...this.#request(pod, 'create'),
        subresource: 'eviction',
        ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
      },
      this.#evicted,
      pod,
    );
  }

  readonly #evicted = (call: ApiCall): void => {
    const pod = call.context as number;
    const response = call.response as ApiResponse;
    const { simulation } = this.#options;
    if (response.code === 404) return this.#gone();
    if (response.code === 429) {
      simulation.after(clusterConstants.evictionRetryUs, this.#evictionDue, pod);
    } else if (isSuccess(response)) {
      this.#look(pod);
    } else {
      this.#fail(response.message);
      this.#gone();
    }
  };

  #look(pod: number): void {
    if (this.#isOver()) return this.#gone();
    this.#client.send(this.#request(pod, 'get'), this.#looked, pod);
  }

  readonly #looked = (call: ApiCall): void => {
    const pod = call.context as number;
    const { code, object } = call.response as ApiResponse;
    const isAnother = object?.metadata.uid !== this.#pods[pod]?.metadata.uid;
    if (code === 404 || (object !== undefined && isAnother)) return this.#gone();
    this.#options.simulation.after(clusterConstants.drainPollUs, this.#lookDue, pod);
  };

  #request(pod: number, verb: 'create' | 'get'): ApiRequest {
    const { namespace = '', name } = (this.#pods[pod] as Pod).metadata;
    return { verb, resource: 'pods', namespace, name };
  }

  #isOver(): boolean {
    const { now } = this.#options.simulation;
    const isOver = now - this.#startUs > this.#operation.timeoutUs;
    if (isOver) this.#fail('drain did not complete within its timeout');
    return isOver;
  }

  #fail(message: string): void {
    if (this.#failure === '') this.#failure = message;
  }

  #gone(): void {
    if (--this.#left === 0) this.#end(this.#failure);
  }

  /** Ends the drain of a node; after one that failed, the others are left alone. */
  #end(failure: string): void {
    const { changes } = this.#options;
    if (failure !== '') {
      changes.changeRefused(this.#change, failure);
      return this.#onDone();
    }
    changes.changeAccepted(this.#change, undefined);
    this.#index++;
    this.#begin();
  }
}

/** The PATCH of `kubectl cordon`, or of `uncordon`. */
export function cordonRequest(name: string, isCordoned: boolean): ApiRequest {
  const apply = (current: KubernetesObject): KubernetesObject => {
    if (current.kind !== 'Node' || (current.spec.unschedulable === true) === isCordoned) {
      return current;
    }
    const { unschedulable: _, ...spec } = current.spec;
    return { ...current, spec: isCordoned ? { ...spec, unschedulable: true } : spec };
  };
  const bytes = `{"spec":{"unschedulable":${isCordoned ? 'true' : 'null'}}}`.length;
  return { verb: 'patch', resource: 'nodes', namespace: '', name, patch: { bytes, apply } };
}

function isDrained(pod: Pod): boolean {
  const isMirror = pod.metadata.annotations?.[MIRROR] !== undefined;
  return !isMirror && controllerOf(pod)?.kind !== 'DaemonSet';
}

/** Nobody would make another one in its place; one that has ended needs none. */
function isOnItsOwn(pod: Pod): boolean {
  return !isPodTerminal(pod) && controllerOf(pod) === undefined;
}
