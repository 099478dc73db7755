// The condition of FlowSchemas: the server that digests them writes down which of them name a level
// that does not exist, by requests to itself.
// Left out: the pause after many writes of one schema, which servers that disagree would need.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/apf_controller.go presyncFlowSchemaStatus.
import type {
  FlowSchema,
  FlowSchemaCondition,
  PriorityLevelConfiguration,
} from '../../../api/flow-control.js';
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import type { SimTime } from '../../../kernel/time.js';
import { danglingCondition } from './flow-configuration.js';

export class FlowStatusWriter {
  readonly #client: ApiClient;
  /** Schemas of which a write is under way, by name. */
  readonly #writing = new Set<string>();

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** Writes the condition of every schema that has another, unless that is being written. */
  write(
    now: SimTime,
    levels: readonly PriorityLevelConfiguration[],
    schemas: readonly FlowSchema[],
  ): void {
    for (const schema of schemas) {
      const { name } = schema.metadata;
      const condition = danglingCondition(schema, levels, now);
      if (condition === undefined || this.#writing.has(name)) continue;
      this.#writing.add(name);
      this.#patch(name, condition);
    }
  }

  #patch(name: string, condition: FlowSchemaCondition): void {
    const apply = (current: KubernetesObject): KubernetesObject => {
      const { status } = current as FlowSchema;
      const others = status?.conditions?.filter(({ type }) => type !== condition.type) ?? [];
      return { ...current, status: { conditions: [...others, condition] } } as FlowSchema;
    };
    const bytes = JSON.stringify({ status: { conditions: [condition] } }).length;
    this.#client.send(
      {
        verb: 'patch',
        resource: 'flowschemas',
        subresource: 'status',
        namespace: '',
        name,
        patch: { bytes, apply },
      },
      this.#written,
      name,
    );
  }

  readonly #written = ({ context }: ApiCall): void => {
    this.#writing.delete(context as string);
  };
}
