/**
 * The Kubernetes objects of a scenario: from files, from trees written in place, from YAML as text.
 * Each is checked, decoded and defaulted by `src/api`; problems keep the place where they stand.
 */

import type { FieldPath } from '../api/field-path.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { identify } from '../api/manifest-kind.js';
import type { ManifestObject } from '../api/manifest-object.js';
import { type IgnoredKind, readManifests } from '../api/manifests.js';
import type { ApiObject } from '../api/object-meta.js';
import { prepareObject, SoundPodSpecs } from '../api/prepare-object.js';
import { type Problem, problemCodes } from '../api/problem.js';
import { resourceKindNamed } from '../api/resource-kinds.js';
import type { ScenarioFiles } from './files.js';
import { type Place, problemAt, scenarioProblemCodes } from './scenario-problems.js';
import { isTree, readTree, type Tree, type YamlTree } from './yaml-tree.js';

/** An object of the workload, and where it stands. */
export interface ScenarioObject {
  readonly object: KubernetesObject;
  readonly manifest: ManifestObject;
}

/** Reads objects and remembers everything that was wrong or ignored on the way. */
export class ObjectReader {
  readonly problems: Problem[] = [];
  /** Text by file name, for excerpts. */
  readonly texts = new Map<string, string>();
  readonly #ignored = new Map<string, IgnoredKind>();
  readonly #files: ScenarioFiles;
  readonly #strict: boolean;
  readonly #known = new Map<string, readonly ScenarioObject[]>();
  readonly #soundPodSpecs = new SoundPodSpecs();

  constructor(files: ScenarioFiles, strict: boolean) {
    this.#files = files;
    this.#strict = strict;
  }

  /** Kinds that are not simulated, by kind and apiVersion. */
  get ignored(): readonly IgnoredKind[] {
    const entries = [...this.#ignored].sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([, entry]) => entry);
  }

  /** Problems and objects of unknown kinds so far: whether something was said of what was read. */
  get mentions(): number {
    return (
      [...this.#ignored.values()].reduce((sum, { count }) => sum + count, 0) + this.problems.length
    );
  }

  /** The objects of the files that `pattern` names; `place` is where it is written. */
  fromFiles(pattern: string, place: Place, path: FieldPath): readonly ScenarioObject[] {
    const found = this.#files.list(pattern);
    if (found.length === 0) {
      const message = `"${pattern}" names no file`;
      const expected = 'a file, a folder or a pattern, relative to the scenario';
      const { missingFile } = scenarioProblemCodes;
      this.problems.push(problemAt(place, missingFile, message, { path, expected }));
    }
    return found.flatMap((file) => this.#fromFile(file, place));
  }

  /** The path of the one file that `name` stands for; `place` is where that is written. */
  pathOf(name: string, place: Place, path: FieldPath): string | undefined {
    const file = this.#files.list(name)[0];
    if (file === undefined) {
      const message = `"${name}" names no file`;
      const { missingFile } = scenarioProblemCodes;
      this.problems.push(problemAt(place, missingFile, message, { path }));
    }
    return file;
  }

  /** The text of the one file that `name` stands for; `place` is where that is written. */
  textOf(
    name: string,
    place: Place,
    path: FieldPath,
  ): { readonly file: string; readonly text: string } | undefined {
    const file = this.pathOf(name, place, path);
    if (file === undefined) return undefined;
    const text = this.#read(file, place);
    return text === undefined ? undefined : { file, text };
  }

  #fromFile(file: string, place: Place): readonly ScenarioObject[] {
    const known = this.#known.get(file);
    if (known !== undefined) return known;
    const text = this.#read(file, place);
    if (text === undefined) return [];
    const objects = this.#fromText(text, file, (problem) => problem);
    this.#known.set(file, objects);
    return objects;
  }

  #read(file: string, place: Place): string | undefined {
    try {
      const text = this.#files.read(file);
      this.texts.set(file, text);
      return text;
    } catch (error) {
      const message = `"${file}" cannot be read: ${(error as Error).message}`;
      this.problems.push(problemAt(place, scenarioProblemCodes.missingFile, message));
      return undefined;
    }
  }

  #fromText(
    text: string,
    file: string,
    moved: <T extends Place>(place: T) => T,
  ): readonly ScenarioObject[] {
    const { objects, ignored, problems } = readManifests(text, file, { strict: this.#strict });
    for (const { apiVersion, kind, count } of ignored) this.#ignore(apiVersion, kind, count);
    this.problems.push(...problems.map(moved));
    return objects.flatMap((manifest) => this.#prepare(relocated(manifest, moved)));
  }

  #ignore(apiVersion: string, kind: string, count: number): void {
    const key = `${kind} ${apiVersion}`;
    const before = this.#ignored.get(key)?.count ?? 0;
    this.#ignored.set(key, { apiVersion, kind, count: before + count });
  }

  #prepare(manifest: ManifestObject): readonly ScenarioObject[] {
    const { object, problems } = prepareObject(manifest, {
      namespace: 'default',
      soundPodSpecs: this.#soundPodSpecs,
    });
    this.problems.push(...problems);
    // Only objects of known kinds come here, so this is one of the union.
    return object === undefined ? [] : [{ object: object as KubernetesObject, manifest }];
  }

  /** The objects of a block of YAML that stands at `path` of `tree`. */
  fromYaml(text: string, tree: YamlTree, path: FieldPath): readonly ScenarioObject[] {
    const { line, indent } = tree.blockStart(path);
    return this.#fromText(text, tree.file, (place) => ({
      ...place,
      line: place.line + line - 1,
      column: place.column + indent,
    }));
  }

  /** The object written in place at `path` of `tree`; a list of objects counts as many. */
  fromTree(value: Tree, tree: YamlTree, path: FieldPath): readonly ScenarioObject[] {
    const identity = identify(value, '', '');
    switch (identity.is) {
      case 'known':
        return this.#prepare(writtenInPlace(identity.object, tree, path));
      case 'unknown': {
        const { apiVersion, kind } = identity;
        if (this.#strict) {
          const place = { file: tree.file, ...tree.positionOf(path) };
          const message = `${apiVersion} ${kind} is not simulated`;
          this.problems.push(problemAt(place, problemCodes.unknownKind, message));
        }
        this.#ignore(apiVersion, kind, 1);
        return [];
      }
      case 'list':
        return identity.items.flatMap((item, index) =>
          isTree(item) ? this.fromTree(item, tree, [...path, 'items', index]) : [],
        );
      case 'problem': {
        const { message, name, at, suggestion } = identity;
        const where = { file: tree.file, ...tree.positionOf([...path, ...at]) };
        this.problems.push(problemAt(where, problemCodes[name], message, { suggestion }));
        return [];
      }
    }
  }

  /**
   * A template: a tree written at `path`, or the path of the file that holds it. A tree without
   * kind is a Pod; a template needs no name.
   */
  template(value: string | Tree, tree: YamlTree, path: FieldPath): ScenarioObject | undefined {
    if (typeof value !== 'string') return this.fromTree(asTemplate(value), tree, path)[0];
    const found = this.textOf(value, { file: tree.file, ...tree.positionOf(path) }, path);
    if (found === undefined) return undefined;
    const read = readTree(found.text, found.file);
    this.problems.push(...read.problems);
    return isTree(read.tree) ? this.fromTree(asTemplate(read.tree), read, [])[0] : undefined;
  }
}

/** An object at `path` of `tree`. Where it stands is found when somebody asks. */
function writtenInPlace(object: ApiObject, tree: YamlTree, path: FieldPath): ManifestObject {
  return {
    object,
    file: tree.file,
    get line() {
      return tree.positionOf(path).line;
    },
    get column() {
      return tree.positionOf(path).column;
    },
    positionOf: (inner, wants) => tree.positionOf([...path, ...inner], wants),
  };
}

/** The manifest with every position moved. */
function relocated(
  manifest: ManifestObject,
  moved: <T extends Place>(place: T) => T,
): ManifestObject {
  const { object, file } = manifest;
  const at = (line: number, column: number): Place => moved({ file, line, column });
  return {
    object,
    file,
    get line() {
      return at(manifest.line, manifest.column).line;
    },
    get column() {
      return at(manifest.line, manifest.column).column;
    },
    positionOf: (path, wants) => {
      const { line, column } = manifest.positionOf(path, wants);
      return at(line, column);
    },
  };
}

function asTemplate(tree: Tree): Tree {
  const { apiVersion = 'v1', kind = 'Pod', metadata } = tree;
  const meta = isTree(metadata) ? metadata : {};
  const prefix = typeof meta['generateName'] === 'string' ? meta['generateName'] : `${kind}`;
  const name = meta['name'] ?? prefix.toLowerCase().replace(/-+$/, '');
  return { ...tree, apiVersion, kind, metadata: { ...meta, name } };
}

/** The namespace of an object: empty for a cluster-scoped one, `default` when none is written. */
export function namespaceOf(object: KubernetesObject): string {
  if (resourceKindNamed(object.kind)?.namespaced !== true) return '';
  return object.metadata.namespace ?? 'default';
}

/** A template with its namespace, unless its kind has none. */
export function inNamespace(
  { object, manifest }: ScenarioObject,
  namespace: string,
): ScenarioObject {
  if (namespaceOf(object) === '') return { object, manifest };
  const metadata = { ...object.metadata, namespace };
  return { object: { ...object, metadata } as typeof object, manifest };
}
