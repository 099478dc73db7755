// What `kubeclock get` is asked for and finds: names of kinds, selectors, namespaces, order.
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import {
  checkSelector,
  findObjects,
  type ObjectQuery,
  QueryError,
  wantedKinds,
} from '../../../src/report/kubectl/object-query.js';

const kinds = (...args: string[]): string[] =>
  wantedKinds(args).map(({ kind, names }) => [kind.kind, ...names].join(' '));

describe('arguments', () => {
  test.each<[string[], string[]]>([
    [['pods'], ['Pod']],
    [['po', 'a', 'b'], ['Pod a b']],
    [['Deployment'], ['Deployment']],
    [['deploy.apps'], ['Deployment']],
    [['horizontalpodautoscalers.autoscaling'], ['HorizontalPodAutoscaler']],
    [['svc,ep'], ['Service', 'Endpoints']],
    [
      ['deploy/web', 'svc/db'],
      ['Deployment web', 'Service db'],
    ],
  ])('%j ask for %j', (args, expected) => expect(kinds(...args)).toEqual(expected));

  test('all asks for what people run', () => {
    expect(kinds('all')).toContain('Deployment');
    expect(kinds('all')).not.toContain('Event');
  });

  test.each<[string[], RegExp]>([
    [[], /Name what is to be shown/],
    [['pdos'], /doesn't have a resource type "pdos". Did you mean pods\?/],
    [['xyzzy'], /resource type "xyzzy"\.$/],
    [['pods', 'svc/db'], /"pods": beside TYPE\/NAME every argument/],
    [['pods/'], /"pods\/": beside/],
    [['all/web'], /"all\/web": name one type/],
    [['a/b/c'], /beside/],
  ])('%j are refused', (args, message) => {
    expect(() => wantedKinds(args)).toThrow(QueryError);
    expect(() => wantedKinds(args)).toThrow(message);
  });

  test('a selector that cannot be read is refused with its reason', () => {
    expect(() => checkSelector('a in (b')).toThrow(QueryError);
    expect(() => checkSelector('app=web,tier!=db')).not.toThrow();
  });
});

const pod = (namespace: string, name: string, created: number, app?: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace,
    creationTimestamp: created,
    ...(app !== undefined && { labels: { app } }),
  },
  spec: { containers: [] },
});
const node = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: {},
});
const objects = [
  pod('shop', 'b', 1, 'web'),
  pod('shop', 'a', 3, 'db'),
  node('n1'),
  pod('back', 'c', 2, 'web'),
];

const query = (extra: Partial<ObjectQuery>, ...args: string[]): ObjectQuery => ({
  wanted: wantedKinds(args),
  namespace: 'shop',
  selector: '',
  sortBy: undefined,
  ...extra,
});

const names = (asked: ObjectQuery): string[] =>
  findObjects(objects, asked).groups.flatMap((group) =>
    group.objects.map(({ metadata }) => metadata.name),
  );

describe('objects', () => {
  test('of the namespace, in the order of their names', () => {
    expect(names(query({}, 'pods'))).toEqual(['a', 'b']);
    expect(names(query({ namespace: 'other' }, 'pods'))).toEqual([]);
  });

  test('of all namespaces, by namespace and name', () => {
    expect(names(query({ namespace: undefined }, 'pods'))).toEqual(['c', 'a', 'b']);
  });

  test('without a namespace are found from any', () => {
    expect(names(query({}, 'nodes'))).toEqual(['n1']);
  });

  test('with the labels of a selector', () => {
    expect(names(query({ namespace: undefined, selector: 'app=web' }, 'pods'))).toEqual(['c', 'b']);
  });

  test('in the order of a field', () => {
    const sortBy = '{.metadata.creationTimestamp}';
    expect(names(query({ namespace: undefined, sortBy }, 'po'))).toEqual(['b', 'c', 'a']);
    expect(names(query({ sortBy: '.metadata.labels.app' }, 'po'))).toEqual(['a', 'b']);
    expect(names(query({ sortBy: '.no.such.field' }, 'po'))).toEqual(['a', 'b']);
  });

  test('by name, as they were named, and those that are missing by their full type', () => {
    const found = findObjects(objects, query({}, 'pods', 'b', 'z', 'a'));
    expect(found.groups[0]?.objects.map(({ metadata }) => metadata.name)).toEqual(['b', 'a']);
    expect(found.missing).toEqual(['pods "z"']);
    expect(findObjects(objects, query({}, 'deploy/web')).missing).toEqual([
      'deployments.apps "web"',
    ]);
  });
});
