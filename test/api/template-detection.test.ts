import { describe, expect, it } from 'vitest';
import { type ReadResult, readManifests } from '../../src/api/manifests.js';
import { formatProblem } from '../../src/api/problem.js';

function problemsOf(result: ReadResult): readonly string[] {
  return result.problems.map((problem) => formatProblem(problem));
}

const pod = (name: string): string => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n`;

describe('templates', () => {
  it.each<[string, string, string]>([
    [
      'Helm',
      'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n',
      'f.yaml:4:9: error KUBECLOCK1003: this is a Helm template ({{ .Values.name }}), not a manifest; render it first and read the result\n  write: helm template CHART > manifests.yaml',
    ],
    [
      'ClusterLoader2',
      '{{$count := DefaultParam .CL2_COUNT 5}}\nname: x\n',
      'f.yaml:1:1: error KUBECLOCK1003: this is a ClusterLoader2 template ({{$count := DefaultParam .CL2_COUNT 5}}), not a manifest; render it first and read the result',
    ],
    [
      'kube-burner',
      'apiVersion: v1\nkind: Pod\nmetadata:\n  name: pod-{{.Replica}}\n',
      'f.yaml:4:13: error KUBECLOCK1003: this is a kube-burner template ({{.Replica}}), not a manifest; render it first and read the result',
    ],
    [
      'some Go program',
      'apiVersion: v1\nkind: Node\nmetadata:\n  name: node-{{ .Index }}\n',
      'f.yaml:4:14: error KUBECLOCK1003: this is a Go template ({{ .Index }}), as ClusterLoader2, kube-burner and scheduler_perf use, not a manifest; render it first and read the result',
    ],
  ])('of %s are refused as such', (_name, text, expected) => {
    const result = readManifests(text, 'f.yaml');
    expect(result.objects).toEqual([]);
    expect(problemsOf(result)).toEqual([expected]);
  });

  it.each<[string, string]>([
    ['an unquoted value', 'metadata:\n  name: {{ .Name }}'],
    ['a part of an unquoted value', 'metadata:\n  name: a-{{ .Name }}-b'],
    ['a quoted name', 'metadata:\n  name: "{{ .Name }}"'],
    ['a quoted label', 'metadata: {name: a, labels: {x: "{{ .Name }}"}}'],
    [
      'a quoted image',
      'metadata: {name: a}\nspec: {containers: [{name: c, image: "{{ .Image }}"}]}',
    ],
    [
      'a quoted amount',
      'metadata: {name: a}\nspec: {containers: [{name: c, resources: {requests: {cpu: "{{ .Cpu }}"}}}]}',
    ],
    ['a whole line', 'metadata: {name: a}\n{{ if .X }}\nspec: {}\n{{ end }}'],
    ['an indented line', 'metadata:\n  name: a\n  {{- include "labels" . | nindent 2 }}'],
  ])('are told by %s', (_name, rest) => {
    const result = readManifests(`apiVersion: v1\nkind: Pod\n${rest}\n`, 'f.yaml');
    expect(result.problems.map(({ code }) => code)).toEqual(['KUBECLOCK1003']);
    expect(result.objects).toEqual([]);
  });

  it.each<[string, string]>([
    ['a comment', 'metadata: {name: a} # {{ not a template }}'],
    ['a comment line', '# {{ .Values.x }}\nmetadata: {name: a}'],
    ['a quoted annotation', 'metadata: {name: a, annotations: {x: "{{ .Name }}"}}'],
    [
      'a quoted argument',
      'metadata: {name: a}\nspec: {containers: [{name: c, args: ["--t={{.ID}}"]}]}',
    ],
    [
      'a block of text',
      'metadata: {name: a}\ndata:\n  x: |\n    {{ range . }}\n    name: {{ . }}\n    {{ end }}',
    ],
    ['the data of a ConfigMap', 'metadata: {name: a}\ndata: {name: "{{ .x }}"}'],
    [
      'the value of a variable',
      "metadata: {name: a}\nspec: {containers: [{name: c, env: [{name: X, value: '{{}}'}]}]}",
    ],
  ])('are not suspected because of %s', (_name, rest) => {
    const result = readManifests(`apiVersion: v1\nkind: ConfigMap\n${rest}\n`, 'f.yaml');
    expect(problemsOf(result)).toEqual([]);
    expect(result.objects).toHaveLength(1);
  });

  it('yield one problem a file, however many expressions there are', () => {
    const text = `${pod('a')}---\n${pod('{{ .A }}')}---\n${pod('{{ .B }}')}`;
    expect(readManifests(text, 'f.yaml').problems).toMatchObject([{ line: 9, column: 9 }]);
  });

  it('cut long expressions', () => {
    const { problems } = readManifests(`a: {{ ${'x'.repeat(100)} }}\n`, 'f');
    expect(problems[0]?.message).toContain(`({{ ${'x'.repeat(39)}...}})`);
  });
});
