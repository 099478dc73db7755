import { describe, expect, it } from 'vitest';
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelValueProblems,
  type NameCheck,
  qualifiedNameProblems,
} from '../../src/api/name-validation.js';
import { found, labelRule, labelValueRule, subdomainRule } from './validation-harness.js';

describe('names', () => {
  it.each<[string, NameCheck, readonly string[], readonly string[]]>([
    [
      'label',
      dnsLabelProblems,
      ['a', 'a-b', '1', 'a'.repeat(63)],
      ['', 'A', '-a', 'a-', 'a.b', 'a_b', 'a'.repeat(64)],
    ],
    [
      'subdomain',
      dnsSubdomainProblems,
      ['a', 'a.b', '1.2', 'a'.repeat(253)],
      ['', 'a..b', '.a', 'a.', 'A', 'a'.repeat(254)],
    ],
    [
      'label value',
      labelValueProblems,
      ['', 'a', 'A_b.c-d', '1'],
      ['-a', 'a/b', 'a b', 'a'.repeat(64)],
    ],
    [
      'qualified name',
      qualifiedNameProblems,
      ['a', 'A.b_c', 'x.io/y', 'nvidia.com/gpu'],
      ['', '/a', 'a/', 'a/b/c', 'X.io/y', '-a', 'a'.repeat(64)],
    ],
  ])('of the form %s', (_name, check, good, bad) => {
    for (const name of good) expect(check(name), name).toEqual([]);
    for (const name of bad) expect(check(name), name).not.toEqual([]);
  });

  it('are explained in the words of the API server', () => {
    expect(dnsLabelProblems('My_Name')).toEqual([labelRule]);
    expect(dnsLabelProblems('a'.repeat(64))).toEqual(['must be no more than 63 characters']);
    expect(dnsSubdomainProblems('My_Name')).toEqual([subdomainRule]);
    expect(labelValueProblems('-')).toEqual([labelValueRule]);
    expect(qualifiedNameProblems('/x')).toEqual(['prefix part must be non-empty']);
  });

  it('are required, and checked by kind', () => {
    expect(found('ConfigMap', 'v1', { metadata: {} })).toEqual([
      'metadata.name: Required value: name or generateName is required',
    ]);
    expect(found('ConfigMap', 'v1', { metadata: { generateName: 'a-' } })).toEqual([]);
    expect(found('ConfigMap', 'v1', { metadata: { name: 'a.b' } })).toEqual([]);
    expect(found('Namespace', 'v1', { metadata: { name: 'a.b' } })[0]).toBe(
      `metadata.name: Invalid value: "a.b": ${labelRule}`,
    );
    expect(found('ConfigMap', 'v1', { metadata: { name: 'a', namespace: 'A' } })).toEqual([
      `metadata.namespace: Invalid value: "A": ${labelRule}`,
    ]);
    expect(found('ConfigMap', 'v1', { metadata: { name: 'a', labels: { x: '-' } } })).toEqual([
      `metadata.labels.x: Invalid value: "-": ${labelValueRule}`,
    ]);
  });
});
