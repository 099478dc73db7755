// Tables, names, JSON and YAML of objects, and descriptions.

import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Event } from '../../../src/api/event.js';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import {
  type ResourceKind,
  resourceKindNamed,
  resourceKinds,
} from '../../../src/api/resource-kinds.js';
import { describedObjects } from '../../../src/report/kubectl/described.js';
import {
  type ListedKind,
  type ListingOptions,
  listing,
} from '../../../src/report/kubectl/listing.js';
import { deployment, service } from '../../support/objects.js';

const S = 1_000_000;
const group = (...objects: readonly KubernetesObject[]): ListedKind => {
  const kind = resourceKindNamed(objects[0]?.kind ?? '');
  if (kind === undefined) throw new Error('no such kind');
  return { kind, objects };
};
const options = (extra: Partial<ListingOptions> = {}): ListingOptions => ({
  format: 'table',
  withNamespace: false,
  withLabels: false,
  withHeaders: true,
  withKind: false,
  isSingle: false,
  ...extra,
});

const web = {
  ...deployment('web', 3),
  status: { readyReplicas: 1, updatedReplicas: 3, availableReplicas: 1 },
};
const created = (object: KubernetesObject, atUs: number): KubernetesObject =>
  ({ ...object, metadata: { ...object.metadata, creationTimestamp: atUs } }) as KubernetesObject;
const deployments = group(created(web, 2 * S), created(deployment('api-gateway', 1), 4 * S));
const services = group(created(service('web'), 2 * S));

describe('a table', () => {
  test('has three spaces between its columns', () => {
    expect(listing([deployments], 10 * S, options())).toBe(
      [
        'NAME          READY   UP-TO-DATE   AVAILABLE   AGE',
        'web           1/3     3            1           8s',
        'api-gateway   0/1     0            0           6s',
        '',
      ].join('\n'),
    );
  });

  test('is wider when it is asked to be, and has other columns on demand', () => {
    const all = { format: 'wide', withNamespace: true, withLabels: true } as const;
    const [head, row] = listing([deployments], 10 * S, options(all)).split('\n');
    expect(head?.split(/ {3,}/)).toEqual(
      'NAMESPACE NAME READY UP-TO-DATE AVAILABLE AGE CONTAINERS IMAGES SELECTOR LABELS'.split(' '),
    );
    expect(row?.split(/ {3,}/).slice(-3)).toEqual(['app:1', 'app=web', '<none>']);
  });

  test('needs no titles', () => {
    const text = listing([deployments], 10 * S, options({ withHeaders: false }));
    expect(text).toMatch(/^web /);
  });

  test('of several kinds says which they are; empty kinds are not shown', () => {
    const none = { kind: deployments.kind, objects: [] };
    const text = listing([none, deployments, services], 10 * S, options({ withKind: true }));
    expect(text).toContain('deployment.apps/web');
    expect(text).toContain('\n\nNAME          TYPE');
    expect(text).toContain('service/web   ClusterIP');
  });

  test('shows nothing that could move the cursor', () => {
    const evil = { ...web, metadata: { ...web.metadata, name: 'a\u001b[2Jb' } };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are sought.
    expect(listing([group(evil)], 0, options())).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  test('there is one for every kind', () => {
    for (const kind of resourceKinds) {
      const bare = {
        apiVersion: kind.apiVersion,
        kind: kind.kind,
        metadata: { name: 'x', namespace: 'ns', creationTimestamp: 0 },
        ...bodies[kind.kind],
      } as unknown as KubernetesObject;
      const text = listing([{ kind, objects: [bare] }], 5 * S, options({ format: 'wide' }));
      expect(text.split('\n'), kind.kind).toHaveLength(3);
      expect(text, kind.kind).not.toMatch(/undefined|NaN|\[object/);
    }
  });
});

/** The fields without which an object of the kind cannot be. */
const spec = { template: { spec: { containers: [] } }, selector: {} };
const bodies: Readonly<Record<string, object>> = {
  ...Object.fromEntries(
    'Node Pod Service PersistentVolume PersistentVolumeClaim ResourceQuota PodDisruptionBudget'
      .split(' ')
      .map((kind) => [kind, { spec: { containers: [] } }]),
  ),
  ...Object.fromEntries(
    'Deployment ReplicaSet StatefulSet DaemonSet Job'.split(' ').map((kind) => [kind, { spec }]),
  ),
  ReplicationController: { spec: { template: spec.template } },
  CronJob: { spec: { schedule: '* * * * *', jobTemplate: { spec } } },
  HorizontalPodAutoscaler: {
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 3 },
  },
  EndpointSlice: { addressType: 'IPv4', endpoints: [] },
  Event: { involvedObject: {} },
  StorageClass: { provisioner: 'disk' },
  CSIDriver: { spec: {} },
  CSINode: { spec: { drivers: [] } },
  VolumeAttachment: { spec: { attacher: 'disk', nodeName: 'a', source: {} } },
  PriorityClass: { value: 5 },
  FlowSchema: { spec: { priorityLevelConfiguration: { name: 'exempt' } } },
  PriorityLevelConfiguration: { spec: { type: 'Exempt' } },
};

describe('what attaches volumes', () => {
  const own = <T extends KubernetesObject>(object: T): string => {
    const kind = resourceKinds.find((each) => each.kind === object.kind) as ResourceKind;
    const metadata = { ...object.metadata, creationTimestamp: 0 };
    const stored = { ...object, metadata } as KubernetesObject;
    return listing([{ kind, objects: [stored] }], 5 * S, options({ format: 'table' }));
  };
  const storage = { apiVersion: 'storage.k8s.io/v1' } as const;

  test('a VolumeAttachment shows its volume, its node and whether it is attached', () => {
    const spec = {
      attacher: 'disk.io',
      nodeName: 'node-1',
      source: { persistentVolumeName: 'pv' },
    };
    const metadata = { name: 'csi-1' };
    const attachment = { ...storage, kind: 'VolumeAttachment', metadata, spec } as const;
    const lines = [own({ ...attachment, status: { attached: true } }), own(attachment)].map(
      (text) => text.split('\n')[1]?.split(/ +/),
    );
    expect(lines).toEqual([
      ['csi-1', 'disk.io', 'pv', 'node-1', 'true', '5s'],
      ['csi-1', 'disk.io', 'pv', 'node-1', 'false', '5s'],
    ]);
  });

  test('the class of claims that name none is called the default', () => {
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    const metadata = { name: 'fast', annotations };
    const text = own({ ...storage, kind: 'StorageClass', metadata, provisioner: 'disk.io' });
    expect(text).toContain('fast (default)   disk.io');
  });
});

describe('the objects themselves', () => {
  const stored = created(
    { ...web, metadata: { ...web.metadata, resourceVersion: 7 } } as KubernetesObject,
    (86_400 + 42) * S + 5,
  );

  test('are a List with times and versions as the API writes them', () => {
    const list = JSON.parse(listing([group(stored)], 0, options({ format: 'json' })));
    expect(list).toMatchObject({ apiVersion: 'v1', kind: 'List', metadata: {} });
    expect(list.items[0].metadata).toMatchObject({
      creationTimestamp: '1970-01-02T00:00:42Z',
      resourceVersion: '7',
    });
  });

  test('one that was named stands alone, and YAML says the same as JSON', () => {
    const single = { isSingle: true } as const;
    const json = listing([group(stored)], 0, options({ ...single, format: 'json' }));
    const yaml = listing([group(stored)], 0, options({ ...single, format: 'yaml' }));
    expect(JSON.parse(json)).toMatchObject({ kind: 'Deployment', spec: { replicas: 3 } });
    expect(parse(yaml)).toEqual(JSON.parse(json));
    expect(Object.keys(JSON.parse(json))).toEqual(
      'apiVersion kind metadata spec status'.split(' '),
    );
  });

  test('the times of Leases have microseconds', () => {
    const lease: KubernetesObject = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'n' },
      spec: { renewTime: 1_500_000, leaseDurationSeconds: 40 },
    };
    const [item] = JSON.parse(listing([group(lease)], 0, options({ format: 'json' }))).items;
    expect(item.spec).toEqual({
      renewTime: '1970-01-01T00:00:01.500000Z',
      leaseDurationSeconds: 40,
    });
  });

  test('names are as kubectl takes them again', () => {
    const text = listing([deployments, services], 0, options({ format: 'name' }));
    expect(text).toBe('deployment.apps/web\ndeployment.apps/api-gateway\nservice/web\n');
  });
});

describe('a description', () => {
  const event = (reason: string, lastTimestamp: number, extra: Partial<Event> = {}): Event => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: reason, namespace: 'default' },
    involvedObject: { kind: 'Deployment', name: 'web', uid: 'u1' },
    type: 'Normal',
    reason,
    message: `${reason} it`,
    source: { component: 'deployment-controller' },
    firstTimestamp: lastTimestamp,
    lastTimestamp,
    ...extra,
  });
  const own = {
    ...web,
    metadata: { ...web.metadata, uid: 'u1', labels: { b: '2', a: '1' } },
  } as KubernetesObject;
  const events = [
    event('Later', 9 * S, { count: 3, firstTimestamp: S, type: 'Warning' }),
    event('Earlier', 4 * S),
    event('Other', 5 * S, { involvedObject: { kind: 'Deployment', name: 'web', uid: 'u0' } }),
  ];
  const text = describedObjects([group(own)], [own, ...events], 10 * S);

  test('begins with what the object is', () => {
    expect(text.split('\n').slice(0, 7)).toEqual([
      'Name:         web',
      'Namespace:    default',
      'Labels:       a=1',
      '              b=2',
      'Annotations:  <none>',
      'API Version:  apps/v1',
      'Kind:         Deployment',
    ]);
  });

  test('has every field, in words', () => {
    expect(text).toContain('Progress Deadline Seconds:  600');
    expect(text).toMatch(/Status:\n {2}Available Replicas: {2}1/);
  });

  test('ends with the Events about this very object, oldest first', () => {
    expect(text.split('\n').slice(-5)).toEqual([
      '  Type     Reason   Age              From                   Message',
      '  ----     ------   ---              ----                   -------',
      '  Normal   Earlier  6s               deployment-controller  Earlier it',
      '  Warning  Later    1s (x3 over 9s)  deployment-controller  Later it',
      '',
    ]);
    expect(describedObjects([group(web)], [], 0)).toMatch(/Events: {2}<none>\n$/);
  });
});
