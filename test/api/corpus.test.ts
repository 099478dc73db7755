import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifests } from '../../src/api/manifests.js';
import { prepareObject } from '../../src/api/prepare-object.js';
import { formatProblem, type Problem } from '../../src/api/problem.js';
import { type FieldType, messageShape } from '../../src/api/shape.js';

const root = process.env['KUBECLOCK_CORPUS'] ?? join(import.meta.dirname, '../../../shared/corpus');
const isPresent = existsSync(root);
/** Shown beside the names of the tests, which are skipped where there is no such folder. */
const source = `in ${root}, the folder of KUBECLOCK_CORPUS`;

/** Every YAML and JSON file below a folder of the corpus, in order. */
function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder).sort((a, b) => (a < b ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) return filesIn(path);
    return /\.(?:ya?ml|json)$/.test(entry) ? [path] : [];
  });
}

interface Verdict {
  readonly file: string;
  readonly objects: number;
  readonly problems: readonly Problem[];
}

function verdictOn(path: string): Verdict {
  const file = relative(root, path);
  const result = readManifests(readFileSync(path, 'utf8'), file);
  const prepared = result.objects.flatMap((entry) => prepareObject(entry).problems);
  return { file, objects: result.objects.length, problems: [...result.problems, ...prepared] };
}

function codesOf(verdicts: readonly Verdict[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { code } of verdicts.flatMap(({ problems }) => problems)) {
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

/** Problems of the files of one folder, without what is no manifest at all. */
function problemsIn(folder: string): readonly string[] {
  return filesIn(join(root, folder))
    .flatMap((path) => verdictOn(path).problems)
    .filter(({ code }) => code !== 'KUBECLOCK1004')
    .map((problem) => formatProblem(problem).split('\n')[0] ?? '');
}

describe.runIf(isPresent)(`the corpus of real files ${source}`, () => {
  it('gets a verdict on every file, in less than 15 seconds of processor time', () => {
    const started = process.cpuUsage();
    const verdicts = filesIn(root).map(verdictOn);
    const { user, system } = process.cpuUsage(started);
    const seconds = (user + system) / 1_000_000;
    expect(verdicts.length).toBeGreaterThan(1_000);
    expect(seconds).toBeLessThan(15);
    const total = verdicts.reduce((sum, { objects }) => sum + objects, 0);
    expect(total).toBeGreaterThan(8_000);
    const codes = codesOf(verdicts);
    // One file is malformed upstream; 134 templates do not parse and most of 157 parse as nonsense.
    expect(codes['KUBECLOCK1001']).toBe(1);
    expect(codes['KUBECLOCK1003']).toBeGreaterThan(240);
    expect(codes['KUBECLOCK1003']).toBeLessThan(291);
    for (const { problems } of verdicts) {
      for (const { line, column } of problems) expect(Math.min(line, column)).toBeGreaterThan(0);
    }
  });

  it('finds in the applications only what is really wrong with them', () => {
    expect(problemsIn('apps')).toEqual([
      expect.stringMatching(
        /cockroachdb-statefulset\.yaml:\d+:\d+: error KUBECLOCK1005: policy\/v1beta1/,
      ),
      expect.stringMatching(
        /delete-loadgenerator\.patch\.yaml:\d+:\d+: error KUBECLOCK1101: .*\$patch/,
      ),
      expect.stringMatching(/delete-loadgenerator\.patch\.yaml:\d+:\d+: error KUBECLOCK1201: spec/),
    ]);
  });

  it("finds in Kubernetes' own examples only the two known mistakes", () => {
    expect(problemsIn('kubernetes-website')).toEqual([
      expect.stringMatching(/cronjob-v1beta1\.yaml:1:13: error KUBECLOCK1005: .*write batch\/v1/),
      expect.stringMatching(
        /pod-with-node-affinity-INVALID-4672b9c\.yaml:\d+:\d+: error KUBECLOCK1102: .*found a list, expected an object/,
      ),
    ]);
  });

  it('reads the pods and nodes of a real cluster dump', () => {
    const verdicts = filesIn(join(root, 'real-cluster-dump')).map(verdictOn);
    const total = verdicts.reduce((sum, { objects }) => sum + objects, 0);
    expect(total).toBeGreaterThanOrEqual(37);
    expect(codesOf(verdicts)['KUBECLOCK1101']).toBeUndefined();
    expect(codesOf(verdicts)['KUBECLOCK1102']).toBeUndefined();
  });

  it('survives every file of the applications cut in half', () => {
    for (const path of filesIn(join(root, 'apps'))) {
      const text = readFileSync(path, 'utf8');
      expect(() => readManifests(text.slice(0, text.length / 2), path)).not.toThrow();
    }
  });
});

interface Schema {
  readonly type?: string;
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

const openApi = join(root, 'k8s-openapi-1.36');

function schemasOf(folder: string): ReadonlyMap<string, Schema> {
  const schemas = new Map<string, Schema>();
  for (const path of filesIn(folder)) {
    const document = JSON.parse(readFileSync(path, 'utf8')) as {
      components: { schemas: Readonly<Record<string, Schema>> };
    };
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      schemas.set(name, schema);
    }
  }
  return schemas;
}

function referenceOf(schema: Schema): string | undefined {
  return (schema.$ref ?? schema.allOf?.[0]?.$ref)?.split('/').at(-1);
}

/** How a published schema and a shape of ours differ, below one message. */
function differences(
  schemas: ReadonlyMap<string, Schema>,
  schema: Schema,
  type: FieldType,
  path: string,
  seen: Set<string>,
): readonly string[] {
  if (type.type === 'any') return [];
  const reference = referenceOf(schema);
  const shortName = reference?.split('.').at(-1);
  const target = reference === undefined ? schema : schemas.get(reference);
  if (target === undefined) return [`${path}: no schema`];
  const scalars: Readonly<Record<string, string>> = {
    Quantity: 'quantity',
    Time: 'time',
    MicroTime: 'time',
    IntOrString: 'intOrString',
  };
  const scalar = shortName === undefined ? undefined : scalars[shortName];
  if (scalar !== undefined)
    return type.type === scalar ? [] : [`${path}: ${type.type}, not ${scalar}`];
  if (target.type === 'array') {
    if (type.type !== 'list') return [`${path}: ${type.type}, not a list`];
    return differences(schemas, target.items ?? {}, type.element, `${path}[]`, seen);
  }
  if (target.additionalProperties !== undefined) {
    if (type.type !== 'map') return [`${path}: ${type.type}, not a map`];
    return differences(schemas, target.additionalProperties, type.element, `${path}{}`, seen);
  }
  if (target.properties !== undefined) {
    if (type.type !== 'message') return [`${path}: ${type.type}, not an object`];
    return messageDifferences(schemas, target, type.message, path, seen);
  }
  const words: Readonly<Record<string, readonly string[]>> = {
    string: ['string', 'resourceVersion'],
    boolean: ['boolean'],
    integer: ['int32', 'int64'],
  };
  const fits = words[target.type ?? ''];
  return fits === undefined || fits.includes(type.type)
    ? []
    : [`${path}: ${type.type}, not ${target.type}`];
}

function messageDifferences(
  schemas: ReadonlyMap<string, Schema>,
  target: Schema,
  message: string,
  path: string,
  seen: Set<string>,
): readonly string[] {
  const key = `${message} ${Object.keys(target.properties ?? {}).length}`;
  if (seen.has(key)) return [];
  seen.add(key);
  const shape = messageShape(message);
  return Object.entries(target.properties ?? {}).flatMap(([name, property]) => {
    const type = shape?.get(name);
    if (type === undefined) return [`${path}.${name}: missing from ${message}`];
    return differences(schemas, property, type, `${path}.${name}`, seen);
  });
}

describe.runIf(isPresent && existsSync(openApi))(`the shapes, against the API ${source}`, () => {
  it('accept every field of the published API of 1.36, with its type', () => {
    const schemas = schemasOf(openApi);
    const groups: Readonly<Record<string, readonly string[]>> = {
      'core.v1': [
        'Pod',
        'Node',
        'Namespace',
        'Service',
        'ServiceAccount',
        'ConfigMap',
        'Secret',
        'Event',
        'PersistentVolume',
        'PersistentVolumeClaim',
        'ReplicationController',
        'LimitRange',
        'ResourceQuota',
        'Binding',
      ],
      'apps.v1': ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ControllerRevision'],
      'batch.v1': ['Job', 'CronJob'],
      'autoscaling.v2': ['HorizontalPodAutoscaler'],
      'policy.v1': ['PodDisruptionBudget'],
      'scheduling.v1': ['PriorityClass'],
      'storage.v1': ['StorageClass', 'CSINode', 'CSIDriver', 'CSIStorageCapacity'],
    };
    const found = Object.entries(groups).flatMap(([group, kinds]) =>
      kinds.flatMap((kind) => {
        const schema = schemas.get(`io.k8s.api.${group}.${kind}`);
        expect(schema, kind).toBeDefined();
        return messageDifferences(schemas, schema ?? {}, kind, kind, new Set());
      }),
    );
    expect(found).toEqual([]);
  });
});
