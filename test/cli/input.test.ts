import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadInput, nameFor } from '../../src/cli/input.js';
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

const kindsOf = (...names: readonly string[]) => {
  const { scenario } = loadInput(
    names.map((name) => join(folder, name)),
    {},
  );
  return scenario?.operations.map((each) =>
    each.op === 'apply' ? each.objects.map(({ kind }) => kind) : [],
  );
};

describe('the FILE arguments', () => {
  test('a scenario finds its manifests beside itself, wherever it is run', () => {
    expect(kindsOf('scenario.yaml')).toEqual([['Deployment', 'Service']]);
  });

  test('a folder, a pattern and files are manifests in the order that they are named', () => {
    expect(kindsOf('My App')).toEqual([['Deployment', 'Service']]);
    expect(kindsOf('My App/*.yaml')).toEqual([['Deployment', 'Service']]);
    expect(kindsOf('My App/2.yaml', 'My App/1.yaml')).toEqual([['Service', 'Deployment']]);
  });

  test.each([
    ['nothing.yaml', 'does not exist'],
    ['empty', 'holds no .yaml, .yml or .json files'],
    ['*.toml', 'does not exist'],
  ])('%s names nothing, and that is said', (name, message) => {
    expect(() => loadInput([join(folder, name)], {})).toThrow(message);
  });

  test('a scenario is run alone', () => {
    const paths = [join(folder, 'scenario.yaml'), join(folder, 'My App')];
    expect(() => loadInput(paths, {})).toThrow('is run alone');
  });

  test('a profile is one that ships, or a file', () => {
    const { scenario } = loadInput([join(folder, 'My App')], { profile: 'ha-cloud' });
    expect(scenario?.cluster.controlPlane.etcd.members).toBe(3);
    expect(() => loadInput([join(folder, 'My App')], { profile: 'nothing' })).toThrow(
      'no profile "nothing"',
    );
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
