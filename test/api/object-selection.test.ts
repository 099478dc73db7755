import { describe, expect, it } from 'vitest';
import type { NodeSelectorTerm, TaintEffect, Toleration } from '../../src/api/affinity.js';
import { parsePercent, resolveIntOrPercent } from '../../src/api/int-or-string.js';
import type { Node, Taint } from '../../src/api/node.js';
import {
  compileNodeSelector,
  compileNodeSelectorTerm,
  requiredNodeMatcher,
} from '../../src/api/node-selector.js';
import { controllerOf, objectKey } from '../../src/api/object-meta.js';
import type { PodSpec } from '../../src/api/pod.js';
import {
  convertedApiVersions,
  describeRemovedApiVersion,
  removedApiVersion,
  removedApiVersions,
  resourceKindNamed,
  resourceKindOf,
  resourceKindOfResource,
  resourceKinds,
} from '../../src/api/resource-kinds.js';
import { messageShape } from '../../src/api/shape.js';
import { findUntoleratedTaint, toleratesTaint } from '../../src/api/toleration.js';

const node: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1', labels: { zone: 'a', cores: '16' } },
  spec: {},
};

describe('node selectors', () => {
  it.each<[string, NodeSelectorTerm, boolean]>([
    ['a term without requirements matches nothing', {}, false],
    ['empty lists match nothing', { matchExpressions: [], matchFields: [] }, false],
    ['In', { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }, true],
    ['Gt', { matchExpressions: [{ key: 'cores', operator: 'Gt', values: ['8'] }] }, true],
    ['Lt', { matchExpressions: [{ key: 'cores', operator: 'Lt', values: ['16'] }] }, false],
    ['Gt on text', { matchExpressions: [{ key: 'zone', operator: 'Gt', values: ['1'] }] }, false],
    [
      'the name as a field',
      { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] },
      true,
    ],
    [
      'another name as a field',
      { matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['node-1'] }] },
      false,
    ],
    [
      'labels and fields together',
      {
        matchExpressions: [{ key: 'zone', operator: 'Exists' }],
        matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-2'] }],
      },
      false,
    ],
  ])('%s', (_name, term, expected) => {
    expect(compileNodeSelectorTerm(term)(node)).toBe(expected);
    expect(compileNodeSelector({ nodeSelectorTerms: [{}, term] })(node)).toBe(expected);
  });

  it('without terms match nothing', () => {
    expect(compileNodeSelector({ nodeSelectorTerms: [] })(node)).toBe(false);
  });

  it.each<[string, Partial<PodSpec>, boolean]>([
    ['a pod without wishes', {}, true],
    ['a matching nodeSelector', { nodeSelector: { zone: 'a' } }, true],
    ['another value', { nodeSelector: { zone: 'b' } }, false],
    ['a missing label', { nodeSelector: { disk: '' } }, false],
    [
      'nodeSelector and affinity must both hold',
      {
        nodeSelector: { zone: 'a' },
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }],
            },
          },
        },
      },
      false,
    ],
  ])('%s', (_name, wishes, expected) => {
    const spec: PodSpec = { containers: [], ...wishes };
    expect(requiredNodeMatcher(spec)(node)).toBe(expected);
    expect(requiredNodeMatcher(spec)).toBe(requiredNodeMatcher(spec));
  });
});

describe('tolerations', () => {
  const taint: Taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };

  it.each<[string, Toleration, boolean]>([
    ['everything', { operator: 'Exists' }, true],
    ['the key', { key: 'gpu', operator: 'Exists' }, true],
    ['key and value', { key: 'gpu', operator: 'Equal', value: 'yes' }, true],
    ['key and value by default', { key: 'gpu', value: 'yes' }, true],
    ['another value', { key: 'gpu', value: 'no' }, false],
    ['no value', { key: 'gpu' }, false],
    ['another key', { key: 'cpu', operator: 'Exists' }, false],
    ['the effect', { operator: 'Exists', effect: 'NoSchedule' }, true],
    ['another effect', { operator: 'Exists', effect: 'NoExecute' }, false],
    ['a comparison behind a gate', { key: 'gpu', operator: 'Gt', value: '1' }, false],
  ])('of %s', (_name, toleration, expected) => {
    expect(toleratesTaint(toleration, taint)).toBe(expected);
  });

  it('the first taint that none covers is found, among the effects asked for', () => {
    const soft: Taint = { key: 'soft', effect: 'PreferNoSchedule' };
    const hard: Taint = { key: 'hard', effect: 'NoExecute' };
    const effects: readonly TaintEffect[] = ['NoSchedule', 'NoExecute'];
    expect(findUntoleratedTaint([soft, taint, hard], undefined, effects)).toBe(taint);
    expect(
      findUntoleratedTaint([soft, taint, hard], [{ key: 'gpu', operator: 'Exists' }], effects),
    ).toBe(hard);
    expect(findUntoleratedTaint([soft, taint], [{ operator: 'Exists' }], effects)).toBeUndefined();
    expect(findUntoleratedTaint(undefined, undefined, effects)).toBeUndefined();
  });
});

describe('counts and percentages', () => {
  it.each<[number | string, number, number | undefined, number | undefined]>([
    // value, total, rounded up, rounded down
    [3, 10, 3, 3],
    ['25%', 10, 3, 2],
    ['25%', 4, 1, 1],
    ['0%', 10, 0, 0],
    ['100%', 7, 7, 7],
    ['33%', 3, 1, 0],
    ['http', 10, undefined, undefined],
    ['5', 10, undefined, undefined],
  ])('%s of %d is %s up and %s down', (value, total, up, down) => {
    expect(resolveIntOrPercent(value, total, 'up')).toBe(up);
    expect(resolveIntOrPercent(value, total, 'down')).toBe(down);
  });

  it('a percentage has neither sign nor decimals', () => {
    expect(['-1%', '1.5%', '%', '1'].map(parsePercent)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('object identity', () => {
  it('is the namespace and the name', () => {
    expect(objectKey({ ...node, metadata: { name: 'a', namespace: 'b' } })).toBe('b/a');
    expect(objectKey(node)).toBe('node-1');
  });

  it('the controller is the owner marked as such', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: '1' };
    const owned = {
      ...node,
      metadata: { name: 'a', ownerReferences: [owner, { ...owner, controller: true }] },
    };
    expect(controllerOf(owned)).toEqual({ ...owner, controller: true });
    expect(controllerOf(node)).toBeUndefined();
  });
});

describe('the table of kinds', () => {
  it('has every kind and every plural once, and a shape for each', () => {
    expect(new Set(resourceKinds.map(({ kind }) => kind)).size).toBe(resourceKinds.length);
    expect(new Set(resourceKinds.map(({ resource }) => resource)).size).toBe(resourceKinds.length);
    for (const { kind } of resourceKinds) expect(messageShape(kind)?.has('metadata')).toBe(true);
    const shortNames = resourceKinds.flatMap((entry) => entry.shortNames);
    expect(new Set(shortNames).size).toBe(shortNames.length);
  });

  it('is found by type, by kind and by plural', () => {
    const pods = resourceKindOf('v1', 'Pod');
    expect(pods).toMatchObject({ resource: 'pods', namespaced: true, shortNames: ['po'] });
    expect(resourceKindNamed('Pod')).toBe(pods);
    expect(resourceKindOfResource('pods')).toBe(pods);
    expect(resourceKindOf('v2', 'Pod')).toBeUndefined();
    expect(resourceKindOfResource('pod')).toBeUndefined();
  });

  it('accepts a converted version as the version it converts to', () => {
    expect(resourceKindOf('autoscaling/v1', 'HorizontalPodAutoscaler')?.apiVersion).toBe(
      'autoscaling/v2',
    );
    for (const { kind, convertsTo } of convertedApiVersions) {
      expect(resourceKindOf(convertsTo, kind)).toBeDefined();
    }
  });

  it.each<[string, string, string]>([
    [
      'batch/v1beta1',
      'CronJob',
      'batch/v1beta1 CronJob was removed in Kubernetes 1.25; write batch/v1',
    ],
    [
      'extensions/v1beta1',
      'Deployment',
      'extensions/v1beta1 Deployment was removed in Kubernetes 1.16; write apps/v1',
    ],
    [
      'policy/v1beta1',
      'PodDisruptionBudget',
      'policy/v1beta1 PodDisruptionBudget was removed in Kubernetes 1.25; write policy/v1',
    ],
    [
      'autoscaling/v2beta2',
      'HorizontalPodAutoscaler',
      'autoscaling/v2beta2 HorizontalPodAutoscaler was removed in Kubernetes 1.26; write autoscaling/v2',
    ],
    [
      'apps/v1beta2',
      'StatefulSet',
      'apps/v1beta2 StatefulSet was removed in Kubernetes 1.16; write apps/v1',
    ],
  ])('tells of %s %s', (apiVersion, kind, message) => {
    const entry = removedApiVersion(apiVersion, kind);
    expect(entry && describeRemovedApiVersion(entry)).toBe(message);
  });

  it('points every removed version to one that is served', () => {
    for (const { apiVersion, kind, replacement } of removedApiVersions) {
      expect(resourceKindOf(replacement, kind)).toBeDefined();
      expect(resourceKindOf(apiVersion, kind)).toBeUndefined();
    }
  });
});
