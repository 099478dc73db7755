// A plugin that is not in the tree, as its author hands it in: the plugin itself, or what makes one
// for each profile from its arguments and a handle. The counterpart of the registry that an
// out-of-tree scheduler is built with.
// Source: kube-scheduler v1.36 cmd/kube-scheduler/app WithPlugin, framework/runtime/registry.go.

import { extensionPointMethods } from '../configuration/plugin-sets.js';
import { extensionPoints } from '../configuration/scheduler-configuration.js';
import type { Plugin } from '../framework/plugin.js';
import type { PluginFactory, PluginHandle, PluginRegistry } from '../framework/plugin-handle.js';
import { isObject } from './answers.js';
import { guardedPlugin } from './guarded-plugin.js';
import { isThenable, PluginFailure, shown, thrownText } from './plugin-failure.js';

/** Makes a plugin for each profile that enables it, with the `args` of the profile's pluginConfig. */
export interface NamedPluginFactory {
  readonly name: string;
  readonly create: PluginFactory;
}

/**
 * What an author writes. A plugin that remembers something between its calls has to be a factory:
 * profiles, and runs one after the other, then have a plugin each.
 */
export type UserPlugin = Plugin | NamedPluginFactory;

/** Methods that mean nothing without another one. */
const partners: readonly (readonly [method: string, partner: string])[] = [
  ['normalizeScore', 'score'],
  ['addPod', 'preFilter'],
  ['removePod', 'preFilter'],
  ['verdictKey', 'filter'],
  ['reserve', 'unreserve'],
  ['unreserve', 'reserve'],
];

const pointMethods: readonly string[] = extensionPoints.map(
  (point) => extensionPointMethods[point],
);

/** The methods of which a plugin needs at least one, for messages. */
export const pluginMethodsText: string = pointMethods.join(', ');

/** Whether a value is meant as a plugin or a factory, whatever else may be wrong with it. */
export function isUserPlugin(value: unknown): value is UserPlugin {
  if (!isObject(value) || typeof value['name'] !== 'string') return false;
  return typeof value['create'] === 'function' || pointMethods.some((method) => method in value);
}

/** What is wrong with the form of a plugin, a sentence each; nothing for one that can be used. */
export function pluginFaults(value: unknown): readonly string[] {
  if (!isObject(value) || isThenable(value))
    return [`is ${shown(value)}, not an object with a name and methods`];
  const name = value['name'];
  const faults: string[] = [];
  if (typeof name !== 'string' || !/^[A-Za-z][\w.-]*$/.test(name)) {
    faults.push(`has the name ${shown(name)}; a name is a letter and then letters, digits, . _ -`);
  }
  if (typeof value['create'] === 'function') return faults;
  if (!pointMethods.some((method) => method in value)) {
    faults.push(`implements no extension point, which would be one of ${pluginMethodsText}`);
  }
  for (const method of [...pointMethods, ...partners.map(([own]) => own), 'eventsToRegister']) {
    const found = value[method];
    if (!(method in value) || typeof found === 'function') continue;
    faults.push(`has ${method} as ${shown(found)}, not as a method`);
  }
  for (const [method, partner] of partners) {
    if (method in value && !(partner in value)) faults.push(`has ${method} without ${partner}`);
  }
  return [...new Set(faults)];
}

/**
 * The factories of users' plugins by name. What they make is guarded: whatever breaks the rules of
 * an extension point throws a PluginFailure. The default plugins do not pass through here.
 */
export function userRegistry(plugins: readonly UserPlugin[]): PluginRegistry {
  return new Map(plugins.map((plugin) => [plugin.name, guardedFactory(plugin)]));
}

function guardedFactory(source: UserPlugin): PluginFactory {
  return (args, handle) => {
    const plugin = 'create' in source ? created(source, args, handle) : source;
    return guardedPlugin(plugin);
  };
}

function created(
  { name, create }: NamedPluginFactory,
  args: unknown,
  handle: PluginHandle,
): Plugin {
  const call = { point: 'create', pod: '', node: '' };
  let plugin: Plugin;
  try {
    plugin = create(args, ownStreams(name, handle));
  } catch (error) {
    throw new PluginFailure(name, call, thrownText(error), error);
  }
  const [fault] = pluginFaults(plugin);
  if (fault !== undefined) throw new PluginFailure(name, call, `what it returned ${fault}`);
  if (plugin.name === name) return plugin;
  const fault2 = `returned a plugin with the name ${shown(plugin.name)}, expected ${shown(name)}`;
  throw new PluginFailure(name, call, fault2);
}

/** The handle with random streams that no other plugin draws from. */
function ownStreams(name: string, handle: PluginHandle): PluginHandle {
  return { ...handle, stream: (purpose) => handle.stream(`${name}/${purpose}`) };
}
