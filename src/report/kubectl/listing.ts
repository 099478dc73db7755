// Objects as `kubectl get` lists them: a table a kind, names, or the objects themselves as JSON or
// YAML. Source: Kubernetes v1.36 kubectl get, pkg/printers.
import { withGroup } from '../../api/group.js';
import type { KindName, KubernetesObject } from '../../api/kubernetes-object.js';
import { type ResourceKind, resourceKindNamed } from '../../api/resource-kinds.js';
import type { SimTime } from '../../kernel/time.js';
import { printable } from '../text-table.js';
import {
  budgetColumns,
  endpointSliceColumns,
  endpointsColumns,
  flowSchemaColumns,
  leaseColumns,
  nodeClaimColumns,
  nodeColumns,
  priorityClassColumns,
  priorityLevelColumns,
  quotaColumns,
  serviceColumns,
} from './cluster-columns.js';
import { ageColumn, type Column, column, labelsText, nameColumn } from './columns.js';
import {
  configMapColumns,
  limitRangeColumns,
  namespaceColumns,
  revisionColumns,
  secretColumns,
  serviceAccountColumns,
} from './config-columns.js';
import { eventColumns } from './event-columns.js';
import { objectJson, objectYaml } from './object-text.js';
import { podColumns } from './pod-columns.js';
import {
  attachmentColumns,
  claimColumns,
  csiDriverColumns,
  csiNodeColumns,
  storageClassColumns,
  volumeColumns,
} from './storage-columns.js';
import {
  autoscalerColumns,
  cronJobColumns,
  daemonSetColumns,
  deploymentColumns,
  jobColumns,
  replicaSetColumns,
  replicationControllerColumns,
  statefulSetColumns,
} from './workload-columns.js';

const plainColumns: readonly Column[] = [nameColumn, ageColumn];

/** Each column only ever sees objects of its own kind. */
const columnsByKind: ReadonlyMap<KindName, readonly Column<never>[]> = new Map<
  KindName,
  readonly Column<never>[]
>([
  ['Pod', podColumns],
  ['Node', nodeColumns],
  ['Deployment', deploymentColumns],
  ['ReplicaSet', replicaSetColumns],
  ['ReplicationController', replicationControllerColumns],
  ['StatefulSet', statefulSetColumns],
  ['DaemonSet', daemonSetColumns],
  ['Job', jobColumns],
  ['CronJob', cronJobColumns],
  ['HorizontalPodAutoscaler', autoscalerColumns],
  ['Service', serviceColumns],
  ['Endpoints', endpointsColumns],
  ['EndpointSlice', endpointSliceColumns],
  ['Event', eventColumns],
  ['Namespace', namespaceColumns],
  ['ConfigMap', configMapColumns],
  ['Secret', secretColumns],
  ['ServiceAccount', serviceAccountColumns],
  ['LimitRange', limitRangeColumns],
  ['ControllerRevision', revisionColumns],
  ['Lease', leaseColumns],
  ['PodDisruptionBudget', budgetColumns],
  ['PersistentVolumeClaim', claimColumns],
  ['PersistentVolume', volumeColumns],
  ['StorageClass', storageClassColumns],
  ['NodeClaim', nodeClaimColumns],
  ['VolumeAttachment', attachmentColumns],
  ['CSINode', csiNodeColumns],
  ['CSIDriver', csiDriverColumns],
  ['PriorityClass', priorityClassColumns],
  ['ResourceQuota', quotaColumns],
  ['FlowSchema', flowSchemaColumns],
  ['PriorityLevelConfiguration', priorityLevelColumns],
]);

/** How objects are listed. */
export interface ListingOptions {
  readonly format: 'table' | 'wide' | 'json' | 'yaml' | 'name';
  /** A first column NAMESPACE for kinds that have namespaces. */
  readonly withNamespace: boolean;
  readonly withLabels: boolean;
  readonly withHeaders: boolean;
  /** Names as `deployment.apps/web`: several kinds were asked for. */
  readonly withKind: boolean;
  /** One object was asked for by its name: JSON and YAML show it without a list around it. */
  readonly isSingle: boolean;
}

/** Objects of one kind, in the order in which they are shown. */
export interface ListedKind {
  readonly kind: ResourceKind;
  readonly objects: readonly KubernetesObject[];
}

/** The whole text, ending in a newline; '' when there is nothing to list. */
export function listing(
  groups: readonly ListedKind[],
  now: SimTime,
  options: ListingOptions,
): string {
  const objects = groups.flatMap((group) => group.objects);
  const list = options.isSingle ? (objects[0] ?? []) : objects;
  switch (options.format) {
    case 'json':
      return objectJson(list);
    case 'yaml':
      return objectYaml(list);
    case 'name':
      return objects.map((object) => `${typedName(object)}\n`).join('');
    default: {
      const shown = groups.filter((group) => group.objects.length > 0);
      return shown.map((group) => table(group, now, options)).join('\n');
    }
  }
}

/** `deployment.apps/web`, `pod/web-1`. */
function typedName({ apiVersion, kind, metadata }: KubernetesObject): string {
  return `${withGroup(kind.toLowerCase(), apiVersion)}/${metadata.name}`;
}

function table({ kind, objects }: ListedKind, now: SimTime, options: ListingOptions): string {
  const { withNamespace, withLabels, withHeaders, withKind, format } = options;
  const own = (columnsByKind.get(kind.kind) ?? plainColumns) as readonly Column[];
  const columns = own
    .filter(({ isWide }) => !isWide || format === 'wide')
    .map((each) => (withKind && each.name === nameColumn.name ? column('NAME', typedName) : each));
  if (withNamespace && kind.namespaced) {
    columns.unshift(column('NAMESPACE', ({ metadata }) => metadata.namespace ?? ''));
  }
  if (withLabels) columns.push(column('LABELS', ({ metadata }) => labelsText(metadata.labels)));
  const rows = objects.map((object) => columns.map(({ cell }) => printable(cell(object, now))));
  if (withHeaders) rows.unshift(columns.map(({ name }) => name));
  return `${alignCells(rows, 3).join('\n')}\n`;
}

/** Left-aligned lines with `gap` spaces between columns; the last one is as long as it is. */
export function alignCells(rows: readonly (readonly string[])[], gap: number): string[] {
  const widths = (rows[0] ?? []).map((_, i) =>
    rows.reduce((widest, row) => Math.max(widest, row[i]?.length ?? 0), 0),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd((widths[i] ?? 0) + gap)))
      .join('')
      .trimEnd(),
  );
}

/** The kinds of `get all`: what people run, without what it is made of. */
export const allKinds: readonly ResourceKind[] = [
  'Pod',
  'ReplicationController',
  'Service',
  'DaemonSet',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'HorizontalPodAutoscaler',
  'CronJob',
  'Job',
].map((name) => resourceKindNamed(name) as ResourceKind);
