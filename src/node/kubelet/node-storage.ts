// The CSI drivers of the nodes, as their kubelets use them: what has to be attached first, and how
// long the node's part of each takes. Source: Container Storage Interface specification 1.11.
import type { CSINode } from '../../api/persistent-volume.js';
import {
  type Distribution,
  type DistributionSpec,
  distribution,
} from '../../kernel/distributions.js';
import type { NodeAgent } from './node-agent.js';

/** What a driver does on a node: to a volume once, and for each pod. */
export type NodeOperation = 'stage' | 'unstage' | 'publish' | 'unpublish';

/** What a driver is like, as far as nodes are concerned. */
export interface NodeDriverSpec {
  readonly name: string;
  readonly attachRequired: boolean;
  /** µs. */
  readonly latencies: Readonly<Record<NodeOperation, DistributionSpec>>;
}

/** Persistent storage as kubelets see it. */
export interface NodeStorageSpec {
  readonly drivers: readonly NodeDriverSpec[];
  /** What a kubelet posts about the drivers on its node when it registers it. */
  readonly csiNodeOf: (nodeName: string) => CSINode;
}

/** A driver ready to draw from. */
export interface NodeDriver {
  readonly name: string;
  readonly attachRequired: boolean;
  readonly times: Readonly<Record<NodeOperation, Distribution>>;
}

/** By name. */
export function nodeDrivers({ drivers }: NodeStorageSpec): ReadonlyMap<string, NodeDriver> {
  return new Map(
    drivers.map(({ name, attachRequired, latencies }) => {
      const times = {
        stage: distribution(latencies.stage),
        unstage: distribution(latencies.unstage),
        publish: distribution(latencies.publish),
        unpublish: distribution(latencies.unpublish),
      };
      return [name, { name, attachRequired, times }];
    }),
  );
}

/** Names of the calls in metrics. */
export const csiMethods: Readonly<Record<NodeOperation, string>> = {
  stage: 'NodeStageVolume',
  unstage: 'NodeUnstageVolume',
  publish: 'NodePublishVolume',
  unpublish: 'NodeUnpublishVolume',
};

/** Names of the kubelet's own operations in metrics. */
export const storageOperations: Readonly<Record<NodeOperation, string>> = {
  stage: 'volume_mount',
  unstage: 'unmount_device',
  publish: 'volume_mount',
  unpublish: 'volume_unmount',
};

/** Says which drivers a new node has. */
export function registerDrivers(
  { spec, heartbeatClient }: NodeAgent,
  storage: NodeStorageSpec,
): void {
  const { name } = spec;
  const body = storage.csiNodeOf(name);
  const request = { verb: 'create', resource: 'csinodes', namespace: '', name, body } as const;
  heartbeatClient.send(request, ignoreAnswer);
}

/** An object that is there already is as good. */
const ignoreAnswer = (): void => {};
