// Tables of Namespaces, ConfigMaps and their like.
import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import { type ResourceKind, resourceKindNamed } from '../../../src/api/resource-kinds.js';
import { listing } from '../../../src/report/kubectl/listing.js';

const options = {
  format: 'table',
  withNamespace: false,
  withLabels: false,
  withHeaders: true,
  withKind: false,
  isSingle: false,
} as const;

function table(apiVersion: string, kind: string, metadata: object, more: object = {}): string[] {
  const object = {
    apiVersion,
    kind,
    metadata: { name: 'x', creationTimestamp: 0, ...metadata },
    ...more,
  } as KubernetesObject;
  const found = resourceKindNamed(kind) as ResourceKind;
  const text = listing([{ kind: found, objects: [object] }], 5_000_000, options);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.replaceAll(/ {3,}/g, '|'));
}

const data = { a: '1', b: '2' };
const owner = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  name: 'db',
  uid: 'u',
  controller: true,
};

test.each([
  [table('v1', 'Namespace', {}, { status: { phase: 'Active' } }), 'NAME|STATUS|AGE', 'x|Active|5s'],
  [table('v1', 'Namespace', { deletionTimestamp: 1 }), 'NAME|STATUS|AGE', 'x|Terminating|5s'],
  [table('v1', 'ConfigMap', {}, { data }), 'NAME|DATA|AGE', 'x|2|5s'],
  [table('v1', 'Secret', {}, { data }), 'NAME|TYPE|DATA|AGE', 'x|Opaque|2|5s'],
  [table('v1', 'ServiceAccount', {}), 'NAME|SECRETS|AGE', 'x|0|5s'],
  [table('v1', 'LimitRange', {}), 'NAME|CREATED AT', 'x|1970-01-01T00:00:00Z'],
  [
    table('apps/v1', 'ControllerRevision', { ownerReferences: [owner] }, { revision: 3 }),
    'NAME|CONTROLLER|REVISION|AGE',
    'x|statefulset.apps/db|3|5s',
  ],
  [
    table('apps/v1', 'ControllerRevision', {}, { revision: 1 }),
    'NAME|CONTROLLER|REVISION|AGE',
    'x|<none>|1|5s',
  ],
])('%#', ([head, row], expectedHead, expectedRow) => {
  expect(head?.replaceAll(/ {2,}/g, '|')).toBe(expectedHead);
  expect(row?.replaceAll(/ {2,}/g, '|')).toBe(expectedRow);
});
