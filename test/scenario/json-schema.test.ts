import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { loadYaml } from '../../src/api/yaml-dialect.js';
import { filesIn, folderOf } from '../../src/scenario/files.js';
import { scenarioJsonSchema } from '../../src/scenario/json-schema.js';
import { loadScenario } from '../../src/scenario/load.js';
import { root } from '../tidy/source-files.js';
import { brief, scenarioText } from './memory-files.js';

const folder = join(root, 'scenarios');
const yamlIn = (place: string): readonly string[] =>
  readdirSync(place)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(place, name));

const validate = new Ajv({ strict: false, allErrors: true }).compile(scenarioJsonSchema());
const faults = (text: string): readonly unknown[] =>
  validate(loadYaml(text, 'refuse')[0]) ? [] : (validate.errors ?? []);

describe('the JSON Schema', () => {
  test.each([...yamlIn(folder), ...yamlIn(join(folder, 'plugins'))])('accepts %s', (file) => {
    expect(faults(readFileSync(file, 'utf8'))).toEqual([]);
  });

  test.each([
    ['an unknown field', 'horizn: 5m'],
    ['a duration without unit', 'horizon: 90'],
    ['a negative count', 'nodePools: [{name: a, count: -1}]'],
    ['a missing count', 'nodePools: [{name: a}]'],
    ['an unknown operation', 'workload: {operations: [{op: aply}]}'],
    ['a distribution in halves', 'applicationStart: {p50: 1s}'],
  ])('refuses %s', (_what, spec) => {
    expect(faults(scenarioText(spec))).not.toEqual([]);
  });

  test('tells editors the defaults and the meanings', () => {
    const schema = JSON.stringify(scenarioJsonSchema());
    expect(schema).toContain('"default":"cluster.local"');
    expect(schema).toContain('"default":400');
    expect(schema).toContain('Dealt out in turn.');
  });
});

describe('the scenarios that ship with kubeclock', () => {
  test.each(yamlIn(folder))('%s has no problem, not even a warning', (file) => {
    const { scenario, problems } = loadScenario(
      readFileSync(file, 'utf8'),
      file,
      filesIn(folderOf(file)),
    );
    expect(problems.map(brief)).toEqual([]);
    expect(scenario?.thresholds.length).toBeGreaterThan(0);
  });

  test.each(yamlIn(join(folder, 'profiles')))('%s fits below any scenario', (file) => {
    const profile = { file, text: readFileSync(file, 'utf8') };
    const { scenario, problems } = loadScenario(scenarioText(''), 'a.yaml', filesIn('.'), {
      profile,
    });
    expect(problems.map(brief)).toEqual([]);
    expect(scenario?.provenance.some(({ source }) => source === 'profile')).toBe(true);
  });
});
