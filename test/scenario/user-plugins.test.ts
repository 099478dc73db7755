// Scheduler plugins of users in scenarios: handed in by a program, or from files that are imported.

import { describe, expect, test } from 'vitest';
import type { FilterPlugin } from '../../src/control-plane/scheduler/framework/plugin.js';
import type { UserPlugin } from '../../src/control-plane/scheduler/out-of-tree/user-plugin.js';
import { loadScenario } from '../../src/scenario/load.js';
import { loadWithPlugins } from '../../src/scenario/load-with-plugins.js';
import type { PluginModule } from '../../src/scenario/plugin-files.js';
import { problemAt, scenarioProblemCodes } from '../../src/scenario/scenario-problems.js';
import { brief, load, loaded, memoryFiles, scenarioText } from './memory-files.js';

const noop = () => undefined;
const mine: FilterPlugin = { name: 'Mine', filter: noop };

const module = (...plugins: UserPlugin[]): PluginModule => ({
  plugins,
  problems: [],
  text: '// a module',
});

const files = { 'mine.ts': '', 'other.js': '', 'sched.yaml': '' };
const named = 'controlPlane: {scheduler: {plugins: [mine.ts]}}';
const problemsOf = (...args: Parameters<typeof load>) => load(...args).problems.map(brief);

describe('plugins that a program hands in', () => {
  test('are enabled when nobody names them, and the reader is told', () => {
    const scenario = loaded('', {}, { plugins: [mine] });
    const text =
      'Plugin Mine: no scheduler configuration names it, so every profile enables it at filter.';
    expect(scenario.pluginNotices).toEqual([text]);
    expect(scenario.notices).toContain(text);
    expect(scenario.plugins).toEqual([{ name: 'Mine', file: '' }]);
    const [profile] = scenario.cluster.controlPlane.scheduler.configuration.profiles;
    expect(profile?.multiPoint.enabled.at(-1)).toEqual({ name: 'Mine' });
  });

  test('are known to a configuration, which gives them weights and arguments', () => {
    const spec = `controlPlane: {scheduler: {config: {profiles: [{
      plugins: {score: {enabled: [{name: Mine, weight: 9}]}},
      pluginConfig: [{name: Mine, args: {prices: {small: 1}}}]}]}}}`.replaceAll(/\n\s*/g, ' ');
    const seen: unknown[] = [];
    const create = (args: unknown) => {
      seen.push(args);
      return { name: 'Mine', score: noop };
    };
    const scenario = loaded(spec, {}, { plugins: [{ name: 'Mine', create }] });
    expect(scenario.pluginNotices).toEqual([]);
    expect(seen[0]).toEqual({ prices: { small: 1 } });
  });

  test('are handed on, so that a run can be given them', () => {
    const { plugins, pluginFiles } = load('', {}, { plugins: [mine] });
    expect([...plugins.keys()]).toEqual(['Mine']);
    expect(pluginFiles).toEqual([]);
  });

  test('have to have the form of plugins', () => {
    const bad = { name: 'Mine', filter: 3 } as unknown as UserPlugin;
    expect(problemsOf('', {}, { plugins: [bad] })).toEqual([
      'plugins:1:1 : plugin Mine has filter as 3, not as a method',
    ]);
  });

  test('cannot take the name of a default plugin, nor of each other', () => {
    const names = ['NodeName', 'Mine', 'Mine'].map((name) => ({ ...mine, name }));
    expect(problemsOf('', {}, { plugins: names })).toEqual([
      'plugins:1:1 : "Mine" is the name of another plugin that was handed in too',
      'plugins:1:1 : "NodeName" is the name of a default plugin of kube-scheduler',
    ]);
  });
});

describe('plugins in files', () => {
  test('are asked for by the path that they have beside the scenario', () => {
    const { pluginFiles, problems, scenario } = load(named, files);
    expect(pluginFiles).toEqual(['mine.ts']);
    expect(scenario).toBeUndefined();
    expect(problems.map(brief)).toEqual([
      'test.yaml:5:40 spec.controlPlane.scheduler.plugins[0]: "mine.ts" has not been imported',
    ]);
  });

  test('are used once they are imported', () => {
    const pluginModules = new Map([['mine.ts', module(mine)]]);
    const { scenario, texts } = load(named, files, { pluginModules });
    expect(scenario?.plugins).toEqual([{ name: 'Mine', file: 'mine.ts' }]);
    expect(texts.get('mine.ts')).toBe('// a module');
  });

  test('come from the scenario and from the command, each file once', () => {
    const other = { ...mine, name: 'Other' };
    const pluginModules = new Map([
      ['mine.ts', module(mine)],
      ['other.js', module(other)],
    ]);
    const overrides = { pluginModules, pluginFiles: ['other.js', 'mine.ts'] };
    const scenario = loaded(named, files, overrides);
    expect(scenario.plugins.map(({ name }) => name)).toEqual(['Mine', 'Other']);
  });

  test('may be named by --set, and by a profile', () => {
    const set = ['controlPlane.scheduler.plugins=[other.js]'];
    expect(load(named, files, { set }).pluginFiles).toEqual(['other.js']);
    const profile = { file: 'p.yaml', text: scenarioText(named).replace('Scenario', 'Profile') };
    expect(load('', files, { profile }).pluginFiles).toEqual(['mine.ts']);
  });

  test('that are not there are a problem, and the configuration is not blamed for it', () => {
    const spec = `controlPlane: {scheduler: {plugins: [gone.ts], config: {profiles: [{
      plugins: {score: {enabled: [{name: Mine}]}}}]}}}`.replaceAll(/\n\s*/g, ' ');
    expect(problemsOf(spec, files)).toEqual([
      'test.yaml:5:40 spec.controlPlane.scheduler.plugins[0]: "gone.ts" names no file',
    ]);
  });

  test('have their problems where they are', () => {
    const place = { file: 'mine.ts', line: 3, column: 7 };
    const problem = problemAt(place, scenarioProblemCodes.badPlugin, 'Expression expected');
    const pluginModules = new Map([['mine.ts', { ...module(), problems: [problem] }]]);
    expect(problemsOf(named, files, { pluginModules })).toEqual([
      'mine.ts:3:7 : Expression expected',
    ]);
  });

  test('that refuse their arguments are named', () => {
    const create = () => {
      throw new Error('prices is missing');
    };
    const pluginModules = new Map([['mine.ts', module({ name: 'Mine', create })]]);
    expect(problemsOf(named, files, { pluginModules })).toEqual([
      'mine.ts:1:1 : plugin Mine, create: threw Error: prices is missing',
    ]);
  });
});

describe('plugins of several schedulers', () => {
  const other = { ...mine, name: 'Other' };
  const pluginModules = new Map([
    ['mine.ts', module(mine)],
    ['other.js', module(other)],
  ]);
  const enabled = (spec: string, overrides: Parameters<typeof load>[2] = {}) => {
    const scenario = loaded(spec, files, { pluginModules, ...overrides });
    const { scheduler, additionalSchedulers } = scenario.cluster.controlPlane;
    const usersOf = ({ configuration }: typeof scheduler) =>
      configuration.profiles[0]?.multiPoint.enabled
        .map(({ name }) => name)
        .filter((name) => name === 'Mine' || name === 'Other');
    return { names: [scheduler, ...additionalSchedulers].map(usersOf), scenario };
  };
  const schedulers = (first: string, second: string, common = ''): string => `
    controlPlane:
      scheduler: {${common}}
      schedulers:
        - {name: a, ${first}}
        - {name: b, ${second}}`;
  const profile = (name: string): string => `config: {profiles: [{schedulerName: ${name}}]}`;

  test('belong to the scheduler that names their file', () => {
    const first = `${profile('one')}, plugins: [mine.ts]`;
    const { names, scenario } = enabled(schedulers(first, profile('two')));
    expect(names).toEqual([['Mine'], []]);
    expect(scenario.plugins.map(({ name }) => name)).toEqual(['Mine']);
  });

  test('come from the common part where a scheduler names none', () => {
    const first = `${profile('one')}, plugins: [other.js]`;
    const { names } = enabled(schedulers(first, profile('two'), 'plugins: [mine.ts]'));
    expect(names).toEqual([['Other'], ['Mine']]);
  });

  test('of the command are for all, unless one of them asks for it by name', () => {
    const overrides = { pluginFiles: ['mine.ts'] };
    const every = enabled(schedulers(profile('one'), profile('two')), overrides);
    expect(every.names).toEqual([['Mine'], ['Mine']]);
    expect(every.scenario.pluginNotices).toHaveLength(1);
    const asking =
      'config: {profiles: [{schedulerName: two, plugins: {multiPoint: {enabled: [{name: Mine}]}}}]}';
    const one = enabled(schedulers(profile('one'), asking), overrides);
    expect([one.names, one.scenario.pluginNotices]).toEqual([[[], ['Mine']], []]);
  });

  test('stand for an extender and run nowhere else', () => {
    const url = 'http://x';
    const { names, scenario } = enabled(`
      controlPlane:
        scheduler:
          plugins: [mine.ts]
          config: {extenders: [{urlPrefix: ${url}, filterVerb: filter}]}
          extenders: [{urlPrefix: ${url}, plugin: Mine}]`);
    expect([names, scenario.pluginNotices]).toEqual([[[]], []]);
    expect(scenario.cluster.controlPlane.scheduler.extenders[0]?.plugin).toBe('Mine');
  });
});

describe('a scenario whose plugins are imported on demand', () => {
  const text = scenarioText('controlPlane: {scheduler: {plugins: [mine.ts]}}');

  test('is loaded once more when they are there', async () => {
    const seen: number[] = [];
    // The import itself is not made: the file of the same name on the disk is this very test.
    const result = await loadWithPlugins(
      (pluginModules) => {
        seen.push(pluginModules.size);
        return loadScenario(text, 'test.yaml', here, { pluginModules });
      },
      { importModule: async () => ({ mine }) },
    );
    expect(seen).toEqual([0, 1]);
    expect(result.problems).toEqual([]);
    expect(result.scenario?.plugins).toEqual([{ name: 'Mine', file: thisFile }]);
  });

  test('is loaded once when it names none', async () => {
    let loads = 0;
    const { scenario } = await loadWithPlugins((pluginModules) => {
      loads++;
      return loadScenario(scenarioText(''), 'test.yaml', memoryFiles({}), { pluginModules });
    });
    expect([loads, scenario?.plugins]).toEqual([1, []]);
  });
});

const thisFile = new URL(import.meta.url).pathname;
const here = { ...memoryFiles({}), list: () => [thisFile] };
