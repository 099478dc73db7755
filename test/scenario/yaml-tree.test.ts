import { describe, expect, test } from 'vitest';
import { readTree, valueAt } from '../../src/scenario/yaml-tree.js';

const text = `# A comment.
---
spec:
  seed: 5
  list:
    - name: one
    - {name: two, size: 3}
  block: |
    first: 1

    second: 2
  folded: >-

      deep: 1
  plain: text
`;

describe('a YAML file as a tree', () => {
  const tree = readTree(text, 'a.yaml');

  test('has plain values', () => {
    expect(tree.problems).toEqual([]);
    expect(valueAt(tree.tree, ['spec', 'seed'])).toBe(5);
    expect(valueAt(tree.tree, ['spec', 'list', 1, 'size'])).toBe(3);
    expect(valueAt(tree.tree, ['spec', 'none', 'deeper'])).toBeUndefined();
    expect(valueAt(tree.tree, ['spec', 'list', 'name'])).toBeUndefined();
  });

  test.each([
    [['spec', 'seed'], 4, 9],
    [['spec', 'list', 0, 'name'], 6, 13],
    [['spec', 'list', 1, 'size'], 7, 25],
    [['spec', 'list', 1], 7, 7],
    [['spec', 'list', 1, 'missing'], 7, 7],
    [['spec', 'none'], 3, 1],
  ])('knows where %j stands', (path, line, column) => {
    expect(tree.positionOf(path)).toEqual({ line, column });
  });

  test('knows where a key stands, apart from its value', () => {
    expect(tree.positionOf(['spec', 'seed'], 'key')).toEqual({ line: 4, column: 3 });
  });

  test.each([
    ['block', 9, 4],
    ['folded', 13, 6],
    ['plain', 15, 9],
  ])('knows where the text of %s begins', (key, line, indent) => {
    expect(tree.blockStart(['spec', key])).toEqual({ line, indent });
  });

  test('reads kubectl dialect: yes is true, 1:30 and dates are text', () => {
    const { tree: values } = readTree('a: yes\nb: 0644\nc: 1:30\nd: 2026-01-31\n', 'a.yaml');
    expect(values).toEqual({ a: true, b: 420, c: '1:30', d: '2026-01-31' });
  });
});

describe('a file that is no tree', () => {
  test.each([
    ['empty', '', []],
    ['only comments', '# nothing\n', []],
    ['malformed', 'a: [1,\n', ['KUBECLOCK1001']],
    ['a key twice', 'a: 1\na: 2\n', ['KUBECLOCK1002']],
    ['a template', 'a: {{ .Values.a }}\n', ['KUBECLOCK1003']],
    ['two documents', 'a: 1\n---\nb: 2\n', ['KUBECLOCK1001']],
  ])('%s', (_what, source, codes) => {
    const { problems } = readTree(source, 'a.yaml');
    expect(problems.map(({ code }) => code)).toEqual(codes);
  });

  test('points at the second document', () => {
    expect(readTree('a: 1\n---\nb: 2\n', 'a.yaml').problems[0]).toMatchObject({
      line: 2,
      column: 1,
    });
  });
});

describe('a JSON file as a tree', () => {
  test('means what it means as YAML, and knows where its fields stand', () => {
    const json = '{"spec": {\n  "seed": 1e1, "list": [{"name": "on"}, null]}}\n';
    const tree = readTree(json, 'a.json');
    expect(tree.problems).toEqual([]);
    expect(tree.tree).toEqual({ spec: { seed: 10, list: [{ name: 'on' }, null] } });
    expect(tree.positionOf(['spec', 'seed'])).toEqual({ line: 2, column: 11 });
    expect(tree.positionOf(['spec', 'list', 0, 'name'])).toEqual({ line: 2, column: 34 });
  });

  test('is read as YAML, with its faults, when it is not strict JSON', () => {
    const { tree, problems } = readTree('{"spec": {"seed": 5,}, # why\n "spec": 1}', 'a.json');
    expect(tree).toEqual({ spec: 1 });
    expect(problems.map(({ line, code }) => [line, code])).toEqual([[2, 'KUBECLOCK1002']]);
  });
});

test.each([
  ['YAML', 'spec:\n  seed: 5\n  seed: 6\n', 3, 3],
  ['JSON', '{"spec": {\n  "seed": 5,\n  "seed": 6}}\n', 3, 3],
])('a key that is written twice in %s is said where it stands', (_, twice, line, column) => {
  const { problems } = readTree(twice, 'a.yaml');
  expect(problems).toMatchObject([{ file: 'a.yaml', line, column }]);
  expect(problems[0]?.message).toContain('seed');
});
