// What is kept of a namespace once somebody has asked: the same as a walk through all stores finds.
import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/api/kubernetes-object.js';
import { NamespaceContents } from '../../../src/control-plane/controller-manager/namespace-contents.js';
import { configMap, pod } from '../../support/objects.js';
import { ControllerBench } from './controller-bench.js';

const SECOND = 1_000_000;

test('the contents of a namespace follow the informers, before and after the first look', () => {
  const elsewhere = { ...pod('c'), metadata: { name: 'c', namespace: 'other' } };
  const bench = new ControllerBench({ preload: [pod('a'), pod('b'), elsewhere] });
  const { informers } = bench.manager;
  const gone: string[] = [];
  const contents = new NamespaceContents(informers, ({ metadata }) => gone.push(metadata.name));
  const kept = (): KubernetesObject[] =>
    contents.of('default').flatMap((objects) => [...objects.values()]);
  const found = (): KubernetesObject[] =>
    informers.flatMap(({ store }) =>
      [...store.values()].filter(({ metadata }) => metadata.namespace === 'default'),
    );
  bench.ask(pod('b'), { verb: 'delete' });
  bench.wait(SECOND);
  expect(kept()).toEqual(found());
  for (const name of ['d', 'e']) bench.create(pod(name));
  bench.create(configMap('m'));
  bench.ask(pod('a'), { verb: 'delete' });
  bench.ask(elsewhere, { verb: 'delete' });
  bench.change(pod('d'), (current) => ({
    ...current,
    metadata: { ...current.metadata, labels: { app: 'other' } },
  }));
  bench.wait(SECOND);
  expect(kept()).toEqual(found());
  expect(kept().map(({ metadata }) => metadata.name)).toEqual(['d', 'e', 'm']);
  expect(gone).toEqual(['b', 'a', 'c']);
});
