// A client that lists the objects of a kind, chooses those with certain labels, and patches, reads
// or deletes each of them at the pace of a tuning set. Left out: a selector that the server
// applies; the answer to the list holds all objects of the kind.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { ApiCall } from '../client/api-call.js';
import { ApiClient } from '../client/api-client.js';
import type { DriverOptions } from './driver.js';
import { addressOf } from './driver-step.js';
import { PhaseLoad } from './phase-load.js';
import type { ForEachOperation, Phase } from './phase-operation.js';

/** The name of its tuning set. */
const pace = 'pace';

export class ForEachLoad {
  readonly #options: DriverOptions;
  readonly #operation: ForEachOperation;
  readonly #onFinished: () => void;
  readonly #client: ApiClient;

  /** `onFinished` is called when the last object has had its last turn. */
  constructor(options: DriverOptions, operation: ForEachOperation, onFinished: () => void) {
    const { transport, connection } = options;
    this.#options = options;
    this.#operation = operation;
    this.#onFinished = onFinished;
    const name = `load-generator/${operation.source}/list`;
    const user = 'load-generator';
    this.#client = new ApiClient(transport, { name, user, connection, contentType: 'json' });
  }

  start(): void {
    const { kind, namespace } = this.#operation;
    const request = { verb: 'list', ...addressOf({ kind, namespace, name: '' }) } as const;
    this.#client.send(request, this.#listed);
  }

  readonly #listed = (call: ApiCall): void => {
    const { labels, times, patches, action, tuningSet } = this.#operation;
    const items = (call.response?.items ?? []).filter((object) => hasLabels(object, labels));
    const rounds = Array.from({ length: times }, () => items).flat();
    const phase: Phase = {
      action,
      tuningSet: pace,
      units: rounds.map((object) => [object]),
      changes: action === 'get' || items.length === 0 ? [] : [this.#change(rounds.length)],
      patches: patches.flatMap((patch) => items.map(() => patch)),
    };
    const tuningSets = new Map([[pace, tuningSet]]);
    const { atUs, source } = this.#operation;
    const operation = { op: 'phases', atUs, source, phases: [phase], tuningSets } as const;
    new PhaseLoad(this.#options, operation, this.#onFinished).start();
  };

  #change(objects: number): Phase['changes'][number] {
    const { kind, namespace } = this.#operation;
    return { target: { kind, namespace, name: '*' }, objects };
  }
}

function hasLabels(
  { metadata }: KubernetesObject,
  wanted: readonly (readonly [key: string, value: string])[],
): boolean {
  return wanted.every(([key, value]) => metadata.labels?.[key] === value);
}
