/**
 * From phases as written to units of objects: every template is rendered for every index in every
 * namespace, so that all objects are checked before a run begins.
 */

import { didYouMean } from '../api/did-you-mean.js';
import type { FieldPath } from '../api/field-path.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { resourceKindNamed, resourceKinds } from '../api/resource-kinds.js';
import type { ObjectPatch } from '../cluster/driver-step.js';
import type {
  ForEachOperation,
  Phase,
  PhaseChange,
  PhasesOperation,
} from '../cluster/phase-operation.js';
import type { TuningSet } from '../cluster/tuning-set.js';
import { RandomRoot } from '../kernel/random-stream.js';
import { ascending } from '../stats/ascending.js';
import type { TemplateValue } from './go-template/go-template.js';
import { namespaceOf, type ObjectReader, type ScenarioObject } from './objects.js';
import { type PlaceOf, problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type {
  ForEachText,
  PhasesText,
  PhaseText,
  TemplatedText,
  TuningSetText,
} from './schema-phases.js';
import { TemplatedObjects, type TemplateSource } from './templated-objects.js';
import { oneByOne, tuningSetOf } from './tuning-sets.js';
import type { YamlTree } from './yaml-tree.js';

/** What phases share with the rest of the scenario. */
export interface Pacing {
  readonly tuningSets: Readonly<Record<string, TuningSetText>>;
  /** From which templates draw. */
  readonly seed: string | number;
  /** Nodes of all pools at the start; undefined when the scenario states no pools. */
  readonly nodes: number | undefined;
}

/** The operation with the objects that it brings. */
export interface BuiltPhases {
  readonly operation: PhasesOperation;
  readonly objects: readonly ScenarioObject[];
}

/** The name of the set that a phase without one has; no name that anybody can write. */
const unnamed = '';

/** One index of a phase. */
interface Turn {
  readonly index: number;
  readonly namespace: string;
  readonly path: FieldPath;
}

/** Builds the phases of a scenario; problems go to its reader. */
export class PhasesBuilder {
  readonly #reader: ObjectReader;
  readonly #tree: YamlTree;
  readonly #placeOf: PlaceOf;
  readonly #sets: ReadonlyMap<string, TuningSet>;
  readonly #random: RandomRoot;
  readonly #nodes: number | undefined;
  readonly #templated: TemplatedObjects;

  constructor(reader: ObjectReader, tree: YamlTree, placeOf: PlaceOf, pacing: Pacing) {
    this.#reader = reader;
    this.#tree = tree;
    this.#placeOf = placeOf;
    const written = Object.entries(pacing.tuningSets);
    const sets = written.map(([name, text]) => [name, tuningSetOf(text)] as const);
    this.#sets = new Map([[unnamed, oneByOne], ...sets]);
    this.#random = new RandomRoot(pacing.seed);
    this.#nodes = pacing.nodes;
    this.#templated = new TemplatedObjects(reader);
  }

  build(
    text: PhasesText,
    common: { readonly atUs: number; readonly source: string },
    path: FieldPath,
  ): BuiltPhases {
    const objects: ScenarioObject[] = [];
    const phases = text.phases.map((phase, index): Phase => {
      const at = [...path, 'phases', index];
      const units = this.#units(phase, at, common.source);
      if (phase.action !== 'delete') objects.push(...units.flat());
      return {
        action: phase.action,
        tuningSet: this.#tuningSet(phase.tuningSet, at),
        units: units.map((unit) => unit.map(({ object }) => object)),
        changes: changesOf(units.flat().map(({ object }) => object)),
      };
    });
    const used = new Set(phases.map(({ tuningSet }) => tuningSet));
    const tuningSets = new Map([...this.#sets].filter(([name]) => used.has(name)));
    return { operation: { op: 'phases', ...common, phases, tuningSets }, objects };
  }

  /** The operation on objects that are there; undefined after a problem. */
  forEach(
    text: ForEachText,
    common: { readonly atUs: number; readonly source: string },
    path: FieldPath,
  ): ForEachOperation | undefined {
    const { action, kind, namespace = '', labels = {}, times = 1 } = text;
    if (resourceKindNamed(kind) === undefined) {
      const near = didYouMean(
        kind,
        resourceKinds.map((each) => each.kind),
      );
      const suggestion = near === undefined ? undefined : `kind: ${near}`;
      return this.#refuse([...path, 'kind'], `there is no kind "${kind}"`, { suggestion });
    }
    const isPatch = action === 'patch';
    if (!isPatch && (text.template ?? text.yaml) !== undefined) {
      return this.#refuse([...path, 'action'], `a ${action} has no template`, {});
    }
    const source = isPatch ? this.#sourceOf(text, path) : undefined;
    const patches =
      source === undefined
        ? []
        : Array.from(
            { length: times },
            (_, index) => this.#patch(text, source, index, common.source) ?? {},
          );
    const sorted = Object.entries(labels).sort(([a], [b]) => ascending(a, b));
    const tuningSet = this.#sets.get(this.#tuningSet(text.tuningSet, path)) ?? oneByOne;
    const what = { action, kind, namespace, labels: sorted, times, patches, tuningSet };
    return { op: 'forEach', ...common, ...what };
  }

  #patch(
    { params = {} }: ForEachText,
    source: TemplateSource,
    index: number,
    operation: string,
  ): ObjectPatch | undefined {
    const data = new Map<string, TemplateValue>([
      ...Object.entries(params as Readonly<Record<string, TemplateValue>>),
      ['Index', index],
      ['Iteration', index],
    ]);
    const random = this.#random.stream(`${operation}/patch/${index}`);
    return this.#templated.patch(source, data, { random });
  }

  #refuse(
    path: FieldPath,
    message: string,
    more: { readonly expected?: string; readonly suggestion?: string | undefined },
  ): undefined {
    const { impossible } = scenarioProblemCodes;
    const problem = problemAt(this.#placeOf(path), impossible, message, { path, ...more });
    this.#reader.problems.push(problem);
  }

  #tuningSet(name: string | undefined, path: FieldPath): string {
    if (name === undefined || this.#sets.has(name)) return name ?? unnamed;
    const known = [...this.#sets.keys()].filter((each) => each !== unnamed);
    const at = [...path, 'tuningSet'];
    const near = didYouMean(name, known);
    const expected =
      known.length === 0 ? 'a name of workload.tuningSets' : `one of ${known.join(', ')}`;
    const suggestion = near === undefined ? undefined : `tuningSet: ${near}`;
    this.#refuse(at, `there is no tuning set "${name}"`, { expected, suggestion });
    return unnamed;
  }

  #units(
    phase: PhaseText,
    path: FieldPath,
    source: string,
  ): readonly (readonly ScenarioObject[])[] {
    const { from = 0, count = 1, objects, apart = false } = phase;
    const templates = objects.map((each, index) => {
      const at = [...path, 'objects', index];
      return { text: each, source: this.#sourceOf(each, at), path: at };
    });
    const units: (readonly ScenarioObject[])[] = [];
    for (const namespaceAt of this.#namespaces(phase.namespaces, path)) {
      for (let index = from; index < from + count; index++) {
        const turn = { index, namespace: namespaceAt(index), path };
        const made = templates.flatMap((each) =>
          each.source === undefined ? [] : this.#copies(each.text, each.source, turn, source),
        );
        if (apart) units.push(...made);
        else units.push(made.flat());
      }
    }
    return units.filter((unit) => unit.length > 0);
  }

  /** For each namespace its name by index; '' stands for that of the template. */
  #namespaces(
    written: PhaseText['namespaces'],
    path: FieldPath,
  ): readonly ((index: number) => string)[] {
    if (written === undefined) return [() => ''];
    if (typeof written === 'string') return [() => written];
    if (Array.isArray(written)) return written.map((name) => () => name);
    const { prefix } = written;
    if ('indicesEach' in written) {
      return [(index) => `${prefix}${Math.floor(index / written.indicesEach)}`];
    }
    if ('nodesEach' in written) {
      const nodes = this.#nodes ?? this.#refuseNodesEach([...path, 'namespaces', 'nodesEach']);
      return numbered(prefix, 1, Math.max(1, Math.floor(nodes / written.nodesEach)));
    }
    return numbered(prefix, written.from ?? 1, written.to);
  }

  #refuseNodesEach(path: FieldPath): number {
    const expected = 'nodePools with a count, or namespaces {prefix, from, to}';
    this.#refuse(path, 'the scenario says of no pool how many nodes it has', { expected });
    return 0;
  }

  /** The objects of one template for one index, copy by copy. */
  #copies(
    text: TemplatedText,
    template: TemplateSource,
    { index, namespace }: Turn,
    source: string,
  ): readonly (readonly ScenarioObject[])[] {
    const { basename, copies = 1, params = {}, labels = {} } = text;
    const name = basename === undefined ? '' : `${basename}-${index}`;
    return Array.from({ length: copies }, (_, copy) => {
      const data = new Map<string, TemplateValue>([
        ...Object.entries(params as Readonly<Record<string, TemplateValue>>),
        ['Name', name],
        ['BaseName', basename ?? ''],
        ['Index', index],
        ['Iteration', index],
        ['Replica', copy + 1],
        ['Namespace', namespace],
      ]);
      const stream = `${source}/${namespace}/${basename ?? template.file}/${index}/${copy}`;
      const random = this.#random.stream(stream);
      return this.#templated.make(template, data, { random }, { namespace, name, labels });
    });
  }

  #sourceOf(
    text: Pick<TemplatedText, 'template' | 'yaml'>,
    path: FieldPath,
  ): TemplateSource | undefined {
    const { template, yaml } = text;
    if ((template === undefined) === (yaml === undefined)) {
      return this.#refuse(path, 'either template, a file, or yaml, the text of one, is needed', {});
    }
    if (template !== undefined) {
      const at = [...path, 'template'];
      const found = this.#reader.textOf(template, this.#placeOf(at), at);
      return found && { ...found, line: 1, indent: 0 };
    }
    const { line, indent } = this.#tree.blockStart([...path, 'yaml']);
    return { file: this.#tree.file, text: yaml ?? '', line, indent };
  }
}

/** Namespaces with the numbers from `from` to `to`; none when there are no such numbers. */
function numbered(prefix: string, from: number, to: number): readonly (() => string)[] {
  const length = Math.max(0, to - from + 1);
  return Array.from({ length }, (_, index) => () => `${prefix}${from + index}`);
}

/** What the list of changes says of many objects: one line for each kind. */
function changesOf(objects: readonly KubernetesObject[]): readonly PhaseChange[] {
  const byKind = new Map<string, KubernetesObject[]>();
  for (const object of objects) {
    const alike = byKind.get(object.kind);
    if (alike === undefined) byKind.set(object.kind, [object]);
    else alike.push(object);
  }
  return [...byKind].map(([kind, alike]) => {
    const spaces = new Set(alike.map(namespaceOf));
    const [namespace = ''] = spaces.size === 1 ? spaces : [];
    const names = alike.map(({ metadata }) => metadata.name);
    return { target: { kind, namespace, name: commonName(names) }, objects: alike.length };
  });
}

/** `web-*` for web-0 and web-17. */
function commonName([first = '', ...others]: readonly string[]): string {
  if (others.every((name) => name === first)) return first;
  let length = first.length;
  for (const name of others) {
    while (!name.startsWith(first.slice(0, length))) length--;
  }
  return `${first.slice(0, length).replace(/\d+$/, '')}*`;
}
