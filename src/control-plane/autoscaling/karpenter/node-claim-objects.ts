// The NodeClaims of the API: created when a node is wanted, before the cloud is asked; told when it
// is launched, registered and initialized; and deleted when the node is to go, which their
// finalizer holds up until the instance has ended.
// Source: kubernetes-sigs/karpenter pkg/controllers/nodeclaim/lifecycle (reference:
// nodes-controllers 4.5).
import { extended } from '../../../api/extended.js';
import type { KubernetesObject } from '../../../api/kubernetes-object.js';
import {
  NODE_POOL_LABEL,
  type NodeClaimConditionType,
  type NodeClaim as NodeClaimObject,
  type NodeClaimStatus,
} from '../../../api/node-claim.js';
import type { ApiCall } from '../../../client/api-call.js';
import type { ApiClient } from '../../../client/api-client.js';
import { type ApiRequest, type ApiResponse, isSuccess } from '../../../client/api-request.js';
import type { Simulation } from '../../../kernel/simulation.js';
import type { CloudInstance } from '../../cloud-provider.js';
import { karpenterConstants as constants } from './constants.js';
import type { KarpenterNodePool } from './karpenter-settings.js';
import type { NodeClaim } from './node-claims.js';

const FINALIZER = 'karpenter.sh/termination';
const INSTANCE_TYPE = 'node.kubernetes.io/instance-type';
const ZONE = 'topology.kubernetes.io/zone';
const STEPS = ['Launched', 'Registered', 'Initialized'] as const;

type Change = (object: NodeClaimObject) => NodeClaimObject;

export class NodeClaimObjects {
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #onCreated: (claim: NodeClaim, isRefused: boolean) => void;

  /** `onCreated` is told the answer to `create`; the claim has its name by then. */
  constructor(
    simulation: Simulation,
    client: ApiClient,
    onCreated: (claim: NodeClaim, isRefused: boolean) => void,
  ) {
    this.#simulation = simulation;
    this.#client = client;
    this.#onCreated = onCreated;
  }

  create(claim: NodeClaim): void {
    const { nodePool, offering, zone } = claim;
    const { expireAfterUs } = nodePool;
    const isEternal = expireAfterUs === Number.POSITIVE_INFINITY;
    const body: NodeClaimObject = {
      apiVersion: 'karpenter.sh/v1',
      kind: 'NodeClaim',
      metadata: {
        name: '',
        generateName: `${nodePool.name}-`,
        finalizers: [FINALIZER],
        labels: {
          [NODE_POOL_LABEL]: nodePool.name,
          [INSTANCE_TYPE]: offering.instanceType,
          [ZONE]: zone,
          'karpenter.sh/capacity-type': 'on-demand',
        },
      },
      spec: { expireAfter: isEternal ? 'Never' : `${expireAfterUs / 1_000_000}s` },
    };
    this.#client.send(
      { verb: 'create', resource: 'nodeclaims', namespace: '', name: '', body },
      this.#created,
      claim,
    );
  }

  readonly #created = (call: ApiCall): void => {
    const claim = call.context as NodeClaim;
    const response = call.response as ApiResponse;
    const isCreated = isSuccess(response);
    if (isCreated) claim.name = response.object?.metadata.name ?? '';
    this.#onCreated(claim, !isCreated);
  };

  launched(claim: NodeClaim, { id }: CloudInstance): void {
    this.#note(claim, 'Launched', { providerID: id });
  }

  registered(claim: NodeClaim): void {
    this.#note(claim, 'Registered', { nodeName: claim.nodeName });
  }

  initialized(claim: NodeClaim): void {
    this.#note(claim, 'Initialized', {});
  }

  /** The node is to go, or will not come. */
  delete({ name }: NodeClaim): void {
    if (name === '') return;
    this.#client.send({ verb: 'delete', resource: 'nodeclaims', namespace: '', name }, () => {});
  }

  /** Its instance has ended, or never was. */
  release({ name }: NodeClaim): void {
    if (name === '') return;
    this.#patch(name, undefined, (object) => {
      const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== FINALIZER);
      return { ...object, metadata: { ...object.metadata, finalizers } };
    });
  }

  #note(claim: NodeClaim, type: NodeClaimConditionType, fields: NodeClaimStatus): void {
    if (claim.name === '') return;
    const { now } = this.#simulation;
    this.#patch(claim.name, 'status', (object) => {
      const status = object.status ?? {};
      const conditions = [...(status.conditions ?? [])];
      const tell = (told: NodeClaimConditionType): void => {
        if (conditions.some((each) => each.type === told)) return;
        conditions.push({ type: told, status: 'True', lastTransitionTime: now, reason: told });
      };
      tell(type);
      if (STEPS.every((step) => conditions.some((each) => each.type === step))) tell('Ready');
      return extended(object, { status: { ...status, ...fields, conditions } });
    });
  }

  #patch(name: string, subresource: 'status' | undefined, change: Change): void {
    const apply = (object: KubernetesObject): KubernetesObject => change(object as NodeClaimObject);
    const patch = { bytes: constants.nodeClaimPatchBytes, apply };
    const request: ApiRequest = {
      verb: 'patch',
      resource: 'nodeclaims',
      namespace: '',
      name,
      patch,
      ...(subresource && { subresource }),
    };
    this.#client.send(request, () => {});
  }
}

/** The claim that an object tells of; undefined where its NodePool or its instance type is none. */
export function claimFrom(
  { metadata, status }: NodeClaimObject,
  nodePools: readonly KarpenterNodePool[],
): NodeClaim | undefined {
  const { name, labels = {}, creationTimestamp: createdUs = 0, deletionTimestamp } = metadata;
  const nodePool = nodePools.find((each) => each.name === labels[NODE_POOL_LABEL]);
  const offering = nodePool?.offerings.find((each) => each.instanceType === labels[INSTANCE_TYPE]);
  if (nodePool === undefined || offering === undefined) return undefined;
  const has = (type: NodeClaimConditionType): boolean =>
    status?.conditions?.some((condition) => condition.type === type) === true;
  return {
    name,
    nodePool,
    offering,
    zone: labels[ZONE] ?? '',
    createdUs,
    nodeName: status?.nodeName ?? '',
    instanceId: status?.providerID ?? '',
    isRegistered: has('Registered'),
    isInitialized: has('Initialized'),
    isDeleting: deletionTimestamp !== undefined,
  };
}
