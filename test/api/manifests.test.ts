import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReadResult, readManifestFiles, readManifests } from '../../src/api/manifests.js';
import { formatProblem } from '../../src/api/problem.js';

/** The names of the objects that were read, with their positions. */
function placed(result: ReadResult): readonly string[] {
  return result.objects.map(
    ({ object, line, column }) => `${object.kind} ${object.metadata.name} ${line}:${column}`,
  );
}

function problemsOf(result: ReadResult): readonly string[] {
  return result.problems.map((problem) => formatProblem(problem));
}

const pod = (name: string): string => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n`;

describe('files of several documents', () => {
  it('are read in order, with the position of each, empty ones skipped', () => {
    const text = `# head\n---\n${pod('a')}---\n# nothing\n---\n---   # b follows\n${pod('b')}...\n---\n`;
    const result = readManifests(text, 'f.yaml');
    expect(result.problems).toEqual([]);
    expect(placed(result)).toEqual(['Pod a 3:1', 'Pod b 11:1']);
  });

  it('may have Windows line endings and a byte order mark', () => {
    const text = `\uFEFF${pod('a')}---\n${pod('b')}`.replaceAll('\n', '\r\n');
    const result = readManifests(text, 'f.yaml');
    expect(result.problems).toEqual([]);
    expect(placed(result)).toEqual(['Pod a 1:1', 'Pod b 6:1']);
    expect(result.objects[1]?.positionOf(['metadata', 'name'])).toEqual({ line: 9, column: 9 });
  });

  it('may start a document on the line of its marker', () => {
    const text = `--- {apiVersion: v1, kind: Pod, metadata: {name: a}}\n--- {apiVersion: v1, kind: Pod, metadata: {name: b}}\n`;
    const result = readManifests(text, 'f.yaml');
    expect(result.problems).toEqual([]);
    expect(result.objects.map(({ object }) => object.metadata.name)).toEqual(['a', 'b']);
  });

  it('do not mistake dashes inside a text for a marker', () => {
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  x: |\n    ---\n    kind: b\n`;
    expect(placed(readManifests(text, 'f'))).toEqual(['ConfigMap a 1:1']);
  });

  it('may not have a kind that is nearly one of its version', () => {
    const [problem] = readManifests('apiVersion: apps/v1\nkind: Deploymnet\n', 'f').problems;
    expect(problem).toMatchObject({ line: 2, column: 7, suggestion: 'kind: Deployment' });
    expect(problem?.message).toBe('no matches for kind "Deploymnet" in version "apps/v1"');
    const other = readManifests('apiVersion: example.com/v1\nkind: Deploymnet\n', 'f');
    expect(other.ignored).toMatchObject([{ kind: 'Deploymnet', count: 1 }]);
  });

  it('are nothing when empty', () => {
    for (const text of [
      '',
      '\n\n',
      '# only a comment\n',
      '---\n---\n',
      '\uFEFF',
      '%YAML 1.1\n---\n',
    ]) {
      expect(readManifests(text, 'f')).toEqual({ objects: [], ignored: [], problems: [] });
    }
  });

  it('lose only the document that is malformed', () => {
    const text = `${pod('a')}---\nkind: [broken\n---\n${pod('b')}`;
    const result = readManifests(text, 'f.yaml');
    expect(placed(result)).toEqual(['Pod a 1:1', 'Pod b 8:1']);
    expect(result.problems).toHaveLength(1);
    expect(result.problems[0]).toMatchObject({ code: 'KUBECLOCK1001', line: 7, column: 1 });
    expect(result.problems[0]?.message).toMatch(/^malformed YAML: /);
  });

  it.each<[string, string, string]>([
    ['data:\n  x: *none\n', '2:6', 'unidentified alias "none"'],
    ['data: {a: [1, *none]}\n', '1:15', 'unidentified alias "none"'],
    ['data:\n  a: 1\n  <<: 5\n', '3:3', '<< takes a mapping, an alias of one, or a list of them'],
    ['data:\n  x: !odd 1\n', '2:6', 'unknown scalar tag !<!odd>'],
    [`data:\n  x: ${'['.repeat(300)}${']'.repeat(300)}\n`, '2:204', 'nesting exceeded maxDepth'],
    ['a: 1\na: 2\nx: *none\n', '3:4', 'unidentified alias "none"'],
  ])('say where %j cannot be read: %s', (document, place, reason) => {
    const { problems } = readManifests(`${pod('a')}---\n${document}`, 'f.yaml');
    const last = problems.at(-1);
    const before = pod('a').split('\n').length;
    expect(`${(last?.line ?? 0) - before}:${last?.column}`).toBe(place);
    expect(last?.message).toContain(`malformed YAML: ${reason}`);
  });

  it('report every malformed document', () => {
    const { problems } = readManifests('a: [\n---\nb: {\n---\nc: "\n', 'f.yaml');
    expect(problems.map(({ code }) => code)).toEqual(Array(3).fill('KUBECLOCK1001'));
  });
});

describe('positions', () => {
  const text = [
    'apiVersion: v1',
    'kind: Pod',
    'metadata:',
    '  name: web',
    '  labels:',
    '    app.kubernetes.io/name: web',
    'spec:',
    '  containers:',
    '  - name: main',
    '    image: nginx',
    '    ports: [{containerPort: 80}]',
  ].join('\n');
  const [entry] = readManifests(text, 'web.yaml').objects;

  it.each<[readonly (string | number)[], number, number]>([
    [[], 1, 1],
    [['kind'], 2, 7],
    [['metadata', 'name'], 4, 9],
    [['metadata'], 3, 1],
    [['metadata', 'labels', 'app.kubernetes.io/name'], 6, 29],
    [['spec', 'containers', 0], 9, 5],
    [['spec', 'containers', 0, 'image'], 10, 12],
    [['spec', 'containers', 0, 'ports', 0, 'containerPort'], 11, 29],
    [['spec', 'containers', 0, 'resources', 'limits'], 9, 5],
    [['spec', 'containers', 7], 8, 3],
    [['status', 'phase'], 1, 1],
  ])('of %j', (path, line, column) => {
    expect(entry?.positionOf(path)).toEqual({ line, column });
  });

  it('can be those of the key', () => {
    expect(entry?.positionOf(['metadata', 'name'], 'key')).toEqual({ line: 4, column: 3 });
  });

  it('follow aliases', () => {
    const aliased = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: &l\n    x: one\ndata: *l\n`;
    const [object] = readManifests(aliased, 'f').objects;
    expect(object?.positionOf(['data', 'x'])).toEqual({ line: 6, column: 8 });
  });
});

describe('JSON and flow style', () => {
  it('reads JSON with positions', () => {
    const text = '{\n  "apiVersion": "v1", "kind": "Pod",\n  "metadata": {"name": "a"}\n}\n';
    const result = readManifests(text, 'f.json');
    expect(placed(result)).toEqual(['Pod a 1:1']);
    expect(result.objects[0]?.positionOf(['metadata', 'name'])).toEqual({ line: 3, column: 24 });
  });

  it('reads KYAML: flow style with trailing commas and comments', () => {
    const text = [
      '---',
      '{',
      '  apiVersion: "v1", # the core group',
      '  kind: "Pod",',
      '  metadata: { name: "a", labels: { app: "x", }, },',
      '  spec: { containers: [{ name: "c", image: "i", },], },',
      '}',
    ].join('\n');
    const result = readManifests(text, 'f.yaml');
    expect(result.problems).toEqual([]);
    expect(placed(result)).toEqual(['Pod a 2:1']);
  });

  it('reports malformed JSON where it breaks', () => {
    const { problems } = readManifests('{\n  "kind": "Pod",\n  "a": [1, 2\n}\n', 'f.json');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: 'KUBECLOCK1001', line: 4 });
  });
});

describe('lists', () => {
  it('are flattened, and their items have positions', () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n- apiVersion: v1\n  kind: List\n  items:\n  - {apiVersion: v1, kind: Node, metadata: {name: b}}\n`;
    expect(placed(readManifests(text, 'f'))).toEqual(['Pod a 4:3', 'Node b 10:5']);
  });

  it('give their type to untyped items', () => {
    const text = JSON.stringify({
      apiVersion: 'v1',
      kind: 'PodList',
      metadata: { resourceVersion: '1' },
      items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }],
    });
    const result = readManifests(text, 'f.json');
    expect(result.objects.map(({ object }) => `${object.apiVersion} ${object.kind}`)).toEqual([
      'v1 Pod',
      'v1 Pod',
    ]);
  });

  it('may be empty', () => {
    expect(readManifests('{apiVersion: v1, kind: PodList, items: null}', 'f').problems).toEqual([]);
  });
});

describe('what is no object of a known kind', () => {
  it('is also what an add-on alone writes, as in a dump of a cluster with Karpenter', () => {
    const text = 'apiVersion: karpenter.sh/v1\nkind: NodeClaim\nmetadata: {name: general-x7k2p}\n';
    const { objects, ignored, problems } = readManifests(text, 'f.yaml');
    expect({ objects, problems }).toEqual({ objects: [], problems: [] });
    expect(ignored).toEqual([{ apiVersion: 'karpenter.sh/v1', kind: 'NodeClaim', count: 1 }]);
  });

  it('is counted by kind', () => {
    const text = ['Role', 'Ingress', 'Role']
      .map((kind) => `apiVersion: rbac/v1\nkind: ${kind}\nmetadata: {name: a}\n`)
      .join('---\n');
    const result = readManifests(text, 'f.yaml');
    expect(result.problems).toEqual([]);
    expect(result.ignored).toEqual([
      { apiVersion: 'rbac/v1', kind: 'Ingress', count: 1 },
      { apiVersion: 'rbac/v1', kind: 'Role', count: 2 },
    ]);
    expect(problemsOf(readManifests(text, 'f.yaml', { strict: true }))).toEqual([
      'f.yaml:2:7: error KUBECLOCK1006: rbac/v1 Role is not simulated',
      'f.yaml:6:7: error KUBECLOCK1006: rbac/v1 Ingress is not simulated',
      'f.yaml:10:7: error KUBECLOCK1006: rbac/v1 Role is not simulated',
    ]);
  });

  it.each<[string, string, string]>([
    [
      'apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: a}\n',
      'f.yaml',
      'f.yaml:1:13: error KUBECLOCK1005: batch/v1beta1 CronJob was removed in Kubernetes 1.25; write batch/v1\n  write: apiVersion: batch/v1',
    ],
    [
      'apiVersion: v1\nkind: Deployment\nmetadata: {name: a}\n',
      'f.yaml',
      'f.yaml:1:13: error KUBECLOCK1006: no matches for kind "Deployment" in version "v1"\n  write: apiVersion: apps/v1',
    ],
    [
      'kind: Deployment\nmetadata: {name: a}\n',
      'f.yaml',
      'f.yaml:1:1: error KUBECLOCK1004: object has no apiVersion\n  write: apiVersion: apps/v1',
    ],
    ['apiVersion: v1\n', 'f.yaml', 'f.yaml:1:1: error KUBECLOCK1004: object has no kind'],
    [
      '# c\nfoo: 1\n',
      'f.yaml',
      'f.yaml:2:1: error KUBECLOCK1004: not a Kubernetes manifest: it has neither apiVersion nor kind',
    ],
    [
      'hello\n',
      'f.txt',
      'f.txt:1:1: error KUBECLOCK1004: not a Kubernetes manifest: it is plain text',
    ],
    [
      '- a\n- b\n',
      'f.yaml',
      'f.yaml:1:1: error KUBECLOCK1004: not a Kubernetes manifest: it is a list',
    ],
    [
      'resources:\n- a.yaml\n',
      'k/kustomization.yaml',
      'k/kustomization.yaml:1:1: error KUBECLOCK1004: not a Kubernetes manifest: this is a kustomization\n  write: kustomize build . > manifests.yaml',
    ],
    [
      'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: a-\n',
      'k/kustomization.yaml',
      'k/kustomization.yaml:1:1: error KUBECLOCK1004: not a Kubernetes manifest: this is a kustomization\n  write: kustomize build . > manifests.yaml',
    ],
    [
      'apiVersion: v2\nname: chart\n',
      'c/Chart.yaml',
      'c/Chart.yaml:1:1: error KUBECLOCK1004: object has no kind',
    ],
    [
      'replicaCount: 1\n',
      'c/values.yaml',
      'c/values.yaml:1:1: error KUBECLOCK1004: not a Kubernetes manifest: this belongs to a Helm chart\n  write: helm template CHART > manifests.yaml',
    ],
  ])('%j', (text, file, expected) => {
    const result = readManifests(text, file);
    expect(result.objects).toEqual([]);
    expect(problemsOf(result)).toEqual([expected]);
  });

  it('does not claim kinds of the same name in groups of others', () => {
    const text = 'apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nmetadata: {name: a}\n';
    const result = readManifests(text, 'f');
    expect(result.problems).toEqual([]);
    expect(result.ignored).toEqual([
      { apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job', count: 1 },
    ]);
  });

  it('takes an untyped pod or node that a server wrote', () => {
    const dumped = (rest: object): string =>
      JSON.stringify({ metadata: { name: 'a', uid: 'u' }, ...rest });
    const podText = dumped({ spec: { containers: [] } });
    expect(readManifests(podText, 'f').objects[0]?.object).toMatchObject({
      apiVersion: 'v1',
      kind: 'Pod',
    });
    const nodeText = dumped({ status: { nodeInfo: {} } });
    expect(readManifests(nodeText, 'f').objects[0]?.object.kind).toBe('Node');
    expect(readManifests(dumped({ data: {} }), 'f').problems).toHaveLength(1);
  });
});

describe('repetitions', () => {
  it('of a key are reported, and the document is read all the same', () => {
    const text = `${pod('a')}spec:\n  nodeName: one\n  nodeName: two\n`;
    const result = readManifests(text, 'f.yaml');
    expect(problemsOf(result)).toEqual([
      'f.yaml:7:3: error KUBECLOCK1002: key nodeName is already set in this map; only one of them can count',
    ]);
    expect(result.objects[0]?.object).toMatchObject({ spec: { nodeName: 'two' } });
  });

  it('of an object are reported at the second, across files and within one', () => {
    const files = [
      { file: 'a.yaml', text: pod('x') },
      { file: 'b.yaml', text: `${pod('z')}---\n${pod('x')}---\n${pod('z')}` },
    ];
    expect(problemsOf(readManifestFiles(files))).toEqual([
      'b.yaml:9:9: warning KUBECLOCK1007: metadata.name: Pod "x" is already declared at a.yaml:1:1; this one is applied over it',
      'b.yaml:14:9: warning KUBECLOCK1007: metadata.name: Pod "z" is already declared at b.yaml:1:1; this one is applied over it',
    ]);
  });

  it('need the same kind and namespace', () => {
    const other = pod('x').replace('name: x', 'name: x\n  namespace: other');
    const config = pod('x').replace('Pod', 'ConfigMap');
    const explicit = pod('x').replace('name: x', 'name: x\n  namespace: default');
    expect(readManifests([pod('x'), other, config].join('---\n'), 'f').problems).toEqual([]);
    expect(readManifests([pod('x'), explicit].join('---\n'), 'f').problems).toHaveLength(1);
    const options = { namespace: 'elsewhere' };
    expect(readManifests([pod('x'), explicit].join('---\n'), 'f', options).problems).toEqual([]);
  });

  it('are none for names that are still to be generated', () => {
    const generated = 'apiVersion: v1\nkind: Pod\nmetadata:\n  generateName: x-\n';
    expect(readManifests(`${generated}---\n${generated}`, 'f').problems).toEqual([]);
  });
});

describe('the reader', () => {
  it('survives any text', () => {
    const alphabet = fc.constantFrom(...'ab:-{}[]"\'&*|>#\n \t,!%{{---');
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 60 }), (text) => {
        const result = readManifests(text, 'f');
        for (const { line, column } of result.problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(column).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('survives any truncation of a manifest', () => {
    const text = `${pod('a')}spec:\n  containers:\n  - {name: "c", image: 'i'}\n---\n${pod('b')}`;
    for (let length = 0; length <= text.length; length += 1) {
      expect(() => readManifests(text.slice(0, length), 'f')).not.toThrow();
    }
  });

  it('refuses nesting that no manifest has', () => {
    const { problems } = readManifests(`a: ${'['.repeat(5_000)}`, 'f');
    expect(problems).toHaveLength(1);
  });

  it('reads the same from JSON and from YAML', () => {
    const object = fc.record({
      apiVersion: fc.constant('v1'),
      kind: fc.constant('ConfigMap'),
      metadata: fc.record({ name: fc.stringMatching(/^[a-z]{1,8}$/) }),
      data: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string({ maxLength: 12 })),
    });
    fc.assert(
      fc.property(object, (value) => {
        const json = JSON.stringify(value);
        const fromJson = readManifests(json, 'f').objects[0]?.object;
        // A comment keeps the JSON reader away: the same text is then read as YAML.
        const fromYaml = readManifests(`# yaml\n${json}`, 'f').objects[0]?.object;
        expect(fromJson).toEqual(value);
        expect(fromYaml).toEqual(value);
      }),
    );
  });
});
