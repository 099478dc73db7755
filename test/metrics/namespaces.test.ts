// Namespaces as goals of changes: when a deletion has converged.
import { expect, test } from 'vitest';
import type { Namespace } from '../../src/api/namespace.js';
import { ConvergenceBench } from './convergence-bench.js';

const team: Namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'team', uid: 'team' },
  spec: { finalizers: ['kubernetes'] },
  status: { phase: 'Active' },
};

const leaving: Namespace = {
  ...team,
  metadata: { ...team.metadata, deletionTimestamp: 5 },
  status: { phase: 'Terminating' },
};

test('a namespace that is made has converged when it is accepted', () => {
  const bench = new ConvergenceBench().at(3).change('create', team);
  expect(bench.row()).toMatchObject({ convergedUs: 3, readyUs: undefined });
});

test('a namespace that is deleted has not converged before it is gone', () => {
  const bench = new ConvergenceBench().at(1).change('create', team);
  bench.at(5).put(leaving).accept(bench.start('delete', leaving), leaving);
  expect(bench.row(1)).toMatchObject({
    convergedUs: undefined,
    reason: 'the namespace is Terminating: not all that is in it has gone',
  });
  bench.at(9).put({ ...leaving, spec: {} });
  expect(bench.row(1).convergedUs).toBeUndefined();
  bench.at(12).remove('Namespace', 'team');
  expect(bench.row(1)).toMatchObject({ convergedUs: 12, longestStage: 'ready' });
  expect(bench.path(1).at(-1)).toEqual(['empty', 7]);
});
