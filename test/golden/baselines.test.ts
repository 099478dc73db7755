// The committed baselines, which `.ci/run` checks all scenarios against. What moves them is told
// there; here only that they fit the scenarios and stay small.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseBaseline } from '../../src/experiment/check/baseline-file.js';
import { namesIn, root, scenarioFolder } from '../support/scenarios.js';

const folder = join(root, 'results/baselines');

/** Bytes of all baselines together. */
const mostBytes = 1_200_000;

/** `metadata.name` of every file below scenarios/ that is one. */
const scenarios = new Set(
  namesIn(scenarioFolder, '.yaml').flatMap((name) => {
    const text = readFileSync(join(scenarioFolder, `${name}.yaml`), 'utf8');
    const [, found] = /^kind: Scenario\nmetadata:\n {2}name: (\S+)$/m.exec(text) ?? [];
    return found === undefined ? [] : [found];
  }),
);

const baselines = namesIn(folder, '.json').filter((name) => name !== 'model');

describe('the baselines', () => {
  test('are those of scenarios that there are', () => {
    expect(scenarios.size).toBeGreaterThan(70);
    expect(baselines.filter((name) => !scenarios.has(name))).toEqual([]);
    expect(baselines.length).toBeGreaterThan(70);
  });

  test('can be read by this version', () => {
    for (const name of baselines) {
      const file = join(folder, `${name}.json`);
      expect(parseBaseline(readFileSync(file, 'utf8'), file)).toMatchObject({ scenario: name });
    }
  });

  test('are small together', () => {
    const bytes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(mostBytes);
  });
});
