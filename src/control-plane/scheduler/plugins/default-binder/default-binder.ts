// DefaultBinder: one POST of a Binding.
// Source: kube-scheduler v1.36 plugins/defaultbinder; reference: scheduler 2.12.

import type { Binding } from '../../../../api/binding.js';
import type { ApiRequest } from '../../../../client/api-request.js';
import type { CycleState } from '../../framework/cycle-state.js';
import type { BindPlugin, ClusterEventWithHint } from '../../framework/plugin.js';
import type { PodInfo } from '../../framework/pod-info.js';

/** Bind. */
export class DefaultBinder implements BindPlugin {
  readonly name = 'DefaultBinder';

  bind(_state: CycleState, { pod }: PodInfo, nodeName: string): ApiRequest {
    const { name, namespace = '', uid } = pod.metadata;
    const body: Binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { namespace, name, ...(uid !== undefined && { uid }) },
      target: { kind: 'Node', name: nodeName },
    };
    return { verb: 'create', resource: 'pods', subresource: 'binding', namespace, name, body };
  }

  eventsToRegister(): readonly ClusterEventWithHint[] {
    return [];
  }
}
