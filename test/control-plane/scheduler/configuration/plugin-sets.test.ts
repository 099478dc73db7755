// Which plugin runs where: MultiPoint, settings of single points, weights, plugins of the caller.

import { describe, expect, it } from 'vitest';
import {
  assembleFrameworks,
  frameworksFor,
} from '../../../../src/control-plane/scheduler/configuration/plugin-sets.js';
import type { Framework } from '../../../../src/control-plane/scheduler/framework/framework.js';
import type { Plugin } from '../../../../src/control-plane/scheduler/framework/plugin.js';
import type {
  PluginFactory,
  PluginHandle,
} from '../../../../src/control-plane/scheduler/framework/plugin-handle.js';
import { inertHandle } from '../../../../src/control-plane/scheduler/inert-handle.js';
import { registry } from '../../../../src/control-plane/scheduler/plugins/registry.js';
import { config, linesOf, profileConfig, valid } from './configuration-fixture.js';

/** A plugin with the given methods and nothing behind them. */
function plugin(name: string, ...methods: string[]): Plugin {
  return { name, ...Object.fromEntries(methods.map((method) => [method, () => undefined])) };
}

const base: [string, PluginFactory][] = [
  ['PrioritySort', () => plugin('PrioritySort', 'less')],
  ['DefaultBinder', () => plugin('DefaultBinder', 'bind')],
  ['NodeAffinity', () => plugin('NodeAffinity', 'filter', 'score')],
  ['NodePorts', () => plugin('NodePorts', 'filter')],
  ['NodeResourcesFit', () => plugin('NodeResourcesFit', 'filter', 'score')],
  ['ImageLocality', () => plugin('ImageLocality', 'score')],
  ['First', () => plugin('First', 'filter', 'score')],
  ['Second', () => plugin('Second', 'filter', 'score')],
];
const small = new Map(base);

function frameworkOf(plugins: object): Framework {
  const configuration = valid(profileConfig({ plugins }), [...small.keys()]);
  const [framework] = frameworksFor(configuration, small, inertHandle());
  if (framework === undefined) throw new Error('there is no profile');
  return framework;
}

const filters = (plugins: object): string[] =>
  frameworkOf(plugins).plugins.filter.map(({ name }) => name);

const scores = (plugins: object): string[] =>
  frameworkOf(plugins).plugins.score.map(({ plugin: { name }, weight }) => `${name} ${weight}`);

function problemsOf(plugins: object): string[] {
  const configuration = valid(profileConfig({ plugins }), [...small.keys()]);
  return linesOf(assembleFrameworks(configuration, small, inertHandle()));
}

const named = (...names: string[]): { name: string }[] => names.map((name) => ({ name }));

describe('the default list', () => {
  it('runs everywhere in its order, without the plugins that the registry has not', () => {
    expect(filters({})).toEqual(['NodeAffinity', 'NodePorts', 'NodeResourcesFit']);
    expect(scores({})).toEqual(['NodeAffinity 2', 'NodeResourcesFit 1', 'ImageLocality 1']);
  });

  it('is followed by custom plugins of MultiPoint', () => {
    const multiPoint = { enabled: [{ name: 'Second', weight: 4 }, { name: 'First' }] };
    expect(filters({ multiPoint })).toEqual([
      'NodeAffinity',
      'NodePorts',
      'NodeResourcesFit',
      'Second',
      'First',
    ]);
    expect(scores({ multiPoint }).slice(3)).toEqual(['Second 4', 'First 1']);
  });

  it('keeps the place of a plugin that MultiPoint names again, and takes its weight', () => {
    const multiPoint = {
      enabled: [{ name: 'ImageLocality', weight: 9 }, { name: 'NodeAffinity' }],
    };
    expect(scores({ multiPoint })).toEqual([
      'NodeAffinity 1',
      'NodeResourcesFit 1',
      'ImageLocality 9',
    ]);
  });

  it('loses what MultiPoint disables', () => {
    expect(filters({ multiPoint: { disabled: named('NodePorts') } })).toEqual([
      'NodeAffinity',
      'NodeResourcesFit',
    ]);
  });

  it('is gone when MultiPoint disables all; what it enables remains', () => {
    const enabled = named('Second', 'DefaultBinder', 'NodePorts', 'PrioritySort');
    const plugins = { multiPoint: { disabled: named('*'), enabled } };
    expect(filters(plugins)).toEqual(['Second', 'NodePorts']);
  });

  it('moves a plugin to the end that MultiPoint disables and enables', () => {
    const multiPoint = { disabled: named('NodeAffinity'), enabled: named('NodeAffinity') };
    expect(filters({ multiPoint })).toEqual(['NodePorts', 'NodeResourcesFit', 'NodeAffinity']);
  });
});

describe('a single extension point', () => {
  it('drops what it disables, and nothing elsewhere', () => {
    const plugins = { score: { disabled: named('NodeAffinity') } };
    expect(scores(plugins)).toEqual(['NodeResourcesFit 1', 'ImageLocality 1']);
    expect(filters(plugins)).toContain('NodeAffinity');
  });

  it('puts plugins that MultiPoint has too first, in its own order', () => {
    const filter = { enabled: named('NodeResourcesFit', 'First', 'NodePorts') };
    expect(filters({ filter })).toEqual(['NodeResourcesFit', 'NodePorts', 'NodeAffinity', 'First']);
  });

  it('has nothing but what it enables when it disables all', () => {
    const filter = { disabled: named('*'), enabled: named('Second', 'NodePorts') };
    expect(filters({ filter })).toEqual(['Second', 'NodePorts']);
    expect(filters({ filter: { disabled: named('*') } })).toEqual([]);
  });

  it('moves a plugin to the end that it disables and enables', () => {
    const filter = { disabled: named('NodeAffinity'), enabled: named('NodeAffinity') };
    expect(filters({ filter })).toEqual(['NodePorts', 'NodeResourcesFit', 'NodeAffinity']);
  });

  it('has the last word about a weight', () => {
    const plugins = {
      multiPoint: { enabled: [{ name: 'NodeAffinity', weight: 5 }] },
      score: { enabled: [{ name: 'NodeAffinity', weight: 8 }, { name: 'ImageLocality' }] },
    };
    expect(scores(plugins)).toEqual(['NodeAffinity 8', 'ImageLocality 1', 'NodeResourcesFit 1']);
  });
});

describe('what cannot run', () => {
  it('is a plugin at a point that it does not implement', () => {
    expect(problemsOf({ filter: { enabled: named('ImageLocality') } })).toEqual([
      'error profiles[0].plugins.filter: Invalid value: "ImageLocality": plugin "ImageLocality" does not extend FilterPlugin plugin',
    ]);
  });

  it('is a plugin twice at one point', () => {
    expect(problemsOf({ filter: { enabled: named('First', 'First') } })).toEqual([
      'error profiles[0].plugins.filter: Invalid value: "First": plugin "First" already registered as "FilterPlugin"',
    ]);
  });

  it('is a profile without an order of the queue', () => {
    expect(problemsOf({ queueSort: { disabled: named('*') } })).toEqual([
      'error profiles[0].plugins.queueSort: Invalid value: []: exactly one queue sort plugin is required',
    ]);
  });

  it('is a profile that binds nothing', () => {
    expect(problemsOf({ bind: { disabled: named('*') } })).toEqual([
      'error profiles[0].plugins.bind: Required value: at least one bind plugin is needed',
    ]);
  });

  it('is a plugin that is neither in the registry nor a default one', () => {
    const configuration = valid(
      profileConfig({ plugins: { filter: { enabled: named('Gone') } } }),
      ['Gone'],
    );
    const { frameworks, problems } = assembleFrameworks(configuration, small, inertHandle());
    expect(frameworks).toEqual([]);
    expect(linesOf({ problems })).toEqual([
      'error profiles[0].plugins: Invalid value: "Gone": plugin "Gone" does not exist',
    ]);
    expect(() => frameworksFor(configuration, small, inertHandle())).toThrow('does not exist');
  });
});

describe('frameworks', () => {
  it('come one a profile, with its name and its percentage', () => {
    const profiles = [{ schedulerName: 'a', percentageOfNodesToScore: 30 }, { schedulerName: 'b' }];
    const made = frameworksFor(valid(config({ profiles })), small, inertHandle());
    expect(made.map((each) => [each.schedulerName, each.percentageOfNodesToScore])).toEqual([
      ['a', 30],
      ['b', undefined],
    ]);
  });

  it('share no plugin, and make each one once however often it is named', () => {
    const seen: unknown[] = [];
    const counting = new Map([
      ...base,
      [
        'Counted',
        (args: unknown, handle: PluginHandle) => {
          seen.push([args, handle]);
          return plugin('Counted', 'filter', 'score');
        },
      ] as [string, PluginFactory],
    ]);
    const plugins = { filter: { enabled: named('Counted') }, score: { enabled: named('Counted') } };
    const pluginConfig = [{ name: 'Counted', args: { speed: 9 } }];
    const profiles = [
      { schedulerName: 'a', plugins, pluginConfig },
      { schedulerName: 'b', plugins },
    ];
    const configuration = valid(config({ profiles }), ['Counted']);
    const made = frameworksFor(configuration, counting, inertHandle());
    expect(seen).toHaveLength(2);
    expect(seen.map((each) => (each as unknown[])[0])).toEqual([{ speed: 9 }, undefined]);
    const handles = seen.map((each) => (each as [unknown, PluginHandle])[1]);
    expect(handles.map((handle) => handle.framework())).toEqual(made);
  });

  it('are not there yet while their plugins are made', () => {
    const early = new Map([
      ...base,
      [
        'Early',
        (_args: unknown, handle: PluginHandle) => plugin(handle.framework().schedulerName),
      ] as [string, PluginFactory],
    ]);
    const plugins = { filter: { enabled: named('Early') } };
    const configuration = valid(profileConfig({ plugins }), ['Early']);
    expect(() => frameworksFor(configuration, early, inertHandle())).toThrow(
      'only when all plugins have been made',
    );
  });

  it('of the real registry run every default plugin that there is', () => {
    const [framework] = frameworksFor(valid(undefined), registry, inertHandle());
    const names = new Set(framework?.plugins.filter.map(({ name }) => name));
    for (const name of ['NodeUnschedulable', 'NodeName', 'TaintToleration', 'NodeResourcesFit']) {
      expect(names).toContain(name);
    }
    expect(framework?.plugins.queueSort.name).toBe('PrioritySort');
    expect(framework?.plugins.bind.map(({ name }) => name)).toEqual(['DefaultBinder']);
  });
});
