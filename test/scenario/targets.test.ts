import { describe, expect, test } from 'vitest';
import { formatTarget, resolveTarget } from '../../src/scenario/targets.js';

const web = { kind: 'Deployment', namespace: 'default', name: 'web' };

describe('the target of an operation', () => {
  test.each([
    'Deployment/web',
    'deployment/web',
    'deployments/web',
    'deploy/web',
    'DEPLOY/default/web',
  ])('%s is the Deployment web of the default namespace', (text) => {
    expect(resolveTarget(text)).toEqual(web);
  });

  test('has the namespace that is written', () => {
    expect(resolveTarget('sts/shop/db')).toEqual({
      kind: 'StatefulSet',
      namespace: 'shop',
      name: 'db',
    });
    expect(resolveTarget({ kind: 'Deployment', name: 'web' })).toEqual(web);
    expect(resolveTarget({ kind: 'po', namespace: 'a', name: 'b' })).toEqual({
      kind: 'Pod',
      namespace: 'a',
      name: 'b',
    });
  });

  test('has no namespace when its kind has none', () => {
    expect(resolveTarget('node/node-0')).toEqual({ kind: 'Node', namespace: '', name: 'node-0' });
    expect(resolveTarget('ns/shop')).toMatchObject({ kind: 'Namespace', namespace: '' });
  });

  test('of an unknown kind is a fault, with the nearest kind', () => {
    expect(resolveTarget('Deploymnt/web')).toEqual({
      fault: '"Deploymnt" is no kind that is simulated',
      suggestion: 'Deployment',
    });
    expect(resolveTarget('Xyzzyplugh/web')).toMatchObject({ suggestion: undefined });
  });
});

describe('a target in a message', () => {
  test('has its namespace where there is one', () => {
    expect(formatTarget(web)).toBe('Deployment/default/web');
    expect(formatTarget({ kind: 'Node', namespace: '', name: 'node-0' })).toBe('Node/node-0');
  });
});
