import { beforeAll, describe, expect, test } from 'vitest';
import { loadYaml } from '../../../src/api/yaml-dialect.js';
import { runScenario } from '../../../src/experiment/run-scenario.js';
import { type SweepJobs, sweepManifest } from '../../../src/report/sweep/sweep-manifest.js';
import { type LoadResult, loadManifests } from '../../../src/scenario/load.js';
import { memoryFiles } from '../../scenario/memory-files.js';

const jobs: SweepJobs = {
  scenario: 'Shop 1',
  shards: 3,
  image: 'registry.example/kubeclock:1',
  command: ['kubeclock', 'sweep', 'app/shop.yaml', '-L', 'seed=1,2', '--set', 'name=$(HOME)'],
  files: new Map([
    ['app/shop.yaml', 'kind: Scenario\n---\n"a": b # \'$\'\n'],
    ['packed.yaml', 'kind: KubeSchedulerConfiguration\n'],
  ]),
};
const manifest = sweepManifest(jobs);

/** As much of an object as the tests look at. */
interface Written {
  readonly data: Readonly<Record<string, string>>;
  readonly spec: {
    readonly completionMode: string;
    readonly completions: number;
    readonly suspend: boolean;
    readonly template: { readonly spec: WrittenPod };
  };
}

interface WrittenPod {
  readonly containers: readonly { readonly args: readonly string[] }[];
  readonly volumes: readonly {
    readonly configMap: {
      readonly items: readonly { readonly key: string; readonly path: string }[];
    };
  }[];
}

const objects = loadYaml(manifest, 'refuse') as [Written, Written, Written, Written];
const [inputs, , shards, merge] = objects;

describe('the manifest of a sweep', () => {
  let loaded: LoadResult;

  beforeAll(() => {
    loaded = loadManifests(['sweep.yaml'], 'sweep', memoryFiles({ 'sweep.yaml': manifest }), {
      nodes: '2x4cpu16Gi',
    });
  });

  test('is taken by our own parser without an error', () => {
    expect(loaded.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('runs in our own cluster: every shard succeeds, and the merge waits to be resumed', () => {
    if (loaded.scenario === undefined) throw new Error('it was refused');
    const { outcome, pods } = runScenario(loaded.scenario);
    expect(outcome).toMatchObject({ end: 'converged', partial: false });
    expect(pods.map(({ phase }) => phase)).toEqual(['Succeeded', 'Succeeded', 'Succeeded']);
    expect(pods.map(({ name }) => name.replace(/-\w+$/, '')).sort()).toEqual([
      ...['shop-1-sweep-0', 'shop-1-sweep-1', 'shop-1-sweep-2'],
    ]);
  });

  test('gives every file its path and text back', () => {
    const [volume] = shards.spec.template.spec.volumes;
    const texts = volume?.configMap.items.map(({ key, path }) => [path, inputs.data[key]]);
    expect(texts).toEqual([...jobs.files]);
  });

  test('has an Indexed Job whose Pods know how many they are and write a folder each', () => {
    const { completionMode, completions, template } = shards.spec;
    expect({ completionMode, completions }).toEqual({ completionMode: 'Indexed', completions: 3 });
    const [container] = template.spec.containers;
    expect(container).toMatchObject({
      command: ['kubeclock'],
      args: [
        ...['sweep', 'app/shop.yaml', '-L', 'seed=1,2', '--set', 'name=$$(HOME)'],
        ...['--workers', '1', '--out', '/results/shard-$(JOB_COMPLETION_INDEX)'],
      ],
      env: [{ name: 'JOB_COMPLETION_COUNT', value: '3' }],
    });
  });

  test('merges the folders that the shards write', () => {
    const { suspend, template } = merge.spec;
    expect(suspend).toBe(true);
    const [container] = template.spec.containers;
    expect(container?.args).toEqual([
      ...['sweep', 'merge', '/results/shard-0', '/results/shard-1', '/results/shard-2'],
      ...['--out', '/results/merged'],
    ]);
  });

  test('names its objects as Kubernetes allows, however long the scenario is named', () => {
    const long = sweepManifest({ ...jobs, scenario: `${'x'.repeat(39)}-y` });
    expect(long).toContain(`name: ${'x'.repeat(39)}-sweep-merge\n`);
  });
});
