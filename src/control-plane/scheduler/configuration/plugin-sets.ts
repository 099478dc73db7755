// From profiles to frameworks: makes the plugins of each profile and decides which of them runs at
// which extension point, in which order, with which weight. A point's own settings go before
// MultiPoint: plugins of both first, in the order of the point; then the rest of MultiPoint; then
// the rest of the point.
// Source: kube-scheduler v1.36 framework/runtime/framework.go NewFramework,
// expandMultiPointPlugins, getScoreWeights; reference: scheduler 3.

import type { FieldPath } from '../../../api/field-path.js';
import { type FieldProblem, invalidValue, requiredValue } from '../../../api/field-problem.js';
import { assert } from '../../../kernel/assert.js';
import { Framework } from '../framework/framework.js';
import type { Plugin, QueueSortPlugin, ScorePlugin } from '../framework/plugin.js';
import type { PluginHandle, PluginRegistry, SchedulerHandle } from '../framework/plugin-handle.js';
import type { PluginSet } from '../framework/plugin-set.js';
import { defaultPluginList } from './default-plugin-list.js';
import {
  type ExtensionPoint,
  extensionPoints,
  type SchedulerConfiguration,
  type SchedulerProfile,
} from './scheduler-configuration.js';

/** The method that shows that a plugin implements a point. */
export const extensionPointMethods: Readonly<Record<ExtensionPoint, string>> = {
  preEnqueue: 'preEnqueue',
  queueSort: 'less',
  preFilter: 'preFilter',
  filter: 'filter',
  postFilter: 'postFilter',
  preScore: 'preScore',
  score: 'score',
  reserve: 'reserve',
  permit: 'permit',
  preBind: 'preBind',
  bind: 'bind',
  postBind: 'postBind',
};

const defaultNames: ReadonlySet<string> = new Set(defaultPluginList.map(({ name }) => name));

function typeOf(point: ExtensionPoint): string {
  return `${point.charAt(0).toUpperCase()}${point.slice(1)}Plugin`;
}

/** Makes the frameworks of all profiles; `problems` is not empty when that is impossible. */
export function assembleFrameworks(
  { profiles }: SchedulerConfiguration,
  registry: PluginRegistry,
  handle: SchedulerHandle,
): { readonly frameworks: Framework[]; readonly problems: readonly FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const frameworks: Framework[] = [];
  for (const [index, profile] of profiles.entries()) {
    const assembly = new ProfileAssembly(profile, ['profiles', index, 'plugins'], problems);
    const framework = assembly.framework(registry, handle);
    if (framework !== undefined) frameworks.push(framework);
  }
  return { frameworks, problems };
}

/**
 * The frameworks of a configuration's profiles, in order. Plugins of the default list that the
 * registry has not are left out.
 * @throws AssertionError for a configuration that `assembleFrameworks` has something to say about.
 */
export function frameworksFor(
  configuration: SchedulerConfiguration,
  registry: PluginRegistry,
  handle: SchedulerHandle,
): Framework[] {
  const { frameworks, problems } = assembleFrameworks(configuration, registry, handle);
  assert(problems.length === 0, problems[0]?.message ?? '');
  return frameworks;
}

class ProfileAssembly {
  readonly #profile: SchedulerProfile;
  readonly #path: FieldPath;
  readonly #problems: FieldProblem[];
  readonly #plugins = new Map<string, Plugin>();

  constructor(profile: SchedulerProfile, path: FieldPath, problems: FieldProblem[]) {
    this.#profile = profile;
    this.#path = path;
    this.#problems = problems;
  }

  framework(registry: PluginRegistry, handle: SchedulerHandle): Framework | undefined {
    const { schedulerName, percentageOfNodesToScore, multiPoint, points } = this.#profile;
    const before = this.#problems.length;
    let framework: Framework | undefined;
    const own = pluginHandle(handle, () => framework);
    const references = extensionPoints.flatMap((point) => points[point].enabled);
    for (const { name } of [...multiPoint.enabled, ...references]) this.#make(name, registry, own);
    const set = this.#pluginSet();
    if (set === undefined || this.#problems.length > before) return undefined;
    framework = new Framework({
      schedulerName,
      plugins: set,
      ...(percentageOfNodesToScore !== undefined && { percentageOfNodesToScore }),
    });
    return framework;
  }

  #make(name: string, registry: PluginRegistry, handle: PluginHandle): void {
    if (this.#plugins.has(name)) return;
    const factory = registry.get(name);
    if (factory !== undefined) {
      this.#plugins.set(name, factory(this.#profile.pluginConfig.get(name), handle));
    } else if (!defaultNames.has(name)) {
      const problem = invalidValue(this.#path, name, `plugin "${name}" does not exist`);
      this.#problems.push(problem);
    }
  }

  #pluginSet(): PluginSet | undefined {
    const lists = Object.fromEntries(
      extensionPoints.map((point) => [point, this.#expand(point)]),
    ) as Record<ExtensionPoint, Plugin[]>;
    const [queueSort] = lists.queueSort as QueueSortPlugin[];
    if (queueSort === undefined || lists.queueSort.length > 1) {
      const names = lists.queueSort.map(({ name }) => name);
      const detail = 'exactly one queue sort plugin is required';
      this.#problems.push(invalidValue([...this.#path, 'queueSort'], names, detail));
      return undefined;
    }
    if (lists.bind.length === 0) {
      const detail = 'at least one bind plugin is needed';
      this.#problems.push(requiredValue([...this.#path, 'bind'], detail));
    }
    const score = (lists.score as ScorePlugin[]).map((plugin) => ({
      plugin,
      weight: this.#weightOf(plugin.name),
    }));
    return { ...lists, queueSort, score } as unknown as PluginSet;
  }

  /** The plugins of one point in order. */
  #expand(point: ExtensionPoint): Plugin[] {
    const { enabled, disabled } = this.#profile.points[point];
    const own = this.#namesOf(enabled, point, true);
    if (disabled.includes('*')) return this.#named(own);
    const shared = this.#namesOf(this.#profile.multiPoint.enabled, point, false).filter(
      (name) => !disabled.includes(name),
    );
    const overriding = own.filter((name) => shared.includes(name));
    const inherited = shared.filter((name) => !own.includes(name));
    const others = own.filter((name) => !shared.includes(name));
    return this.#named([...overriding, ...inherited, ...others]);
  }

  /** Names of plugins that exist and implement the point, each once. */
  #namesOf(
    references: readonly { readonly name: string }[],
    point: ExtensionPoint,
    isOwn: boolean,
  ): string[] {
    const names: string[] = [];
    for (const { name } of references) {
      const plugin = this.#plugins.get(name);
      if (plugin === undefined) continue;
      const path = [...this.#path, isOwn ? point : 'multiPoint'];
      if (!(extensionPointMethods[point] in plugin)) {
        if (!isOwn) continue;
        const detail = `plugin "${name}" does not extend ${typeOf(point)} plugin`;
        this.#problems.push(invalidValue(path, name, detail));
      } else if (names.includes(name)) {
        const detail = `plugin "${name}" already registered as "${typeOf(point)}"`;
        this.#problems.push(invalidValue(path, name, detail));
      } else names.push(name);
    }
    return names;
  }

  #named(names: readonly string[]): Plugin[] {
    return names.map((name) => this.#plugins.get(name) as Plugin);
  }

  /** A weight at the score point goes before one in MultiPoint. */
  #weightOf(name: string): number {
    const { points, multiPoint } = this.#profile;
    const own = points.score.enabled.find((reference) => reference.name === name);
    return (own ?? multiPoint.enabled.find((each) => each.name === name))?.weight || 1;
  }
}

/** The scheduler's handle with one profile's framework, which may not be there yet. */
export function pluginHandle(
  handle: SchedulerHandle,
  framework: () => Framework | undefined,
): PluginHandle {
  return {
    listers: handle.listers,
    snapshot: handle.snapshot,
    nominator: handle.nominator,
    parallelizer: handle.parallelizer,
    now: () => handle.now(),
    stream: (purpose) => handle.stream(purpose),
    isPreempting: (uid) => handle.isPreempting(uid),
    waitingPods: () => handle.waitingPods(),
    waitingPod: (uid) => handle.waitingPod(uid),
    framework: () => {
      const own = framework();
      assert(own !== undefined, 'the framework is there only when all plugins have been made');
      return own;
    },
  };
}
