// The form of users' plugins, and what is made of them.

import { describe, expect, test } from 'vitest';
import type {
  FilterPlugin,
  Plugin,
} from '../../../../src/control-plane/scheduler/framework/plugin.js';
import type { PluginHandle } from '../../../../src/control-plane/scheduler/framework/plugin-handle.js';
import { inertHandle } from '../../../../src/control-plane/scheduler/inert-handle.js';
import { PluginFailure } from '../../../../src/control-plane/scheduler/out-of-tree/plugin-failure.js';
import {
  isUserPlugin,
  pluginFaults,
  type UserPlugin,
  userRegistry,
} from '../../../../src/control-plane/scheduler/out-of-tree/user-plugin.js';

const noop = () => undefined;

describe('what is meant as a plugin', () => {
  class Gate {
    readonly name = 'Gate';
    preEnqueue(): undefined {}
  }

  test.each<[string, unknown, boolean]>([
    ['an object with a name and a method of an extension point', { name: 'A', filter: noop }, true],
    ['an instance of a class', new Gate(), true],
    ['a factory', { name: 'A', create: noop }, true],
    ['a class', Gate, false],
    ['a function', noop, false],
    ['an object without a name', { filter: noop }, false],
    ['an object with another purpose', { name: 'prices', cheapest: 3 }, false],
    ['nothing', null, false],
  ])('%s', (_what, value, isOne) => {
    expect(isUserPlugin(value)).toBe(isOne);
    if (isOne) expect(pluginFaults(value)).toEqual([]);
  });
});

describe('what is wrong with the form of a plugin', () => {
  test.each<[unknown, string[]]>([
    [undefined, ['is undefined, not an object with a name and methods']],
    [{ name: 'my plugin', filter: noop }, ['has the name "my plugin"; a name is a letter and']],
    [{ name: '', create: noop }, ['has the name ""']],
    [{ name: 'A' }, ['implements no extension point, which would be one of preEnqueue, less,']],
    [{ name: 'A', filter: true }, ['has filter as true, not as a method']],
    [{ name: 'A', filter: noop, eventsToRegister: [] }, ['has eventsToRegister as a list, not']],
    [{ name: 'A', filter: noop, normalizeScore: noop }, ['has normalizeScore without score']],
    [{ name: 'A', filter: noop, addPod: noop }, ['has addPod without preFilter']],
    [{ name: 'A', score: noop, verdictKey: noop }, ['has verdictKey without filter']],
    [{ name: 'A', reserve: noop }, ['has reserve without unreserve']],
    [{ name: 'A', permit: noop, unreserve: 3 }, ['has unreserve as 3', 'has unreserve without']],
  ])('%j', (value, texts) => {
    const faults = pluginFaults(value);
    expect(faults).toHaveLength(texts.length);
    for (const [index, text] of texts.entries()) expect(faults[index]).toContain(text);
  });
});

describe('the registry of users’ plugins', () => {
  const purposes: string[] = [];
  const handle: PluginHandle = {
    ...inertHandle(),
    stream: (purpose) => {
      purposes.push(purpose);
      return { uniform: () => 0, below: () => 0 };
    },
    framework: () => {
      throw new Error('no framework');
    },
  };
  const make = (plugin: UserPlugin, args?: unknown) =>
    userRegistry([plugin]).get(plugin.name)?.(args, handle);

  test('makes a plugin of a factory each time, with the arguments as they are', () => {
    const seen: unknown[] = [];
    const plugin = {
      name: 'A',
      create: (args: unknown) => {
        seen.push(args);
        return { name: 'A', filter: noop } as FilterPlugin;
      },
    };
    const args = { prices: { small: 1 } };
    expect(make(plugin, args)).not.toBe(make(plugin, args));
    expect(seen).toEqual([args, args]);
    expect(seen[0]).toBe(args);
  });

  test('guards a plugin that is handed in ready', () => {
    const plugin = make({ name: 'A', less: () => 'yes' } as unknown as Plugin);
    const less = (plugin as unknown as { less(a: unknown, b: unknown): boolean }).less;
    expect(() => less({ info: { key: 'x' } }, {})).toThrow(PluginFailure);
  });

  test('gives every plugin random streams that no other plugin draws from', () => {
    make({
      name: 'A',
      create: (_args, own) => {
        own.stream('ties');
        return { name: 'A', filter: noop } as FilterPlugin;
      },
    });
    expect(purposes).toEqual(['A/ties']);
  });

  test.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new RangeError('prices: expected a mapping');
      },
      'plugin A, create: threw RangeError: prices: expected a mapping',
    ],
    ['returns nothing', noop, 'plugin A, create: what it returned is undefined, not an object'],
    [
      'returns what is no plugin',
      () => ({ name: 'A' }),
      'what it returned implements no extension point',
    ],
    [
      'returns another plugin',
      () => ({ name: 'B', filter: noop }),
      'returned a plugin with the name "B", expected "A"',
    ],
    [
      'is async',
      async () => ({ name: 'A', filter: noop }),
      'what it returned is a promise, not an',
    ],
  ])('says when a factory %s', (_what, create, text) => {
    expect(() => make({ name: 'A', create } as unknown as UserPlugin)).toThrow(text);
  });
});
