// The columns of Namespaces and of what they hold for pods: ConfigMaps, Secrets, ServiceAccounts,
// LimitRanges; and of ControllerRevisions.
// Source: Kubernetes v1.36 pkg/printers/internalversion/printers.go.
import type { ConfigMap } from '../../api/config-map.js';
import type { ControllerRevision } from '../../api/controller-revision.js';
import { withGroup } from '../../api/group.js';
import type { LimitRange } from '../../api/limit-range.js';
import type { Namespace } from '../../api/namespace.js';
import type { Secret } from '../../api/secret.js';
import type { ServiceAccount } from '../../api/service-account.js';
import { formatTimestamp } from '../../api/timestamp.js';
import { ageColumn, type Column, column, NONE, nameColumn, UNKNOWN } from './columns.js';

/** Columns of `get namespaces`. */
export const namespaceColumns: readonly Column<Namespace>[] = [
  nameColumn,
  column('STATUS', ({ metadata, status }) =>
    metadata.deletionTimestamp === undefined ? (status?.phase ?? 'Active') : 'Terminating',
  ),
  ageColumn,
];

const entries = (...maps: readonly (object | undefined)[]): number =>
  maps.reduce((sum, map) => sum + Object.keys(map ?? {}).length, 0);

/** Columns of `get configmaps`. */
export const configMapColumns: readonly Column<ConfigMap>[] = [
  nameColumn,
  column('DATA', ({ data, binaryData }) => entries(data, binaryData)),
  ageColumn,
];

/** Columns of `get secrets`. */
export const secretColumns: readonly Column<Secret>[] = [
  nameColumn,
  column('TYPE', ({ type }) => type ?? 'Opaque'),
  column('DATA', ({ data, stringData }) => entries(data, stringData)),
  ageColumn,
];

/** Columns of `get serviceaccounts`. */
export const serviceAccountColumns: readonly Column<ServiceAccount>[] = [
  nameColumn,
  column('SECRETS', ({ secrets = [] }) => secrets.length),
  ageColumn,
];

/** Columns of `get limitranges`. */
export const limitRangeColumns: readonly Column<LimitRange>[] = [
  nameColumn,
  column('CREATED AT', ({ metadata: { creationTimestamp } }) =>
    creationTimestamp === undefined ? UNKNOWN : formatTimestamp(creationTimestamp, 0),
  ),
];

/** Columns of `get controllerrevisions`. */
export const revisionColumns: readonly Column<ControllerRevision>[] = [
  nameColumn,
  column('CONTROLLER', ({ metadata }) => {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (owner === undefined) return NONE;
    return `${withGroup(owner.kind.toLowerCase(), owner.apiVersion)}/${owner.name}`;
  }),
  column('REVISION', ({ revision = 0 }) => revision),
  ageColumn,
];
