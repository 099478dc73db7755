// Objects of a scenario from every source, and that their problems stay where the user wrote them.

import { describe, expect, test } from 'vitest';
import type { ScenarioFiles } from '../../src/scenario/files.js';
import { namespaceOf, ObjectReader } from '../../src/scenario/objects.js';
import { isTree, readTree, valueAt } from '../../src/scenario/yaml-tree.js';
import { deployment, memoryFiles, service } from './memory-files.js';

const place = { file: 's.yaml', line: 3, column: 7 };

function reader(files: Readonly<Record<string, string>> = {}, strict = false): ObjectReader {
  return new ObjectReader(memoryFiles(files), strict);
}

function treeAt(text: string, ...path: readonly (string | number)[]) {
  const tree = readTree(text, 's.yaml');
  const value = valueAt(tree.tree, path);
  if (!isTree(value)) throw new Error('no mapping there');
  return { tree, value, path };
}

const names = (objects: readonly { object: { metadata: { name: string } } }[]) =>
  objects.map(({ object }) => object.metadata.name);

describe('objects from files', () => {
  test('come in the order of the files, and each file is read once', () => {
    const reads: string[] = [];
    const files = memoryFiles({
      'b.yaml': service('b'),
      'a.yaml': `${service('a1')}\n---\n${service('a2')}`,
    });
    const counting: ScenarioFiles = {
      list: files.list,
      read: (path) => {
        reads.push(path);
        return files.read(path);
      },
    };
    const objects = new ObjectReader(counting, false);
    expect(names(objects.fromFiles('*.yaml', place, []))).toEqual(['a1', 'a2', 'b']);
    expect(names(objects.fromFiles('a.yaml', place, []))).toEqual(['a1', 'a2']);
    expect(reads).toEqual(['a.yaml', 'b.yaml']);
    expect([...objects.texts.keys()]).toEqual(['a.yaml', 'b.yaml']);
  });

  test('that are not there are a problem of the place that names them', () => {
    const objects = reader();
    objects.fromFiles('x.yaml', place, ['spec', 'here']);
    expect(objects.problems).toMatchObject([
      { ...place, path: 'spec.here', code: 'KUBECLOCK2001' },
    ]);
  });

  test('that cannot be read are a problem with the reason', () => {
    const files: ScenarioFiles = {
      list: (path) => [path],
      read: () => {
        throw new Error('EACCES: permission denied');
      },
    };
    const objects = new ObjectReader(files, false);
    expect(objects.fromFiles('x.yaml', place, [])).toEqual([]);
    expect(objects.problems[0]?.message).toContain('permission denied');
  });

  test('a bad file does not hide a good one', () => {
    const objects = reader({ 'a.yaml': 'a: [', 'b.yaml': service('b') });
    expect(names(objects.fromFiles('*.yaml', place, []))).toEqual(['b']);
    expect(objects.problems).toMatchObject([{ file: 'a.yaml' }]);
  });
});

describe('kinds that are not simulated', () => {
  const widget = '{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}}';

  test('are counted over all sources, by kind', () => {
    const objects = reader({ 'a.yaml': `${widget}\n---\n${widget}` });
    objects.fromFiles('a.yaml', place, []);
    const { tree, value } = treeAt(`a: ${widget}`, 'a');
    objects.fromTree(value, tree, ['a']);
    expect(objects.ignored).toEqual([{ apiVersion: 'example.com/v1', kind: 'Widget', count: 3 }]);
    expect(objects.problems).toEqual([]);
  });

  test('are errors when strict, wherever they stand', () => {
    const objects = reader({ 'a.yaml': widget }, true);
    objects.fromFiles('a.yaml', place, []);
    const { tree, value } = treeAt(`a: ${widget}`, 'a');
    objects.fromTree(value, tree, ['a']);
    expect(objects.problems.map(({ file, code }) => [file, code])).toEqual([
      ['a.yaml', 'KUBECLOCK1006'],
      ['s.yaml', 'KUBECLOCK1006'],
    ]);
  });
});

describe('objects written in place', () => {
  test('are decoded and defaulted like those of files', () => {
    const { tree, value } = treeAt(`list:\n  - ${deployment('web')}`, 'list', 0);
    const [found] = reader().fromTree(value, tree, ['list', 0]);
    expect(found?.object).toMatchObject({
      metadata: { namespace: 'default' },
      spec: { replicas: 1 },
    });
  });

  test('have their problems in the scenario file', () => {
    const text = `list:\n  - apiVersion: v1\n    kind: Service\n    metadata: {name: a}\n    spec:\n      ports:\n        - port: http\n`;
    const { tree, value } = treeAt(text, 'list', 0);
    const objects = reader();
    objects.fromTree(value, tree, ['list', 0]);
    expect(objects.problems).toMatchObject([
      { file: 's.yaml', line: 7, column: 17, path: 'spec.ports[0].port' },
    ]);
  });

  test('may be a List of objects', () => {
    const text = `a: {apiVersion: v1, kind: List, items: [${service('one')}, ${service('two')}]}`;
    const { tree, value } = treeAt(text, 'a');
    expect(names(reader().fromTree(value, tree, ['a']))).toEqual(['one', 'two']);
  });

  test.each([
    ['without kind', '{metadata: {name: a}}', 'KUBECLOCK1004'],
    [
      'of an API that is gone',
      '{apiVersion: extensions/v1beta1, kind: Deployment, metadata: {name: a}}',
      'KUBECLOCK1005',
    ],
  ])('%s are refused', (_what, text, code) => {
    const { tree, value } = treeAt(`a: ${text}`, 'a');
    const objects = reader();
    expect(objects.fromTree(value, tree, ['a'])).toEqual([]);
    expect(objects.problems).toMatchObject([{ code, line: 1 }]);
  });
});

describe('objects in a block of YAML', () => {
  test('have their problems at their lines and columns', () => {
    const tree = readTree(
      'a:\n  yaml: |\n    apiVersion: v1\n    kind: Service\n    metdata: {name: a}\n',
      's.yaml',
    );
    const objects = reader();
    objects.fromYaml(String(valueAt(tree.tree, ['a', 'yaml'])), tree, ['a', 'yaml']);
    expect(objects.problems[0]).toMatchObject({
      file: 's.yaml',
      line: 5,
      column: 5,
      suggestion: 'metadata:',
    });
  });

  test('know where they start, for messages that come later', () => {
    const tree = readTree(`yaml: |\n  ${service('a')}\n  ---\n  ${service('b')}\n`, 's.yaml');
    const found = reader().fromYaml(String(valueAt(tree.tree, ['yaml'])), tree, ['yaml']);
    expect(found.map(({ manifest }) => [manifest.line, manifest.column])).toEqual([
      [2, 3],
      [4, 3],
    ]);
    expect(found[1]?.manifest.positionOf(['metadata', 'name'])).toMatchObject({ line: 4 });
  });
});

describe('templates', () => {
  const pod = '{spec: {containers: [{name: c, image: i}]}}';

  test.each([
    ['a Pod without a word about it', pod, 'Pod', 'pod'],
    ['a generated name', `{metadata: {generateName: fast-}, ${pod.slice(1)}`, 'Pod', 'fast'],
    ['a name of its own', `{metadata: {name: mine}, ${pod.slice(1)}`, 'Pod', 'mine'],
    ['another kind', deployment('web'), 'Deployment', 'web'],
  ])('%s', (_what, text, kind, name) => {
    const { tree, value } = treeAt(`a: ${text}`, 'a');
    expect(reader().template(value, tree, ['a'])?.object).toMatchObject({
      kind,
      metadata: { name },
    });
  });

  test('come from files, with their problems in the file', () => {
    const objects = reader({ 'pod.yaml': 'spec:\n  container: []\n' });
    const { tree } = treeAt('a: {}', 'a');
    objects.template('pod.yaml', tree, ['a']);
    expect(objects.problems[0]).toMatchObject({
      file: 'pod.yaml',
      line: 2,
      column: 3,
      suggestion: 'containers:',
    });
  });

  test('of a file that is not there are a problem of the scenario', () => {
    const objects = reader();
    const { tree } = treeAt('a: {}', 'a');
    expect(objects.template('pod.yaml', tree, ['a'])).toBeUndefined();
    expect(objects.problems).toMatchObject([{ file: 's.yaml', code: 'KUBECLOCK2001' }]);
  });
});

describe('the namespace of an object', () => {
  test('is default unless written, and empty where the kind has none', () => {
    const [first] = reader({ 'a.yaml': service('a') }).fromFiles('a.yaml', place, []);
    expect(first && namespaceOf(first.object)).toBe('default');
    const node = '{apiVersion: v1, kind: Namespace, metadata: {name: shop}}';
    const [second] = reader({ 'a.yaml': node }).fromFiles('a.yaml', place, []);
    expect(second && namespaceOf(second.object)).toBe('');
  });
});
