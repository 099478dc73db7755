// Configurations that kube-scheduler would not start with: where each is wrong, what kube-scheduler
// says, exit code 2.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.js';
import { scenarioText } from '../scenario/memory-files.js';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock scheduler '));
  writeFileSync(join(folder, 'scenario.yaml'), scenarioText(''));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';

/** Plans the scenario with a configuration. */
async function plan(text: string) {
  const file = join(folder, 'sched.yaml');
  writeFileSync(file, text);
  let out = '';
  let err = '';
  const words = ['plan', join(folder, 'scenario.yaml'), '--scheduler-config', file];
  const code = await runProgram(words, {
    out: { write: (more: string) => (out += more) },
    err: { write: (more: string) => (err += more) },
    env: {},
  });
  return { code, out, err: err.replaceAll(`${folder}/`, '') };
}

/** The text without its mark `^`, and `line:column` of what the mark stands before. */
function marked(text: string): { text: string; at: string } {
  const before = text.slice(0, text.indexOf('^')).split('\n');
  return {
    text: text.replace('^', ''),
    at: `${before.length}:${(before.at(-1) ?? '').length + 1}`,
  };
}

/** A profile with plugins at one point. */
const enabling = (point: string, plugins: string): string =>
  `profiles:\n- plugins:\n    ${point}:\n      enabled: [${plugins}]\n`;
const arguing = (args: string): string => `profiles:\n- pluginConfig:\n  - ${args}\n`;

describe('a configuration is refused', () => {
  test.each<[what: string, text: string, message: string]>([
    [
      'with an unknown plugin',
      head + enabling('score', '{name: ^NodeResourceFit}'),
      'Invalid value: "NodeResourceFit": ScorePlugin "NodeResourceFit" does not exist',
    ],
    [
      'with a plugin at a point that it does not have',
      head + enabling('^filter', '{name: ImageLocality}'),
      'plugin "ImageLocality" does not extend FilterPlugin plugin',
    ],
    [
      'with a plugin twice',
      head + enabling('^filter', '{name: NodePorts}, {name: NodePorts}'),
      'plugin "NodePorts" already registered as "FilterPlugin"',
    ],
    [
      'with a plugin of volumes that are gone',
      head + enabling('filter', '{name: ^EBSLimits}'),
      'was invalid in version "kubescheduler.config.k8s.io/v1" (KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1")',
    ],
    [
      'with an unknown argument',
      head + arguing('{name: NodeAffinity, args: {^addedAfinity: {}}}'),
      'unknown field "profiles[0].pluginConfig[0].args.addedAfinity"',
    ],
    [
      'with an argument out of range',
      head + arguing('{name: InterPodAffinity, args: {hardPodAffinityWeight: ^101}}'),
      'Invalid value: 101: not in valid range [0, 100]',
    ],
    [
      'with the arguments of another plugin',
      head + arguing('{name: NodeAffinity, args: {kind: ^NodeResourcesFitArgs}}'),
      'args for plugin NodeAffinity were not of type NodeAffinityArgs.kubescheduler.config.k8s.io, got NodeResourcesFitArgs.kubescheduler.config.k8s.io',
    ],
    [
      'with arguments twice',
      head + arguing('name: NodeAffinity\n  - ^name: NodeAffinity'),
      'profiles[0].pluginConfig[1]: Duplicate value: "NodeAffinity"',
    ],
    [
      'with a weight beyond 32 bits',
      head + enabling('score', '{name: ImageLocality, weight: ^3000000000}'),
      'found 3000000000, expected an integer (int32)',
    ],
    [
      'with the weight of a resource out of range',
      head +
        arguing(
          '{name: NodeResourcesFit, args: {scoringStrategy: {resources: [{name: cpu, weight: ^101}]}}}',
        ),
      'resource weight of cpu not in valid range (0, 100]',
    ],
    [
      'with two profiles of one name',
      `${head}profiles:\n- schedulerName: a\n- schedulerName: ^a\n`,
      'profiles[1].schedulerName: Duplicate value: "a"',
    ],
    [
      'with profiles that sort the queue differently',
      `${head}${enabling('queueSort', '{name: PrioritySort}')}  schedulerName: a\n- ^schedulerName: b\n`,
      'profiles[1].plugins.queueSort: Invalid value: []: must be the same for all profiles',
    ],
    [
      'with a percentage above 100',
      `${head}percentageOfNodesToScore: ^101\n`,
      'percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]',
    ],
    [
      'without goroutines',
      `${head}parallelism: ^0\n`,
      'parallelism: Invalid value: 0: should be an integer value greater than zero',
    ],
    [
      'of a version that is long gone',
      head.replace(' kubescheduler.config.k8s.io/v1', ' ^kubescheduler.config.k8s.io/v1alpha2'),
      'no kind "KubeSchedulerConfiguration" is registered for version "kubescheduler.config.k8s.io/v1alpha2"',
    ],
    [
      'of another kind',
      head.replace('KubeScheduler', '^KubeProxy'),
      'no kind "KubeProxyConfiguration" is registered for version "kubescheduler.config.k8s.io/v1"',
    ],
    ['with an unknown field', `${head}^profils: []\n`, 'unknown field "profils"'],
    [
      'with an extender of no weight',
      `${head}extenders:\n- ^urlPrefix: http://e\n  prioritizeVerb: p\n`,
      'extenders[0].weight: Invalid value: 0: must have a positive weight applied to it',
    ],
  ])('%s', async (_, markedText, message) => {
    const { text, at } = marked(markedText);
    const { code, out, err } = await plan(text);
    expect(code, err).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(new RegExp(`^sched.yaml:${at}: error KUBECLOCK\\d+: `));
    expect(err).toContain(message);
    expect(err).toContain('1 error; nothing was run');
  });
});

test('a weight of 0 is a warning, since it counts as 1', async () => {
  const { text } = marked(head + enabling('score', '{name: ImageLocality, weight: ^0}'));
  const { code, out, err } = await plan(text);
  expect(code, err).toBe(0);
  expect(err).toContain('warning KUBECLOCK1203: profiles[0].plugins.score.enabled[0].weight');
  expect(err).toContain('a weight of 0 counts as 1');
  expect(out).toContain('ImageLocality 1');
});
