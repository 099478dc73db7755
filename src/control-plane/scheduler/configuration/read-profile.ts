// One profile: its plugins merged with the default ones, its plugins' arguments with defaults.
// Source: kube-scheduler v1.36 apis/config/v1/default_plugins.go mergePluginSet,
// apis/config/validation; reference: scheduler 3.

import { didYouMean } from '../../../api/did-you-mean.js';
import { isJsonObject } from '../../../api/field-check.js';
import type { FieldPath } from '../../../api/field-path.js';
import { duplicateValue, invalidValue, requiredValue } from '../../../api/field-problem.js';
import { defaultPluginList, type PluginReference } from './default-plugin-list.js';
import type { FieldReader, Fields } from './field-reader.js';
import { invalidPlugins, type OldStrategy, oldPlugins } from './old-plugins.js';
import { pluginsWithArgs, readPluginArgs } from './read-plugin-args.js';
import {
  type ExtensionPoint,
  extensionPoints,
  type PluginSetting,
  type SchedulerProfile,
} from './scheduler-configuration.js';

/** What reading depends on besides the profile. */
export interface ReadContext {
  /** Whether names of plugins that are gone are replaced; otherwise they are problems. */
  readonly isOldVersion: boolean;
  /** Every plugin that there is. */
  readonly knownPlugins: ReadonlySet<string>;
}

const version = '"kubescheduler.config.k8s.io/v1"';
const wasInvalid = `was invalid in version ${version} (KubeSchedulerConfiguration is version ${version})`;
const noSetting: PluginSetting = { enabled: [], disabled: [] };
const defaults: PluginSetting = { enabled: defaultPluginList, disabled: [] };

/** Fields of `plugins` that are read and have no effect, since no plugin implements them. */
const placementPoints = ['placementGenerate', 'placementScore'] as const;

/** Lists in which a weight means something. */
const scorePoints: readonly string[] = ['multiPoint', 'score'];

/** Reads one profile. */
export class ProfileReader {
  readonly #reader: FieldReader;
  readonly #context: ReadContext;
  /** The strategy that an old plugin, enabled in the profile being read, stands for. */
  #oldStrategy: OldStrategy | undefined;

  constructor(reader: FieldReader, context: ReadContext) {
    this.#reader = reader;
    this.#context = context;
  }

  /** `absentName` is the name of a profile that states none. */
  read(value: unknown, path: FieldPath, absentName: string): SchedulerProfile {
    const reader = this.#reader;
    const known = ['schedulerName', 'percentageOfNodesToScore', 'plugins', 'pluginConfig'];
    const fields = reader.object(value, path, known);
    const at = (...steps: FieldPath): FieldPath => [...path, ...steps];
    const schedulerName = reader.text(fields['schedulerName'], at('schedulerName')) || absentName;
    if (schedulerName === '') reader.report(requiredValue(at('schedulerName')));
    this.#oldStrategy = undefined;
    const { multiPoint, points } = this.#plugins(fields['plugins'], at('plugins'));
    return {
      schedulerName,
      percentageOfNodesToScore: readPercentage(
        reader,
        fields['percentageOfNodesToScore'],
        at('percentageOfNodesToScore'),
      ),
      multiPoint: mergeWithDefaults(multiPoint),
      points,
      pluginConfig: this.#pluginConfig(fields['pluginConfig'], at('pluginConfig')),
    };
  }

  #plugins(
    value: unknown,
    path: FieldPath,
  ): { multiPoint: PluginSetting; points: Record<ExtensionPoint, PluginSetting> } {
    const known = ['multiPoint', ...extensionPoints, ...placementPoints];
    const fields = this.#reader.object(value, path, known);
    const setting = (point: string): PluginSetting =>
      this.#setting(fields[point], [...path, point], point);
    for (const point of placementPoints) {
      if (setting(point).enabled.length === 0) continue;
      this.#reader.warn([...path, point], `${point} plugins are not simulated`);
    }
    const points = Object.fromEntries(
      extensionPoints.map((point) => [point, setting(point)]),
    ) as Record<ExtensionPoint, PluginSetting>;
    return { multiPoint: setting('multiPoint'), points };
  }

  #setting(value: unknown, path: FieldPath, point: string): PluginSetting {
    if (value === undefined || value === null) return noSetting;
    const fields = this.#reader.object(value, path, ['enabled', 'disabled']);
    const references = (list: 'enabled' | 'disabled'): PluginReference[] =>
      this.#reader
        .list(fields[list], [...path, list])
        .flatMap((item, index) => this.#reference(item, [...path, list, index], list, point));
    const disabled = references('disabled').map(({ name }) => name);
    return { enabled: references('enabled'), disabled };
  }

  #reference(
    value: unknown,
    path: FieldPath,
    list: 'enabled' | 'disabled',
    point: string,
  ): PluginReference[] {
    const reader = this.#reader;
    const fields = reader.object(value, path, ['name', 'weight']);
    const namePath = [...path, 'name'];
    const stated = reader.text(fields['name'], namePath) ?? '';
    const weight = reader.integer(fields['weight'], [...path, 'weight']);
    if (weight !== undefined && weight < 0) {
      reader.report(invalidValue([...path, 'weight'], weight, 'must not be negative'));
    }
    if (weight === 0 && list === 'enabled' && scorePoints.includes(point)) {
      const message = 'a weight of 0 counts as 1; a plugin is turned off by naming it in disabled';
      reader.warn([...path, 'weight'], message);
    }
    if (stated === '*' && list === 'disabled') return [{ name: stated }];
    const name = this.#currentName(stated, namePath);
    if (list === 'enabled' && name !== stated) this.#oldStrategy = oldPlugins.get(stated);
    if (name === undefined) return [];
    if (!this.#context.knownPlugins.has(name)) this.#unknown(name, namePath, list, point);
    return [weight === undefined || weight <= 0 ? { name } : { name, weight }];
  }

  /** Undefined when the plugin is left out of a configuration of an old version. */
  #currentName(name: string, path: FieldPath): string | undefined {
    if (!this.#context.isOldVersion || !oldPlugins.has(name)) return name;
    const strategy = oldPlugins.get(name);
    if (strategy === undefined) {
      this.#reader.warn(path, `plugin "${name}" is gone since Kubernetes 1.29 and is left out`);
      return undefined;
    }
    const now = `the scoring strategy ${strategy} of NodeResourcesFit`;
    this.#reader.warn(path, `plugin "${name}" is read as ${now}`);
    return 'NodeResourcesFit';
  }

  #unknown(name: string, path: FieldPath, list: 'enabled' | 'disabled', point: string): void {
    if (list === 'enabled' && point !== 'multiPoint' && invalidPlugins.includes(name)) {
      this.#reader.report(invalidValue(path, name, wasInvalid));
      return;
    }
    const near = didYouMean(name, [...this.#context.knownPlugins]);
    const type = `${point.charAt(0).toUpperCase()}${point.slice(1)}Plugin`;
    const subject = point === 'multiPoint' ? 'plugin' : type;
    const problem = invalidValue(path, name, `${subject} "${name}" does not exist`);
    // kube-scheduler takes any name in a list of disabled plugins.
    this.#reader.report({
      ...problem,
      severity: list === 'enabled' ? 'error' : 'warning',
      ...(near !== undefined && { suggestion: `name: ${near}` }),
    });
  }

  #pluginConfig(value: unknown, path: FieldPath): ReadonlyMap<string, unknown> {
    const reader = this.#reader;
    const config = new Map<string, unknown>();
    for (const [index, item] of reader.list(value, path).entries()) {
      const at = [...path, index];
      const { name, args } = reader.object(item, at, ['name', 'args']);
      const stated = reader.text(name, [...at, 'name']) ?? '';
      if (stated === '') reader.report(requiredValue([...at, 'name']));
      const strategy = this.#context.isOldVersion ? oldPlugins.get(stated) : undefined;
      const current = this.#currentName(stated, [...at, 'name']);
      if (current !== undefined && invalidPlugins.includes(current)) {
        reader.report(invalidValue(at, current, wasInvalid));
        continue;
      }
      if (current === undefined || current === '') continue;
      if (config.has(current)) {
        reader.report(duplicateValue(at, stated));
        continue;
      }
      const converted = strategy === undefined ? args : fitArgs(strategy, args);
      const argsPath = [...at, 'args'];
      if (pluginsWithArgs.includes(current)) {
        config.set(current, readPluginArgs(reader, current, converted, argsPath));
      } else {
        if (!this.#context.knownPlugins.has(current)) {
          this.#unknown(current, [...at, 'name'], 'disabled', 'multiPoint');
        }
        config.set(current, args);
      }
    }
    for (const name of pluginsWithArgs) {
      if (config.has(name)) continue;
      const strategy = name === 'NodeResourcesFit' ? this.#oldStrategy : undefined;
      config.set(name, readPluginArgs(reader, name, strategy && fitArgs(strategy, {}), path));
    }
    return config;
  }
}

/** 0..100, or undefined. */
export function readPercentage(
  reader: FieldReader,
  value: unknown,
  path: FieldPath,
): number | undefined {
  const percentage = reader.integer(value, path);
  if (percentage !== undefined && (percentage < 0 || percentage > 100)) {
    reader.report(invalidValue(path, percentage, 'not in valid range [0-100]'));
  }
  return percentage;
}

/**
 * MultiPoint as written over the default list: a plugin of the list keeps its place and takes the
 * new weight, plugins that are not in the list follow it.
 */
function mergeWithDefaults({ enabled, disabled }: PluginSetting): PluginSetting {
  const isOff = (name: string): boolean => disabled.includes('*') || disabled.includes(name);
  // Of a plugin that is named twice the last counts here; the other one is found as a duplicate.
  const stated = new Map(enabled.map((reference) => [reference.name, reference]));
  const kept = defaults.enabled.filter(({ name }) => !isOff(name));
  const merged = kept.map((reference) => stated.get(reference.name) ?? reference);
  const replacing = new Set(merged);
  return { enabled: [...merged, ...enabled.filter((each) => !replacing.has(each))], disabled };
}

/** Arguments of an old plugin as those of NodeResourcesFit. */
function fitArgs(type: OldStrategy, args: unknown): Fields {
  const { resources, shape } = isJsonObject(args) ? args : {};
  return { scoringStrategy: { type, resources, requestedToCapacityRatio: { shape } } };
}
