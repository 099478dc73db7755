// kubeclock plan: which plugin runs where, and with which weight.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.js';
import { effectiveProfiles, profileLines } from '../../src/cli/scheduler-plugins.js';
import { readConfiguration } from '../../src/control-plane/scheduler/configuration/read-configuration.js';
import { scenarioText } from '../scenario/memory-files.js';

const binPacking = {
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  profiles: [
    {
      schedulerName: 'bin-packing',
      plugins: {
        multiPoint: {
          disabled: [{ name: '*' }],
          enabled: ['PrioritySort', 'NodeName', 'DefaultBinder'].map((name) => ({ name })),
        },
        score: { enabled: [{ name: 'NodeResourcesFit', weight: 7 }, { name: 'ImageLocality' }] },
      },
    },
  ],
};

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock plan '));
  writeFileSync(join(folder, 'sched.json'), JSON.stringify(binPacking));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Plans a scenario with the given spec. */
async function planOf(spec: string, ...args: string[]) {
  writeFileSync(join(folder, 'scenario.yaml'), scenarioText(spec));
  let out = '';
  let err = '';
  const code = await runProgram(['plan', join(folder, 'scenario.yaml'), ...args], {
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
    env: {},
  });
  return { code, out, err };
}

const lines = [
  'profile bin-packing',
  '  queueSort  PrioritySort',
  '  filter     NodeName',
  '  score      NodeResourcesFit 7, ImageLocality 1',
  '  bind       DefaultBinder',
];

describe('the plan of a scenario', () => {
  test('shows the plugins of each extension point in their order, scores with weights', async () => {
    const { code, out } = await planOf('', '--scheduler-config', join(folder, 'sched.json'));
    expect(code).toBe(0);
    expect(out).toContain(`\nSCHEDULER\n${lines.map((line) => `  ${line}\n`).join('')}\n`);
  });

  test('shows each of several schedulers with its name and its host', async () => {
    const spec = 'controlPlane: {schedulers: [{name: main}, {name: batch, config: sched.json}]}';
    const { code, out } = await planOf(spec);
    expect(code).toBe(0);
    expect(out).toContain('\nSCHEDULER 1 OF 2\n  main on control-plane-0\n  profile default-sch');
    const second = ['batch on control-plane-0', ...lines].map((line) => `  ${line}\n`).join('');
    expect(out).toContain(`\nSCHEDULER 2 OF 2\n${second}`);
  });

  test('has the same as JSON', async () => {
    const { out } = await planOf('', '--scheduler-config', join(folder, 'sched.json'), '--json');
    expect(JSON.parse(out).schedulerProfiles).toEqual([
      {
        scheduler: 'kube-scheduler',
        schedulerName: 'bin-packing',
        plugins: {
          queueSort: [{ name: 'PrioritySort' }],
          filter: [{ name: 'NodeName' }],
          score: [
            { name: 'NodeResourcesFit', weight: 7 },
            { name: 'ImageLocality', weight: 1 },
          ],
          bind: [{ name: 'DefaultBinder' }],
        },
      },
    ]);
  });

  test('shows the default profile when nothing is configured', async () => {
    const { out } = await planOf('');
    expect(out).toContain('  profile default-scheduler\n');
    expect(out).toMatch(/^ {4}score +TaintToleration 3, NodeAffinity 2, NodeResourcesFit 1/m);
  });

  test('keeps to the width', () => {
    const { configuration } = readConfiguration(undefined);
    if (configuration === undefined) throw new Error('the default configuration is valid');
    const [profile] = effectiveProfiles(configuration);
    const narrow = profile === undefined ? [] : profileLines(profile, 60);
    expect(narrow.filter((line) => line.length > 60)).toEqual([]);
    const wide = profile === undefined ? [] : profileLines(profile, 10_000);
    const words = (all: readonly string[]): string => all.join(' ').replaceAll(/\s+/g, ' ');
    expect(words(narrow)).toBe(words(wide));
  });

  test('refuses a file that is not there', async () => {
    const { code, err } = await planOf('', '--scheduler-config', join(folder, 'none.yaml'));
    expect(code).toBe(2);
    expect(err).toContain('there is no such file');
  });
});
