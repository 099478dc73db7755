import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadInput, loadKeptInput, nameFor } from '../../src/cli/input.js';
import { isScenarioText } from '../../src/scenario/recognition.js';
import { deployment, scenarioText, service } from '../scenario/memory-files.js';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock input '));
  mkdirSync(join(folder, 'My App'));
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'My App', '1.yaml'), deployment('web'));
  writeFileSync(join(folder, 'My App', '2.yaml'), service('web'));
  const apply = 'workload: {operations: [{op: apply, manifests: "My App"}]}';
  writeFileSync(join(folder, 'scenario.yaml'), scenarioText(apply));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kindsOf = async (...names: readonly string[]) => {
  const { scenario } = await loadInput(
    names.map((name) => join(folder, name)),
    {},
  );
  return scenario?.operations.map((each) =>
    each.op === 'apply' ? each.objects.map(({ kind }) => kind) : [],
  );
};

describe('the FILE arguments', () => {
  test('a scenario finds its manifests beside itself, wherever it is run', async () => {
    expect(await kindsOf('scenario.yaml')).toEqual([['Deployment', 'Service']]);
  });

  test('a folder, a pattern and files are manifests in the order that they are named', async () => {
    expect(await kindsOf('My App')).toEqual([['Deployment', 'Service']]);
    expect(await kindsOf('My App/*.yaml')).toEqual([['Deployment', 'Service']]);
    expect(await kindsOf('My App/2.yaml', 'My App/1.yaml')).toEqual([['Service', 'Deployment']]);
  });

  test.each([
    ['nothing.yaml', 'does not exist'],
    ['empty', 'holds no .yaml, .yml or .json files'],
    ['*.toml', 'does not exist'],
  ])('%s names nothing, and that is said', async (name, message) => {
    await expect(loadInput([join(folder, name)], {})).rejects.toThrow(message);
  });

  test('a name that is nearly that of a file is told with that file', async () => {
    const rejected = expect(loadInput([join(folder, 'scenaro.yml')], {})).rejects;
    await rejected.toThrow(`Did you mean ${join(folder, 'scenario.yaml')}?`);
  });

  test.each(['.', '*.yaml'])('scenarios are not taken for manifests: %s', async (path) => {
    const rejected = expect(loadInput([join(folder, path)], {})).rejects;
    await rejected.toThrow('holds scenarios, each of which is run alone: kubeclock run ');
  });

  test.each(['', '# nothing but this\n', '---\n---\n'])('of %j nothing is run', async (text) => {
    const path = join(folder, 'My App', 'void.txt');
    writeFileSync(path, text);
    const { scenario, problems } = await loadInput([path], {});
    expect(scenario).toBeUndefined();
    expect(problems.map(({ message }) => message)).toEqual([`${path} holds no Kubernetes objects`]);
  });

  test('a scenario is run alone', async () => {
    const paths = [join(folder, 'scenario.yaml'), join(folder, 'My App')];
    await expect(loadInput(paths, {})).rejects.toThrow('is run alone');
  });

  test('a profile is one that ships, or a file', async () => {
    const { scenario } = await loadInput([join(folder, 'My App')], { profile: 'ha-cloud' });
    expect(scenario?.cluster.controlPlane.etcd.members).toBe(3);
    await expect(loadInput([join(folder, 'My App')], { profile: 'nothing' })).rejects.toThrow(
      'no profile "nothing"',
    );
  });
});

describe('what is kept of an input', () => {
  const again = async (paths: readonly string[], options: Parameters<typeof loadInput>[1] = {}) => {
    const { scenario, inputs, problems } = await loadInput(paths, options);
    if (inputs === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
    const kept = await loadKeptInput(inputs);
    // Only the name by which a problem is found may differ.
    expect(kept.scenario).toEqual({ ...scenario, provenance: kept.scenario?.provenance });
    return inputs;
  };

  test('makes the same scenario again, without the files', async () => {
    const { files, texts, name } = await again([join(folder, 'scenario.yaml')]);
    expect([files, name]).toEqual([['scenario.yaml'], 'test']);
    expect([...texts.keys()]).toEqual(['scenario.yaml', 'My App/1.yaml', 'My App/2.yaml']);
  });

  test('makes the same scenario of manifests again, under the same name', async () => {
    for (const path of ['My App', 'My App/', 'My App/*.yaml', 'My App/1.yaml']) {
      expect((await again([join(folder, path)])).name).toBe(
        path.endsWith('1.yaml') ? '1' : 'my-app',
      );
    }
  });

  test('has the options, the profile and the scheduler configuration in it', async () => {
    const config = join(folder, 'scheduler.yaml');
    const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration';
    writeFileSync(config, `${head}\npercentageOfNodesToScore: 30\n`);
    const inputs = await again([join(folder, 'scenario.yaml')], {
      profile: 'ha-cloud',
      schedulerConfig: config,
      seed: '9',
      nodes: '3x4cpu16Gi',
      until: '2m',
      set: ['controlPlane.etcd.disk=hdd'],
    });
    expect(inputs.seed).toBe('9');
    expect(inputs.options.get('schedulerConfig')).toBe('scheduler.yaml');
    expect([...inputs.texts.keys()]).toEqual(
      expect.arrayContaining(['profile ha-cloud', 'scheduler.yaml']),
    );
  });

  test('names no folder of this machine', async () => {
    const inputs = await again([join(folder, 'scenario.yaml')]);
    expect(JSON.stringify([...inputs.texts, inputs.lists, inputs.files])).not.toContain(tmpdir());
  });
});

describe('the name of a scenario that is made of manifests', () => {
  test.each([
    ['-', 'stdin'],
    ['app.yaml', 'app'],
    ['a/b/Kubernetes_Manifests.yml', 'kubernetes-manifests'],
    ['My App/', 'my-app'],
    ['shop/*.yaml', 'shop'],
    ['___.yaml', 'manifests'],
  ])('%s gives %s', (path, name) => {
    expect(nameFor(path)).toBe(name);
  });
});

describe('a scenario is recognised', () => {
  test.each([
    ['by its group', 'apiVersion: kubeclock.dev/v1alpha1\nkind: [', true],
    ['by a misspelt group', 'apiVersion: kubeclok.dev/v1\nkind: Scenario\n', true],
    ['without a group', 'kind: Scenario\nspec: {}\n', true],
    [
      'with line ends of Windows',
      'apiVersion: "kubeclock.dev/v1alpha1"\r\nkind: Scenario\r\n',
      true,
    ],
    [
      'but not one of another program',
      'apiVersion: simulation.example.com/v1\nkind: Scenario\n',
      false,
    ],
    ['but not a profile', 'apiVersion: kubeclock.dev/v1alpha1\nkind: Profile\n', false],
    ['but not a manifest', 'apiVersion: v1\nkind: Pod\n', false],
    ['but not a word in a text', '# kind: Scenario\ndata: "kubeclock.dev"\n', false],
  ])('%s', (_how, text, expected) => {
    expect(isScenarioText(text)).toBe(expected);
  });
});
