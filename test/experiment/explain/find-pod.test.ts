// Which pod a name means.
import { describe, expect, test } from 'vitest';
import { findPod } from '../../../src/experiment/explain/find-pod.js';

const pods = [
  { namespace: 'shop', name: 'cart-6b7-x2', owner: 'Deployment/cart' },
  { namespace: 'shop', name: 'cart-6b7-a9', owner: 'Deployment/cart' },
  { namespace: 'shop', name: 'cart-db-0', owner: 'StatefulSet/cart-db' },
  { namespace: 'default', name: 'web', owner: '' },
  { namespace: 'default', name: 'web-2', owner: '' },
  { namespace: 'default', name: 'job-17', owner: 'Job/job' },
];

describe('a pod is found', () => {
  test.each([
    ['by its name', 'shop/cart-6b7-x2', 'shop/cart-6b7-x2'],
    ['though others begin so', 'default/web', 'default/web'],
    ['by a beginning that no other has', 'shop/cart-d', 'shop/cart-db-0'],
    ['by its namespace, when it is alone there', 'default/j', 'default/job-17'],
  ])('%s', (_how, wanted, key) => {
    expect(findPod(wanted, pods)).toEqual({ key });
  });
});

describe('a pod is not found', () => {
  test.each([
    [
      'when several begin so',
      'shop/cart-6',
      { candidates: ['shop/cart-6b7-a9', 'shop/cart-6b7-x2'], nearest: '' },
    ],
    ['in another namespace', 'default/cart-db', { candidates: ['shop/cart-db-0'], nearest: '' }],
    [
      'by what it belongs to',
      'deployment/cart',
      {
        candidates: ['shop/cart-6b7-a9', 'shop/cart-6b7-x2', 'shop/cart-db-0'],
        nearest: '',
      },
    ],
    ['by a misspelt name', 'default/wob-2', { candidates: [], nearest: 'default/web-2' }],
    ['by a name like no other', 'default/zookeeper', { candidates: [], nearest: '' }],
  ])('%s', (_why, wanted, expected) => {
    expect(findPod(wanted, pods)).toEqual({ key: undefined, ...expected });
  });

  test('when there are no pods', () => {
    expect(findPod('default/web', [])).toEqual({ key: undefined, candidates: [], nearest: '' });
  });
});
