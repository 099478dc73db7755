// A configuration that kube-scheduler would not start with, from outside. Needs the built program
// (npm test builds it first).

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scenarioText } from '../scenario/memory-files.js';
import { kubeclockHere } from './kubeclock.js';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock scheduler '));
  const spec = 'nodePools: [{name: small, count: 1}]\nhorizon: 10s\nuntil: horizon';
  writeFileSync(join(folder, 'scenario.yaml'), scenarioText(spec));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';

/** Runs the scenario with a configuration. */
function run(text: string) {
  writeFileSync(join(folder, 'sched.yaml'), text);
  const words = ['run', 'scenario.yaml', '--scheduler-config', 'sched.yaml', '--out', 'out'];
  return kubeclockHere(words, { cwd: folder });
}

describe('a configuration that is wrong', () => {
  test('is refused for all that is wrong with it at once, and nothing is written', async () => {
    const text = `${head}parallelism: 0\npercentageOfNodesToScore: -1\nprofils: []\n`;
    const { code, err } = await run(text);
    expect(code).toBe(2);
    expect(err.match(/: error KUBECLOCK/g)).toHaveLength(3);
    expect(err).toContain('3 errors; nothing was run');
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  test('is refused before anything is planned or explained', async () => {
    writeFileSync(join(folder, 'sched.yaml'), `${head}parallelism: 0\n`);
    const config = ['--scheduler-config', 'sched.yaml'];
    for (const words of [
      ['plan', 'scenario.yaml'],
      ['explain', 'pod', 'p', 'scenario.yaml'],
    ]) {
      const { code, err } = await kubeclockHere([...words, ...config], { cwd: folder });
      expect(code, words.join(' ')).toBe(2);
      expect(err).toContain('should be an integer value greater than zero');
    }
  });
});
