// Templates of objects: what is read from a text, and what is wrong with it.
import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/api/pod.js';
import {
  constantTemplate,
  type ObjectTemplate,
  readTemplate,
  type TemplateResult,
} from '../../../src/workload/scheduler-perf/object-template.js';
import { TemplateLoader } from '../../../src/workload/scheduler-perf/template-loader.js';
import { perfFiles } from './perf-files.js';

const pod = (metadata: string, spec = 'containers: [{name: c, image: i}]'): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {${metadata}}\nspec: {${spec}}\n`;

const read = (text: string, count = 1, params = new Map<string, number | string>()) =>
  readTemplate(text, 'pod.yaml', count, params);

function templateOf(text: string, params?: Map<string, number | string>): ObjectTemplate {
  const { template, problems } = read(text, 5, params);
  if (template === undefined) throw new Error(problems.map(({ message }) => message).join());
  return template;
}

const problemsOf = ({ problems }: TemplateResult): readonly string[] =>
  problems.map(({ line, column, message }) => `${line}:${column} ${message}`);

describe('an object', () => {
  test('is what the text says at its index', () => {
    const template = templateOf(pod('name: "p-{{ .Index }}-of-{{ .Count }}"'));
    expect(template.kind).toBe('Pod');
    expect([0, 4].map((index) => template.instantiate(index, 5).metadata.name)).toEqual([
      'p-0-of-5',
      'p-4-of-5',
    ]);
  });

  test('is one and the same for all where the text says nothing of its index', () => {
    const template = templateOf(pod('generateName: p-'));
    expect(template.instantiate(3, 5)).toBe(template.instantiate(0, 5));
    const object = template.instantiate(0, 1);
    expect(constantTemplate(object).instantiate(7, 9)).toBe(object);
  });

  test('shares its spec with those that have an equal one', () => {
    const template = templateOf(
      pod(
        'name: "p-{{ .Index }}"',
        'nodeSelector: {zone: "z{{ Mod .Index 2 }}"}, containers: [{name: c, image: i}]',
      ),
    );
    const specs = [0, 1, 2, 3].map((index) => (template.instantiate(index, 5) as Pod).spec);
    expect(specs[2]).toBe(specs[0]);
    expect(specs[3]).toBe(specs[1]);
    expect(specs[1]?.nodeSelector).toEqual({ zone: 'z1' });
  });

  test('has parameters, which do not hide its index', () => {
    const params = new Map<string, number | string>([
      ['zone', 'z9'],
      ['Index', 'mine'],
    ]);
    const template = templateOf(pod('name: "{{ .zone }}-{{ .Index }}"'), params);
    expect(template.instantiate(2, 5).metadata.name).toBe('z9-2');
  });

  test('has field names in any case, but not label names', () => {
    const template = templateOf(
      pod('GenerateName: p-, Labels: {Name: A, name: a}', 'CONTAINERS: [{Name: c, image: i}]'),
    );
    expect(template.instantiate(0, 1)).toMatchObject({
      metadata: { generateName: 'p-', labels: { Name: 'A', name: 'a' } },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    });
  });
});

describe('a text that is refused', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'an action that nobody knows',
      pod('name: "{{ rollDice }}"'),
      ['3:22 function "rollDice" is not one of'],
    ],
    ['a value that is not there', pod('name: "p{{ .index }}"'), ['3:23 .index is none of']],
    ['malformed YAML', 'kind: [\n', ['malformed YAML']],
    ['no object', 'just words\n', ['1:1 not a Kubernetes manifest']],
    ['a list', 'apiVersion: v1\nkind: List\nitems: []\n', ['1:1 ']],
    ['an unknown field', pod('name: p', 'contaners: []'), ['unknown field "spec.contaners"']],
    [
      'a bad value',
      pod('name: p', 'containers: [{name: c, image: i, resources: {requests: {cpu: lots}}}]'),
      ['4:'],
    ],
  ])('%s', (_, text, expected) => {
    const result = read(text);
    expect(result.template).toBeUndefined();
    const found = problemsOf(result).join('\n');
    for (const part of expected) expect(found).toContain(part);
  });

  test('is checked at its first object of so many', () => {
    const divided = pod('name: "p{{ DivideInt 10 (SubtractInt .Count 3) }}"');
    expect(problemsOf(read(divided, 3))).toEqual(['3:23 division by zero']);
    expect(read(divided, 4).problems).toEqual([]);
  });

  test('may be of a kind that is not simulated: that is no problem', () => {
    const slice = 'apiVersion: resource.k8s.io/v1\nkind: ResourceSlice\nmetadata: {name: s}\n';
    expect(read(slice)).toEqual({ unsupported: 'resource.k8s.io/v1 ResourceSlice', problems: [] });
  });
});

describe('what the test fills in need not be there', () => {
  test('a name', () => {
    expect(read(pod('labels: {a: b}')).problems).toEqual([]);
    expect(read(pod('generateName: a-')).problems).toEqual([]);
  });

  test('the handle and the claim of a volume', () => {
    const volume = (source: string): string =>
      'apiVersion: v1\nkind: PersistentVolume\nmetadata: {labels: {a: b}}\n' +
      `spec: {accessModes: [ReadOnlyMany], capacity: {storage: 1Gi}, ${source}}\n`;
    expect(read(volume('csi: {driver: d}')).problems).toEqual([]);
    expect(problemsOf(read(volume('csi: {driver: d, nonsense: 1}'))).join()).toContain(
      '"spec.csi.nonsense"',
    );
  });
});

describe('a loader', () => {
  const place = { file: 'f', line: 3, column: 4 };
  const none = new Map();

  test('reads a template once for the same parameters', () => {
    const loader = new TemplateLoader(perfFiles());
    const load = (params: Map<string, number>) => loader.load('pod.yaml', place, [], 1, params);
    const first = load(none).template;
    expect(first).toBeDefined();
    expect(load(new Map()).template).toBe(first);
    expect(load(new Map([['a', 1]])).template).not.toBe(first);
    expect([...loader.texts.keys()]).toEqual(['misc/pod.yaml']);
  });

  test('says once what is wrong with a template that many name', () => {
    const loader = new TemplateLoader(perfFiles({ 'misc/bad.yaml': pod('name: p', 'x: 1') }));
    for (let i = 0; i < 3; i++) loader.load('bad.yaml', place, [], 1, none);
    expect(loader.problems.filter(({ message }) => message.includes('"spec.x"'))).toHaveLength(1);
  });

  test('says where a file that is missing is named', () => {
    const loader = new TemplateLoader(perfFiles());
    expect(loader.load('nowhere.yaml', place, ['a', 'b'], 1, none)).toEqual({});
    expect(loader.problems).toMatchObject([
      { ...place, path: 'a.b', message: '"nowhere.yaml" names no file' },
    ]);
  });

  test('checks a template of no objects as if there were one', () => {
    const loader = new TemplateLoader(
      perfFiles({ 'misc/share.yaml': pod('name: "p{{ DivideInt 8 .Count }}"') }),
    );
    loader.load('share.yaml', place, [], 0, none);
    expect(loader.problems).toEqual([]);
  });
});
