/**
 * Loading a scenario: text in, plain data and every problem out. Reads files only through
 * `ScenarioFiles`, throws nothing for bad input, and never stops at the first problem.
 */

import type { FieldPath } from '../api/field-path.js';
import { compareProblems, type Problem, problemCodes } from '../api/problem.js';
import type { PluginRegistry } from '../control-plane/scheduler/framework/plugin-handle.js';
import { checkBehaviour } from './behaviour-checks.js';
import { readCatalogue } from './catalogue-file.js';
import { checkCluster, checkLoads, checkOperations } from './checks.js';
import { clusterOf, hostsOf } from './cluster-of.js';
import { completeWorkload, describeChoices, describeIgnored } from './completion.js';
import { withDefaults } from './defaults.js';
import { durationUs } from './duration.js';
import type { ScenarioFiles } from './files.js';
import { checkFlowSchemas } from './flow-schema-checks.js';
import { initialOperation, splitInitial } from './initial-objects.js';
import {
  type Assignment,
  assign,
  type Layers,
  locateInLayers,
  mergeTrees,
  provenanceOf,
} from './layers.js';
import { networkNotices } from './network-of.js';
import { nodeCidrNotices } from './node-cidrs.js';
import { ObjectReader } from './objects.js';
import { type BuiltOperation, buildOperations } from './operations-of.js';
import { assignmentsOf, type Overrides } from './overrides.js';
import type { PluginModules } from './plugin-files.js';
import { decodePool } from './pool-objects.js';
import type { LoadedScenario } from './scenario.js';
import { type Place, problemAt, scenarioProblemCodes } from './scenario-problems.js';
import { type LoadedSchedulers, loadSchedulers } from './schedulers.js';
import {
  type NodePoolText,
  profileFile,
  type ScenarioFile,
  type ScenarioSpec,
  scenarioApiVersion,
  scenarioFile,
  scenarioSpec,
} from './schema.js';
import { type OperationText, operation } from './schema-operations.js';
import { type Locate, schemaProblems } from './schema-problems.js';
import { checkSelectors } from './selector-checks.js';
import { storageOf } from './storage-of.js';
import { thresholdsOf } from './thresholds-of.js';
import { tolerancesOf } from './tolerances-of.js';
import { checkTraffic, trafficOf } from './traffic-of.js';
import { checkUpdates } from './update-checks.js';
import type { UserPlugins } from './user-plugins.js';
import { isTree, readTree, valueAt, type YamlTree } from './yaml-tree.js';

/** What loading yields. */
export interface LoadResult {
  /** Present when there is no error among the problems. */
  readonly scenario: LoadedScenario | undefined;
  /** Errors and warnings, by file and position. */
  readonly problems: readonly Problem[];
  /** The text of every file and option that was read, by name, for excerpts. */
  readonly texts: ReadonlyMap<string, string>;
  /** Files of scheduler plugins that the scenario and the command name, whether imported or not. */
  readonly pluginFiles: readonly string[];
  /** The plugins of these files, for `runScenario`; guarded, see `userRegistry`. */
  readonly plugins: PluginRegistry;
}

/** Loads a scenario file. `file` is its name as the user typed it. */
export function loadScenario(
  text: string,
  file: string,
  files: ScenarioFiles,
  overrides: Overrides = {},
): LoadResult {
  const loader = new Loader(readTree(text, file), files, overrides);
  loader.texts.set(file, text);
  return loader.load();
}

/**
 * Makes a scenario of manifests: one `apply` at the start, on a default cluster that fits.
 *
 * @param paths files, folders or patterns, in the order in which they are applied; `-` is standard
 * input.
 */
export function loadManifests(
  paths: readonly string[],
  name: string,
  files: ScenarioFiles,
  overrides: Overrides = {},
): LoadResult {
  const source = withoutFile(name, [{ op: 'apply', manifests: [...paths] }]);
  return new Loader(source, files, overrides).load();
}

/** A scenario in which nothing happens: what is wanted is its cluster. */
export function loadCluster(name: string, files: ScenarioFiles, overrides: Overrides): LoadResult {
  return new Loader(withoutFile(name, []), files, overrides).load();
}

/** What is wrong with a profile, tried below a scenario that says nothing. */
export function checkProfile(
  text: string,
  file: string,
  files: ScenarioFiles,
  pluginModules: PluginModules = new Map(),
): LoadResult {
  return loadCluster('profile', files, { profile: { file, text }, pluginModules });
}

/** A scenario that no file holds. */
function withoutFile(name: string, operations: readonly unknown[]): YamlTree {
  return {
    file: 'command line',
    tree: {
      apiVersion: scenarioApiVersion,
      kind: 'Scenario',
      metadata: { name },
      spec: { workload: { operations } },
    },
    positionOf: () => ({ line: 1, column: 1 }),
    blockStart: () => ({ line: 1, indent: 0 }),
    problems: [],
  };
}

class Loader {
  readonly texts = new Map<string, string>();
  readonly #problems: Problem[] = [];
  readonly #source: YamlTree;
  readonly #overrides: Overrides;
  readonly #reader: ObjectReader;
  #layers: Layers;
  #plugins: UserPlugins | undefined;

  constructor(source: YamlTree, files: ScenarioFiles, overrides: Overrides) {
    this.#source = source;
    this.#overrides = overrides;
    this.#reader = new ObjectReader(files, overrides.strict === true);
    this.#layers = { assignments: [], scenario: source, profile: undefined };
  }

  load(): LoadResult {
    this.#problems.push(...this.#source.problems);
    const config = this.#overrides.schedulerConfig;
    if (config !== undefined) this.texts.set(config.file, config.text);
    const scenario = this.#source.tree === undefined ? this.#refuseEmpty() : this.#loadTree();
    for (const [file, text] of this.#reader.texts) this.texts.set(file, text);
    const all = [...this.#problems, ...this.#reader.problems].sort(compareProblems);
    const problems = this.#overrides.strict === true ? all.map(asError) : all;
    const isUsable = problems.every(({ severity }) => severity === 'warning');
    return {
      scenario: isUsable ? scenario : undefined,
      problems,
      texts: this.texts,
      pluginFiles: this.#plugins?.files ?? [],
      plugins: this.#plugins?.registry ?? new Map(),
    };
  }

  #refuseEmpty(): undefined {
    if (this.#problems.length > 0) return;
    const place = { file: this.#source.file, line: 1, column: 1 };
    const { notAnInput } = scenarioProblemCodes;
    this.#problems.push(problemAt(place, notAnInput, 'the file is empty'));
  }

  #loadTree(): LoadedScenario | undefined {
    const profile = this.#readProfile();
    this.#layers = { assignments: [], scenario: this.#source, profile };
    const merged = this.#assigned(this.#mergedTree(profile));
    const parsed = scenarioFile.safeParse(merged);
    if (parsed.success) return this.#complete(parsed.data);
    this.#problems.push(...schemaProblems(parsed.error.issues, merged, this.#locate));
    this.#checkSoundParts(merged);
    return undefined;
  }

  #readProfile(): YamlTree | undefined {
    const { profile } = this.#overrides;
    if (profile === undefined) return undefined;
    this.texts.set(profile.file, profile.text);
    const tree = readTree(profile.text, profile.file);
    this.#problems.push(...tree.problems);
    const head = profileFile.safeParse(tree.tree);
    if (head.success) return tree;
    const locate = (path: FieldPath, wants: 'key' | 'value'): Place => ({
      file: profile.file,
      ...tree.positionOf(path, wants),
    });
    this.#problems.push(...schemaProblems(head.error.issues, tree.tree, locate));
    return undefined;
  }

  #mergedTree(profile: YamlTree | undefined): unknown {
    const { tree } = this.#source;
    const below = valueAt(profile?.tree, ['spec']);
    return isTree(tree) && below !== undefined
      ? { ...tree, spec: mergeTrees(below, tree['spec']) }
      : tree;
  }

  /** The tree with the options of the command applied. */
  #assigned(tree: unknown): unknown {
    const { assignments, problems, texts } = assignmentsOf(this.#overrides, tree);
    this.#problems.push(...problems);
    for (const [option, text] of texts) this.texts.set(option, text);
    const applied: Assignment[] = [];
    let result = tree;
    for (const assignment of assignments) {
      const path = ['spec', ...assignment.path];
      const next = assign(result, { ...assignment, path });
      if (typeof next === 'string') {
        const { option: file, line } = assignment;
        const { badOption } = scenarioProblemCodes;
        this.#problems.push(problemAt({ file, line, column: 1 }, badOption, next));
      } else {
        result = next.tree;
        applied.push(assignment);
      }
    }
    this.#layers = { ...this.#layers, assignments: applied };
    return result;
  }

  readonly #locate: Locate = (path, wants) => {
    if (path[0] === 'spec') return locateInLayers(this.#layers, path.slice(1), wants);
    return { file: this.#source.file, ...this.#source.positionOf(path, wants) };
  };

  readonly #placeOf = (path: FieldPath): Place => this.#locate(path, 'value');

  /**
   * Checks the sound parts of a scenario that has faults elsewhere, so that all problems come at
   * once. What depends on an unsound part is left unchecked.
   */
  #checkSoundParts(tree: unknown): void {
    const spec = soundParts(valueAt(tree, ['spec']));
    thresholdsOf(spec, this.#placeOf, this.#problems);
    tolerancesOf(spec, this.#placeOf, this.#problems);
    this.#problems.push(...checkCluster(withDefaults(spec), this.#placeOf));
    this.#schedulers(spec);
    const items = valueAt(tree, ['spec', 'workload', 'operations']);
    const operations = (Array.isArray(items) ? items : []).flatMap((item, index) => {
      const parsed = operation.safeParse(item);
      return parsed.success ? [[index, parsed.data] as const] : [];
    });
    // Pools that are unsound are told as such, and not as missing.
    const hasPools = valueAt(tree, ['spec', 'nodePools']) !== undefined;
    const built = this.#build(operations, hasPools ? { nodePools: [], ...spec } : spec);
    if (spec.workload === undefined || spec.nodePools === undefined) return;
    this.#problems.push(...this.#checkWorkload(built, spec));
  }

  #build(
    texts: Iterable<readonly [index: number, text: OperationText]>,
    spec: ScenarioSpec,
  ): readonly BuiltOperation[] {
    const { workload, nodePools, seed = 1 } = spec;
    const nodes = nodePools?.reduce((sum, { count }) => sum + count, 0);
    const pacing = { tuningSets: workload?.tuningSets ?? {}, seed, nodes };
    const context = { reader: this.#reader, tree: this.#source, placeOf: this.#placeOf };
    return [
      ...initialOperation(spec, context),
      ...buildOperations(texts, this.#reader, this.#source, this.#placeOf, pacing),
    ];
  }

  #checkWorkload(built: readonly BuiltOperation[], spec: ScenarioSpec): readonly Problem[] {
    const faults = checkOperations(built, spec, this.#placeOf);
    if (!this.#areObjectsSound()) return faults;
    const objects = built.flatMap((each) => each.objects);
    const checks = [checkBehaviour, checkSelectors, checkFlowSchemas];
    return [
      ...faults,
      ...checkLoads(spec, built, this.#placeOf),
      ...checks.flatMap((check) => check(objects)),
      ...checkTraffic(spec, objects, this.#placeOf),
      ...checkUpdates(built, this.#locate),
    ];
  }

  /** Whether every object of a known kind is there and valid, so that its fields can be read. */
  #areObjectsSound(): boolean {
    return this.#reader.problems.every(
      ({ severity, code }) => severity === 'warning' || code === problemCodes.unknownKind,
    );
  }

  #complete(parsed: ScenarioFile): LoadedScenario {
    const stated = this.#withCatalogue(parsed.spec);
    const operations = stated.workload?.operations ?? [];
    const built = this.#build(operations.entries(), stated);
    const pools = this.#decodedPools(stated.nodePools);
    const completed = completeWorkload(
      withDefaults(pools === undefined ? stated : { ...stated, nodePools: pools }),
      built,
      this.#areObjectsSound(),
    );
    const { spec } = completed;
    const thresholds = thresholdsOf(spec, this.#placeOf, this.#problems);
    const tolerances = tolerancesOf(spec, this.#placeOf, this.#problems);
    this.#problems.push(
      ...checkCluster(spec, this.#placeOf),
      ...this.#checkWorkload(built, spec),
      ...completed.problems,
    );
    const { ignored } = this.#reader;
    const { schedulers, plugins, pluginNotices } = this.#schedulers(spec);
    const { storage, notices: storageNotices } = storageOf(spec.storage, completed.operations);
    const { initial, performed } = splitInitial(completed.operations);
    const { workload: _, thresholds: _thresholds, tolerances: _tolerances, ...others } = spec;
    const { initialObjects: _initialObjects, ...settings } = others;
    return {
      name: parsed.metadata.name,
      seed: String(spec.seed),
      horizonUs: durationUs(spec.horizon),
      untilConverged: spec.until === 'converged',
      cluster: {
        ...clusterOf(spec, schedulers, completed.operations, storage),
        ...(initial.length > 0 && { initialObjects: initial }),
      },
      plugins: plugins.uses,
      pluginNotices,
      operations: performed,
      traffic: trafficOf(spec),
      thresholds,
      tolerances,
      outputs: {
        directory: spec.outputs?.directory,
        sampleIntervalUs: durationUs(spec.outputs?.sampleInterval),
      },
      notices: [
        ...describeChoices(stated, spec),
        ...networkNotices(spec),
        ...nodeCidrNotices(spec),
        ...completed.notices,
        ...storageNotices,
        ...describeIgnored(ignored),
        ...pluginNotices,
      ],
      ignored,
      provenance: provenanceOf(settings, this.#layers),
    };
  }

  #schedulers(spec: ScenarioSpec): LoadedSchedulers {
    const { controlPlane = {} } = spec;
    const { pluginFiles = [] } = this.#overrides;
    if (pluginFiles.length > 0) this.texts.set('--plugin', pluginFiles.join('\n'));
    const loaded = loadSchedulers(controlPlane, {
      reader: this.#reader,
      placeOf: this.#placeOf,
      overrides: this.#overrides,
      hosts: hostsOf(controlPlane.hosts).map(({ name }) => name),
    });
    this.#problems.push(...loaded.problems);
    for (const [file, text] of loaded.plugins.texts) this.texts.set(file, text);
    this.#plugins = loaded.plugins;
    return loaded;
  }

  /** The spec with the catalogue of its cloud, where a file holds that. */
  #withCatalogue(spec: ScenarioSpec): ScenarioSpec {
    const { cloud } = spec;
    if (cloud === undefined || typeof cloud.instanceTypes !== 'string') return spec;
    const path = ['spec', 'cloud', 'instanceTypes'];
    const { instanceTypes: file } = cloud;
    const read = readCatalogue(this.#reader, file, this.#placeOf(path), path);
    this.#problems.push(...read.problems);
    if (read.instanceTypes === undefined) return spec;
    return { ...spec, cloud: { ...cloud, instanceTypes: [...read.instanceTypes] } };
  }

  /** The pools with their objects checked and decoded; a bad one is left out. */
  #decodedPools(pools: readonly NodePoolText[] | undefined): NodePoolText[] | undefined {
    return pools?.map((pool, index) => {
      const read = decodePool(pool, index, this.#reader, this.#source);
      this.#problems.push(...read.problems);
      return read.pool;
    });
  }
}

/** The entries of a spec that the schema accepts one by one. */
function soundParts(spec: unknown): ScenarioSpec {
  if (!isTree(spec)) return {};
  const parts = Object.entries(scenarioSpec.shape).flatMap(([key, schema]) => {
    const parsed = schema.safeParse(spec[key]);
    return parsed.success && parsed.data !== undefined ? [[key, parsed.data]] : [];
  });
  return Object.fromEntries(parts) as ScenarioSpec;
}

function asError(problem: Problem): Problem {
  return { ...problem, severity: 'error' };
}
