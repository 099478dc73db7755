// A sweep as Kubernetes objects: an Indexed Job whose Pods are the shards, what they read and
// write, and a Job that merges, which is suspended until the shards are made.
import { yamlText } from '../../api/yaml-dialect.js';
import { dnsLabel } from '../../scenario/portable-names.js';

/** A sweep for a cluster. */
export interface SweepJobs {
  /** Of the scenario. */
  readonly scenario: string;
  readonly shards: number;
  /** Has `kubeclock` as a command. */
  readonly image: string;
  /** Words of the command, with the names of `files`; no shard, no folder. */
  readonly command: readonly string[];
  /** Texts by relative path. */
  readonly files: ReadonlyMap<string, string>;
}

/** What the objects of a ConfigMap may hold together, with room for keys and metadata. */
export const mostInputBytes = 1_000_000;

const inputsFolder = '/inputs';
const resultsFolder = '/results';

/** The manifest: a ConfigMap, a PersistentVolumeClaim and two Jobs. */
export function sweepManifest(jobs: SweepJobs): string {
  const name = `${dnsLabel(jobs.scenario, 'scenario').slice(0, 40).replace(/-+$/, '')}-sweep`;
  const objects = [inputs(name, jobs), claim(name), shardJob(name, jobs), mergeJob(name, jobs)];
  return [guide(name, jobs), ...objects.map(yamlText)].join('---\n');
}

function guide(name: string, { image, shards }: SweepJobs): string {
  return `# A sweep in ${shards} shards, and the merge of what they make.
# The image ${image} must have kubeclock.
#
#   kubectl apply -f sweep.yaml
#   kubectl wait --for=condition=Complete --timeout=24h job/${name}
#   kubectl patch job/${name}-merge --type=merge -p '{"spec":{"suspend":false}}'
#
# The results are then in ${resultsFolder}/merged of the claim ${name}-results. Pods on several
# nodes write to it: its class must have ReadWriteMany.
`;
}

/** Keys of a ConfigMap have no slashes: the volume gives files their paths back. */
function keysOf({ files }: SweepJobs): readonly (readonly [path: string, key: string])[] {
  return [...files.keys()].map((path, index) => [path, `file-${index}`]);
}

function inputs(name: string, jobs: SweepJobs): object {
  const data = keysOf(jobs).map(([path, key]) => [key, jobs.files.get(path) ?? ''] as const);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(`${name}-inputs`, name),
    immutable: true,
    data: Object.fromEntries(data),
  };
}

function claim(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadata(`${name}-results`, name),
    spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } },
  };
}

const metadata = (name: string, app: string): object => ({
  name,
  labels: { 'app.kubernetes.io/name': app, 'app.kubernetes.io/created-by': 'kubeclock' },
});

function shardJob(name: string, jobs: SweepJobs): object {
  const out = `${resultsFolder}/shard-$(JOB_COMPLETION_INDEX)`;
  const [program = '', ...words] = jobs.command;
  const container = {
    name: 'sweep',
    image: jobs.image,
    command: [program],
    args: [...words.map(literal), '--workers', '1', '--out', out],
    workingDir: inputsFolder,
    // JOB_COMPLETION_INDEX is set by the Job controller.
    env: [{ name: 'JOB_COMPLETION_COUNT', value: String(jobs.shards) }],
    resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '4Gi' } },
    volumeMounts: [
      { name: 'inputs', mountPath: inputsFolder, readOnly: true },
      { name: 'results', mountPath: resultsFolder },
    ],
  };
  const items = keysOf(jobs).map(([path, key]) => ({ key, path }));
  const volumes = [
    { name: 'inputs', configMap: { name: `${name}-inputs`, items } },
    resultsVolume(name),
  ];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadata(name, name),
    spec: {
      completionMode: 'Indexed',
      completions: jobs.shards,
      parallelism: jobs.shards,
      backoffLimitPerIndex: 2,
      template: podTemplate(container, volumes),
    },
  };
}

function mergeJob(name: string, { shards, image, command }: SweepJobs): object {
  const folders = Array.from({ length: shards }, (_, index) => `${resultsFolder}/shard-${index}`);
  const container = {
    name: 'merge',
    image,
    command: command.slice(0, 1),
    args: ['sweep', 'merge', ...folders, '--out', `${resultsFolder}/merged`],
    resources: { requests: { cpu: '100m', memory: '512Mi' }, limits: { memory: '4Gi' } },
    volumeMounts: [{ name: 'results', mountPath: resultsFolder }],
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadata(`${name}-merge`, name),
    spec: {
      suspend: true,
      backoffLimit: 2,
      template: podTemplate(container, [resultsVolume(name)]),
    },
  };
}

function podTemplate(container: object, volumes: readonly object[]): object {
  return { spec: { restartPolicy: 'Never', containers: [container], volumes } };
}

const resultsVolume = (name: string): object => ({
  name: 'results',
  persistentVolumeClaim: { claimName: `${name}-results` },
});

/** Kubernetes puts variables in for `$(NAME)`; `$$` is a plain `$`. */
function literal(word: string): string {
  return word.replaceAll('$', '$$$$');
}
