// The columns of nodes, Services, storage, policies and whatever else a cluster holds.
// Source: Kubernetes v1.36 pkg/printers/internalversion/printers.go.
import type { EndpointSlice } from '../../api/endpoint-slice.js';
import type { Endpoints } from '../../api/endpoints.js';
import { sortedKeys } from '../../api/field-check.js';
import type { FlowSchema, PriorityLevelConfiguration } from '../../api/flow-control.js';
import type { Lease } from '../../api/lease.js';
import type { Node } from '../../api/node.js';
import { NODE_POOL_LABEL, type NodeClaim } from '../../api/node-claim.js';
import type { PodDisruptionBudget } from '../../api/pod-disruption-budget.js';
import type { PriorityClass } from '../../api/priority-class.js';
import type { ResourceQuota } from '../../api/resource-quota.js';
import type { Service } from '../../api/service.js';
import {
  ageColumn,
  type Column,
  column,
  labelsText,
  listed,
  NONE,
  nameColumn,
  UNKNOWN,
  wide,
} from './columns.js';

const ROLE_LABEL = 'node-role.kubernetes.io/';

function nodeStatusText({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec.unschedulable === true ? `${word},SchedulingDisabled` : word;
}

function rolesText({ metadata }: Node): string {
  const labels = sortedKeys(metadata.labels ?? {});
  return listed(
    labels.flatMap((key) => (key.startsWith(ROLE_LABEL) ? [key.slice(ROLE_LABEL.length)] : [])),
  );
}

const addressOf = ({ status }: Node, wanted: string): string =>
  status?.addresses?.find(({ type }) => type === wanted)?.address ?? NONE;

/** Columns of `get nodes`. */
export const nodeColumns: readonly Column<Node>[] = [
  nameColumn,
  column('STATUS', nodeStatusText),
  column('ROLES', rolesText),
  ageColumn,
  column('VERSION', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
  wide('INTERNAL-IP', (node) => addressOf(node, 'InternalIP')),
  wide('EXTERNAL-IP', (node) => addressOf(node, 'ExternalIP')),
  wide('OS-IMAGE', ({ status }) => status?.nodeInfo?.osImage || UNKNOWN),
  wide('KERNEL-VERSION', ({ status }) => status?.nodeInfo?.kernelVersion || UNKNOWN),
  wide('CONTAINER-RUNTIME', ({ status }) => status?.nodeInfo?.containerRuntimeVersion || UNKNOWN),
];

const nodeClaimLabel = ({ metadata }: NodeClaim, label: string): string =>
  metadata.labels?.[label] ?? '';

/** Columns of `get nodeclaims`: those of its CustomResourceDefinition. */
export const nodeClaimColumns: readonly Column<NodeClaim>[] = [
  nameColumn,
  column('TYPE', (claim) => nodeClaimLabel(claim, 'node.kubernetes.io/instance-type')),
  column('CAPACITY', (claim) => nodeClaimLabel(claim, 'karpenter.sh/capacity-type')),
  column('ZONE', (claim) => nodeClaimLabel(claim, 'topology.kubernetes.io/zone')),
  column('NODE', ({ status }) => status?.nodeName ?? ''),
  column(
    'READY',
    ({ status }) => status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'Unknown',
  ),
  ageColumn,
  wide('ID', ({ status }) => status?.providerID ?? ''),
  wide('NODEPOOL', (claim) => nodeClaimLabel(claim, NODE_POOL_LABEL)),
];

function portsText({ spec }: Service): string {
  const ports = spec.ports ?? [];
  return listed(
    ports.map(({ port, nodePort, protocol = 'TCP' }) =>
      nodePort === undefined ? `${port}/${protocol}` : `${port}:${nodePort}/${protocol}`,
    ),
  );
}

function externalText({ spec, status }: Service): string {
  if (spec.type === 'ExternalName') return spec.externalName ?? NONE;
  const given = spec.externalIPs ?? [];
  if (spec.type !== 'LoadBalancer') return listed(given);
  const ingress = status?.loadBalancer?.ingress ?? [];
  const all = [...ingress.map(({ ip, hostname }) => ip ?? hostname ?? ''), ...given];
  return all.length === 0 ? '<pending>' : all.join(',');
}

/** Columns of `get services`. */
export const serviceColumns: readonly Column<Service>[] = [
  nameColumn,
  column('TYPE', ({ spec }) => spec.type ?? 'ClusterIP'),
  column('CLUSTER-IP', ({ spec }) => spec.clusterIP || NONE),
  column('EXTERNAL-IP', externalText),
  column('PORT(S)', portsText),
  ageColumn,
  wide('SELECTOR', ({ spec }) => labelsText(spec.selector)),
];

/** The first three, and how many more there are. */
function shortened(all: readonly string[], separator = ','): string {
  if (all.length === 0) return NONE;
  const more = all.length > 3 ? ` + ${all.length - 3} more...` : '';
  return all.slice(0, 3).join(separator) + more;
}

/** Columns of `get endpoints`. */
export const endpointsColumns: readonly Column<Endpoints>[] = [
  nameColumn,
  column('ENDPOINTS', ({ subsets = [] }) =>
    shortened(
      subsets.flatMap(({ addresses = [], ports = [] }) =>
        ports.length === 0
          ? addresses.map(({ ip }) => ip)
          : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`)),
      ),
    ),
  ),
  ageColumn,
];

/** Columns of `get endpointslices`. */
export const endpointSliceColumns: readonly Column<EndpointSlice>[] = [
  nameColumn,
  column('ADDRESSTYPE', ({ addressType }) => addressType),
  column('PORTS', ({ ports = [] }) =>
    ports.length === 0 ? '<unset>' : shortened(ports.map(({ port }) => String(port ?? '*'))),
  ),
  column('ENDPOINTS', ({ endpoints }) =>
    endpoints.length === 0 ? '<unset>' : shortened(endpoints.flatMap(({ addresses }) => addresses)),
  ),
  ageColumn,
];

/** Columns of `get leases`. */
export const leaseColumns: readonly Column<Lease>[] = [
  nameColumn,
  column('HOLDER', ({ spec }) => spec?.holderIdentity ?? ''),
  ageColumn,
];

/** Columns of `get poddisruptionbudgets`. */
export const budgetColumns: readonly Column<PodDisruptionBudget>[] = [
  nameColumn,
  column('MIN AVAILABLE', ({ spec }) => spec.minAvailable ?? 'N/A'),
  column('MAX UNAVAILABLE', ({ spec }) => spec.maxUnavailable ?? 'N/A'),
  column('ALLOWED DISRUPTIONS', ({ status }) => status?.disruptionsAllowed ?? 0),
  ageColumn,
];

/** Columns of `get priorityclasses`. */
export const priorityClassColumns: readonly Column<PriorityClass>[] = [
  nameColumn,
  column('VALUE', ({ value }) => value),
  column('GLOBAL-DEFAULT', ({ globalDefault }) => globalDefault === true),
  ageColumn,
  column('PREEMPTIONPOLICY', ({ preemptionPolicy }) => preemptionPolicy ?? 'PreemptLowerPriority'),
];

/** `cpu: 1/4` for each resource whose name says that it is, or is not, about limits. */
function usedText({ status }: ResourceQuota, areLimits: boolean): string {
  const { hard = {}, used = {} } = status ?? {};
  return sortedKeys(hard)
    .filter((name) => name.startsWith('limits.') === areLimits)
    .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`)
    .join(', ');
}

/** Columns of `get resourcequotas`. */
export const quotaColumns: readonly Column<ResourceQuota>[] = [
  nameColumn,
  column('REQUEST', (quota) => usedText(quota, false)),
  column('LIMIT', (quota) => usedText(quota, true)),
  ageColumn,
];

/** Columns of `get flowschemas`. */
export const flowSchemaColumns: readonly Column<FlowSchema>[] = [
  nameColumn,
  column('PRIORITYLEVEL', ({ spec }) => spec.priorityLevelConfiguration.name),
  column('MATCHINGPRECEDENCE', ({ spec }) => spec.matchingPrecedence ?? 1000),
  column('DISTINGUISHERMETHOD', ({ spec }) => spec.distinguisherMethod?.type ?? NONE),
  ageColumn,
];

/** Columns of `get prioritylevelconfigurations`. */
export const priorityLevelColumns: readonly Column<PriorityLevelConfiguration>[] = [
  nameColumn,
  column('TYPE', ({ spec }) => spec.type),
  column(
    'NOMINALCONCURRENCYSHARES',
    ({ spec }) => limitedOf(spec)?.nominalConcurrencyShares ?? NONE,
  ),
  column('QUEUES', ({ spec }) => queuingOf(spec)?.queues ?? NONE),
  column('HANDSIZE', ({ spec }) => queuingOf(spec)?.handSize ?? NONE),
  column('QUEUELENGTHLIMIT', ({ spec }) => queuingOf(spec)?.queueLengthLimit ?? NONE),
  ageColumn,
];

const limitedOf = (spec: PriorityLevelConfiguration['spec']) => spec.limited ?? spec.exempt;
const queuingOf = (spec: PriorityLevelConfiguration['spec']) =>
  spec.limited?.limitResponse?.queuing;
