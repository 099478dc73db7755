/**
 * Phases of ClusterLoader2 as phases of a scenario: what is there already decides whether a phase
 * creates, changes or deletes.
 *
 * Left out: objects that the test has not created itself (listUnknownObjectOptions).
 * Source: perf-tests clusterloader2/pkg/test/simple_test_executor.go.
 */

import type { Problem } from '../../../api/problem.js';
import { problemAt } from '../../../scenario/scenario-problems.js';
import type { Tree } from '../../../scenario/yaml-tree.js';
import type { ImportNotes } from '../import-notes.js';
import { type ImportFile, importProblemCodes, textOf } from '../importer.js';
import { templateName } from '../template-name.js';
import type { PhaseText } from './cl2-schema.js';
import type { PlacedStep } from './cl2-test.js';

/** Objects of one basename and kind in one namespace. */
interface Present {
  readonly count: number;
  /** What their template was given. */
  readonly params: Tree;
}

/** An object of a bundle, with its template. */
interface Bundled {
  readonly basename: string;
  /** Name of the template among the files of the scenario. */
  readonly template: string;
  readonly kind: string;
  readonly params: Tree;
  /** Names that the template reads. */
  readonly reads: ReadonlySet<string>;
}

/** How the phases reach the rest of the test. */
export interface PhaseContext {
  readonly find: (path: string, folder: string) => ImportFile | undefined;
  /** What every template may read, by name. */
  readonly data: ReadonlyMap<string, unknown>;
  readonly namespacePrefix: string;
  readonly notes: ImportNotes;
  readonly problems: Problem[];
}

/** Remembers what a test has created. */
export class TestPhases {
  /** Text by name of the templates that the scenario names. */
  readonly files = new Map<string, string>();
  readonly #context: PhaseContext;
  readonly #present = new Map<string, Present>();

  constructor(context: PhaseContext) {
    this.#context = context;
  }

  /** The phases that a phase of the test comes to; none where nothing is to be done. */
  convert(phase: PhaseText, step: PlacedStep): readonly Tree[] {
    const bundle = phase.objectBundle.flatMap((each) => this.#bundled(each, step) ?? []);
    const [first] = bundle;
    if (first === undefined) return [];
    const counts = this.#namespaces(phase).map((namespace) => ({
      namespace,
      count: this.#present.get(keyOf(namespace, first))?.count ?? 0,
    }));
    const wanted = phase.replicasPerNamespace;
    // Before what is there now is forgotten: a deletion needs what the creation has given.
    const phases = runsOf(counts).flatMap(({ namespaces, count }) =>
      this.#change(bundle, namespaces, count, wanted, phase.tuningSet),
    );
    for (const { namespace } of counts) {
      for (const each of bundle) {
        const params = { ...this.#present.get(keyOf(namespace, each))?.params, ...each.params };
        this.#present.set(keyOf(namespace, each), { count: wanted, params });
      }
    }
    return phases;
  }

  /** From `count` objects in each of the namespaces to `wanted`. */
  #change(
    bundle: readonly Bundled[],
    namespaces: readonly string[],
    count: number,
    wanted: number,
    tuningSet: string,
  ): readonly Tree[] {
    const common = { tuningSet, ...this.#written(namespaces) };
    const first = namespaces[0] ?? '';
    const objects = bundle.map((each) => {
      const known = this.#present.get(keyOf(first, each))?.params ?? {};
      return this.#object(each, { ...known, ...each.params });
    });
    if (count > wanted) {
      const range = { ...(wanted > 0 && { from: wanted }), count: count - wanted };
      return [{ action: 'delete', ...common, ...range, objects: [...objects].reverse() }];
    }
    if (wanted === 0) return [];
    if (count === wanted) return [{ action: 'apply', ...common, count, objects }];
    const range = { ...(count > 0 && { from: count }), count: wanted - count };
    return [{ action: 'create', ...common, ...range, objects }];
  }

  #object({ basename, template, reads }: Bundled, own: Tree): Tree {
    const shared = [...this.#context.data].filter(([name]) => reads.has(name));
    const params = { ...Object.fromEntries(shared), ...own };
    return { basename, template, ...(Object.keys(params).length > 0 && { params }) };
  }

  /** Namespaces as a phase of a scenario writes them; nothing for objects outside of any. */
  #written(namespaces: readonly string[]): Tree {
    const [first = '', second] = namespaces;
    if (first === '') return {};
    const found = /^(.*?)(\d+)$/.exec(first);
    if (second === undefined || found === null) return { namespaces: [...namespaces] };
    const [, prefix = '', from = '1'] = found;
    return { namespaces: { prefix, from: Number(from), to: Number(from) + namespaces.length - 1 } };
  }

  #namespaces({ namespaceRange }: PhaseText): readonly string[] {
    if (namespaceRange === undefined) return [''];
    const { min, max, basename } = namespaceRange;
    const prefix = basename === undefined ? this.#context.namespacePrefix : `${basename}-`;
    const length = Math.max(0, max - min + 1);
    return Array.from({ length }, (_, index) => `${prefix}${min + index}`);
  }

  #bundled(each: PhaseText['objectBundle'][number], step: PlacedStep): Bundled | undefined {
    const { basename, objectTemplatePath: path, templateFillMap, listUnknownObjectOptions } = each;
    const { notes, problems, find } = this.#context;
    if (listUnknownObjectOptions != null) {
      notes.add('{count} deletions of objects that the test has not created were left out.');
      return undefined;
    }
    const file = find(path, step.folder);
    if (file === undefined) {
      const message = `the template "${path}" names no file`;
      problems.push(problemAt(step.place, importProblemCodes.missingFile, message));
      return undefined;
    }
    const text = textOf(file);
    const template = templateName(path);
    this.files.set(template, text);
    const kind = /^kind:\s*["']?(\w+)/m.exec(text)?.[1] ?? '';
    const reads = new Set([...text.matchAll(/\.([A-Za-z_]\w*)/g)].map(([, name = '']) => name));
    return { basename, template, kind, params: templateFillMap ?? {}, reads };
  }
}

function keyOf(namespace: string, { basename, kind }: Bundled): string {
  return `${namespace}/${basename}/${kind}`;
}

/** Neighbouring namespaces that hold as many objects. */
function runsOf(
  counts: readonly { readonly namespace: string; readonly count: number }[],
): readonly { readonly namespaces: readonly string[]; readonly count: number }[] {
  const runs: { namespaces: string[]; count: number }[] = [];
  for (const { namespace, count } of counts) {
    const last = runs.at(-1);
    if (last?.count === count) last.namespaces.push(namespace);
    else runs.push({ namespaces: [namespace], count });
  }
  return runs;
}
