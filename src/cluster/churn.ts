// Background load: at every interval one object a template is created; in mode `recreate` those of
// the interval before are deleted. Source: Kubernetes v1.36 scheduler_perf churn op.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { resourceKindNamed } from '../api/resource-kinds.js';
import { ApiClient } from '../client/api-client.js';
import type { EventKind } from '../kernel/simulation.js';
import type { DriverOptions } from './driver.js';
import { addressOf, referenceOf } from './driver-step.js';
import type { ChurnOperation } from './operation.js';

/** Its objects are load, not changes whose convergence is asked for. */
export class Churn {
  readonly #options: DriverOptions;
  readonly #operation: ChurnOperation;
  readonly #client: ApiClient;
  readonly #ticked: EventKind;
  #ticks = 0;
  #previous: KubernetesObject[] = [];

  constructor(options: DriverOptions, operation: ChurnOperation) {
    const { simulation, transport, connection } = options;
    this.#options = options;
    this.#operation = operation;
    const name = `load-generator/${operation.source}`;
    this.#client = new ApiClient(transport, { name, user: 'load-generator', connection });
    this.#ticked = simulation.defineEvent(`${name}.ChurnTicked`, () => this.#tick());
  }

  start(): void {
    this.#tick();
  }

  #tick(): void {
    const { mode, templates, count, intervalUs, namespace } = this.#operation;
    if (mode === 'recreate') for (const object of this.#previous) this.#delete(object);
    this.#previous = [];
    if (this.#ticks === count) return;
    for (const template of templates) {
      const prefix = template.metadata.name || template.metadata.generateName || 'churn-';
      const isNamespaced = resourceKindNamed(template.kind)?.namespaced !== false;
      const metadata = {
        ...(isNamespaced && { namespace }),
        ...template.metadata,
        name: `${prefix}${this.#ticks}`,
      };
      const object = { ...template, metadata } as KubernetesObject;
      this.#previous.push(object);
      this.#client.send(
        { verb: 'create', ...addressOf(referenceOf(object)), body: object },
        ignore,
      );
    }
    this.#ticks++;
    this.#options.simulation.after(intervalUs, this.#ticked);
  }

  #delete(object: KubernetesObject): void {
    this.#client.send({ verb: 'delete', ...addressOf(referenceOf(object)) }, ignore);
  }
}

function ignore(): void {}
