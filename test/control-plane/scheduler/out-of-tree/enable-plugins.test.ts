// Where users' plugins run: where a configuration says so, or everywhere when none names them.

import { describe, expect, test } from 'vitest';
import { frameworksFor } from '../../../../src/control-plane/scheduler/configuration/plugin-sets.js';
import type { Plugin } from '../../../../src/control-plane/scheduler/framework/plugin.js';
import { inertHandle } from '../../../../src/control-plane/scheduler/inert-handle.js';
import {
  enableUserPlugins,
  namedPlugins,
} from '../../../../src/control-plane/scheduler/out-of-tree/enable-plugins.js';
import {
  type UserPlugin,
  userRegistry,
} from '../../../../src/control-plane/scheduler/out-of-tree/user-plugin.js';
import { registry } from '../../../../src/control-plane/scheduler/plugins/registry.js';
import { config, profileConfig, valid } from '../configuration/configuration-fixture.js';

const noop = () => undefined;

function mine(...methods: string[]): Plugin {
  return { name: 'Mine', ...Object.fromEntries(methods.map((method) => [method, noop])) };
}

/** Names by extension point of each profile, those that the test asks for. */
function sets(tree: unknown, plugins: readonly UserPlugin[]) {
  const users = userRegistry(plugins);
  const configuration = valid(tree, [...registry.keys(), ...users.keys()]);
  const enabled = enableUserPlugins(
    configuration,
    users,
    new Set(namedPlugins(configuration)),
    inertHandle(),
  );
  const all = new Map([...registry, ...users]);
  const frameworks = frameworksFor(enabled.configuration, all, inertHandle());
  return { ...enabled, sets: frameworks.map((framework) => framework.plugins) };
}

const names = (plugins: readonly Plugin[] | undefined) => plugins?.map(({ name }) => name);

describe('a plugin that no configuration names', () => {
  test('runs behind the default ones, with weight 1, in every profile', () => {
    const tree = config({ profiles: [{ schedulerName: 'a' }, { schedulerName: 'b' }] });
    const { unnamed, sets: made } = sets(tree, [mine('filter', 'score')]);
    expect([...unnamed]).toEqual([['Mine', ['filter', 'score']]]);
    expect(made).toHaveLength(2);
    for (const set of made) {
      expect(names(set.filter)?.at(-1)).toBe('Mine');
      expect(set.score.at(-1)).toMatchObject({ plugin: { name: 'Mine' }, weight: 1 });
      expect(names(set.filter)).toContain('NodeResourcesFit');
    }
  });

  test('takes the place of the queue sort, of which there can be one', () => {
    const { sets: made } = sets(undefined, [mine('less')]);
    expect(made[0]?.queueSort.name).toBe('Mine');
  });

  test('binds before the default binder, which leaves nothing to others', () => {
    const { sets: made } = sets(undefined, [mine('bind')]);
    expect(names(made[0]?.bind)).toEqual(['Mine', 'DefaultBinder']);
  });

  test('gets the arguments that a profile has for it', () => {
    const seen: unknown[] = [];
    const create = (args: unknown) => {
      seen.push(args);
      return mine('filter');
    };
    const args = { anything: [1, 'two'] };
    const tree = profileConfig({ pluginConfig: [{ name: 'Mine', args }] });
    const { unnamed } = sets(tree, [{ name: 'Mine', create }]);
    expect(unnamed.has('Mine')).toBe(true);
    expect(seen).toEqual([args, args]);
  });

  test('is in conflict with a second queue sort that nobody has chosen from', () => {
    const both = [mine('less'), { ...mine('less'), name: 'Other' }];
    expect(() => sets(undefined, both)).toThrow('exactly one queue sort plugin is required');
  });
});

describe('a plugin that a configuration names', () => {
  test('runs where it is enabled and with the weight given there', () => {
    const plugins = { score: { enabled: [{ name: 'Mine', weight: 7 }] } };
    const { unnamed, sets: made } = sets(profileConfig({ plugins }), [mine('filter', 'score')]);
    expect([...unnamed]).toEqual([]);
    expect(names(made[0]?.filter)).not.toContain('Mine');
    expect(made[0]?.score.at(-1)).toMatchObject({ plugin: { name: 'Mine' }, weight: 7 });
  });

  test('runs in no other profile', () => {
    const plugins = { multiPoint: { enabled: [{ name: 'Mine' }] } };
    const tree = config({ profiles: [{ schedulerName: 'a', plugins }, { schedulerName: 'b' }] });
    const { sets: made } = sets(tree, [mine('permit')]);
    expect(made.map((set) => names(set.permit))).toEqual([['Mine'], []]);
  });

  test('stays off when it is named to be disabled', () => {
    const plugins = { score: { disabled: [{ name: 'Mine' }] } };
    const { unnamed, sets: made } = sets(profileConfig({ plugins }), [mine('filter', 'score')]);
    expect([unnamed.size, names(made[0]?.filter)?.includes('Mine')]).toEqual([0, false]);
  });
});

test('a plugin that cannot be made with its arguments is a fault, and the others are enabled', () => {
  const broken = {
    name: 'Broken',
    create: () => {
      throw new Error('weights is missing');
    },
  };
  const users = userRegistry([broken, mine('filter')]);
  const { faults, unnamed } = enableUserPlugins(valid(undefined), users, new Set(), inertHandle());
  expect([...faults]).toEqual([
    ['Broken', 'plugin Broken, create: threw Error: weights is missing'],
  ]);
  expect([...unnamed.keys()]).toEqual(['Mine']);
});
