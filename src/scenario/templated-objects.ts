/**
 * Objects of a Go template: rendered, read as YAML, given their names, and checked as any other
 * object of a scenario. What is wrong with a template is told once.
 */

import { type FieldPath, formatPath } from '../api/field-path.js';
import {
  type DocumentChunk,
  offsetOf,
  parseWithPositions,
  splitDocuments,
} from '../api/manifest-document.js';
import { readManifests } from '../api/manifests.js';
import type { PodSpec } from '../api/pod.js';
import { type Problem, problemCodes } from '../api/problem.js';
import { resourceKindNamed } from '../api/resource-kinds.js';
import { loadYaml } from '../api/yaml-dialect.js';
import type { ObjectPatch } from '../cluster/driver-step.js';
import {
  GoTemplate,
  positionInText,
  type RenderOptions,
  type TemplateData,
  TemplateError,
} from './go-template/go-template.js';
import { jsonPatchSchema } from './json-patch-schema.js';
import type { ObjectReader, ScenarioObject } from './objects.js';
import { problemAt, scenarioProblemCodes } from './scenario-problems.js';
import { isTree, type Tree, type YamlTree } from './yaml-tree.js';

/** A template's text. */
export interface TemplateSource {
  readonly file: string;
  readonly text: string;
  /** Where the text begins in its file. */
  readonly line: number;
  readonly indent: number;
}

/** What is given to the objects of one rendering. */
export interface Given {
  /** Of the objects that have one; '' for that of the template. */
  readonly namespace: string;
  /** '' for that of the template. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Makes objects; keeps templates that were read, and what many pods have in common. */
export class TemplatedObjects {
  readonly #reader: ObjectReader;
  readonly #templates = new Map<string, GoTemplate | undefined>();
  /** Texts of templates that were refused, and of those of which something was said. */
  readonly #faulty = new Set<string>();
  readonly #warned = new Set<string>();
  /** What documents hold, by their text. */
  readonly #values = new Map<string, unknown>();
  readonly #specs = new Map<string, PodSpec>();

  constructor(reader: ObjectReader) {
    this.#reader = reader;
  }

  /** The objects of one rendering; none after a problem. Linear in the template's length. */
  make(
    source: TemplateSource,
    data: TemplateData,
    options: RenderOptions,
    given: Given,
  ): readonly ScenarioObject[] {
    if (this.#faulty.has(source.text)) return [];
    const text = this.#render(source, data, options);
    if (text === undefined) return [];
    const { problems } = this.#reader;
    const before = problems.length;
    const objects = this.#read(text, source, given);
    const found = problems.splice(before).map(asAccepted);
    if (found.some(({ severity }) => severity === 'error')) this.#faulty.add(source.text);
    if (!this.#warned.has(source.text)) problems.push(...found);
    if (found.length > 0) this.#warned.add(source.text);
    return objects.map((each) => this.#shared(each));
  }

  /** The body of a patch: one mapping, or the list of a JSON patch; undefined after a problem. */
  patch(
    source: TemplateSource,
    data: TemplateData,
    options: RenderOptions,
  ): ObjectPatch | undefined {
    if (this.#faulty.has(source.text)) return undefined;
    const text = this.#render(source, data, options);
    if (text === undefined) return undefined;
    const [chunk] = splitDocuments(text);
    const value = chunk && this.#value({ ...chunk, linesBefore: source.line - 1 }, source);
    if (isTree(value)) return value;
    const list = jsonPatchSchema.safeParse(value);
    if (list.success) return list.data;
    if (this.#faulty.has(source.text)) return undefined;
    const { file, line } = source;
    const [issue] = Array.isArray(value) ? list.error.issues : [];
    const message =
      issue === undefined
        ? 'the template holds no mapping, nor the list of a JSON patch'
        : `this is no JSON patch: ${formatPath(issue.path as FieldPath)}: ${issue.message}`;
    const { badTemplate } = scenarioProblemCodes;
    this.#reader.problems.push(problemAt({ file, line, column: 1 }, badTemplate, message));
    this.#faulty.add(source.text);
    return undefined;
  }

  #render(source: TemplateSource, data: TemplateData, options: RenderOptions): string | undefined {
    const { text, file, line, indent } = source;
    try {
      const template = this.#templates.get(text) ?? new GoTemplate(text);
      this.#templates.set(text, template);
      return template.render(data, options);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const at = positionInText(text, error.offset);
      const place = { file, line: line + at.line - 1, column: indent + at.column };
      this.#reader.problems.push(problemAt(place, scenarioProblemCodes.badTemplate, error.message));
      this.#faulty.add(text);
      return undefined;
    }
  }

  #read(text: string, source: TemplateSource, given: Given): readonly ScenarioObject[] {
    const { file, line, indent } = source;
    const chunks = splitDocuments(text);
    return chunks.flatMap((chunk): readonly ScenarioObject[] => {
      const moved = { text: chunk.text, linesBefore: chunk.linesBefore + line - 1 };
      const value = this.#value(moved, source);
      if (!isTree(value)) return [];
      const tree: YamlTree = {
        file,
        tree: value,
        problems: [],
        blockStart: () => ({ line: 1, indent: 0 }),
        positionOf: (path, wants = 'value') => {
          if (path.length === 0) return { line: moved.linesBefore + 1, column: indent + 1 };
          const { document, positionAt } = parseWithPositions(moved);
          const at = positionAt(offsetOf(document, path, wants));
          return { line: at.line, column: at.column + indent };
        },
      };
      return this.#reader.fromTree(named(value, given), tree, []);
    });
  }

  /** What a document holds; undefined after a problem. */
  #value(chunk: DocumentChunk, { file, indent, text }: TemplateSource): unknown {
    // Many objects of a template differ in their names only, and a deletion renders what a
    // creation has rendered.
    const known = this.#values.get(chunk.text);
    if (known !== undefined) return known;
    try {
      const [value] = loadYaml(chunk.text, 'override');
      this.#values.set(chunk.text, value);
      return value;
    } catch {
      const { problems } = readManifests(chunk.text, file);
      const shifted = problems.map((each) => ({
        ...each,
        line: each.line + chunk.linesBefore,
        column: each.column + indent,
      }));
      this.#reader.problems.push(...shifted);
      this.#faulty.add(text);
      return undefined;
    }
  }

  /** Pods of equal specs share them, which keeps a hundred thousand of them small. */
  #shared({ object, manifest }: ScenarioObject): ScenarioObject {
    if (object.kind !== 'Pod') return { object, manifest };
    const key = JSON.stringify(object.spec);
    const spec = this.#specs.get(key) ?? object.spec;
    this.#specs.set(key, spec);
    return { object: { ...object, spec }, manifest };
  }
}

/** Load generators do not ask for strict validation: the API server drops what it does not know. */
function asAccepted(problem: Problem): Problem {
  const isUnknown = problem.code === problemCodes.unknownField;
  return isUnknown ? { ...problem, severity: 'warning' } : problem;
}

/** The tree with its name, its namespace and its labels. */
function named(tree: Tree, { namespace, name, labels }: Given): Tree {
  const metadata = treeAt(tree, 'metadata');
  const isNamespaced = resourceKindNamed(String(tree['kind']))?.namespaced === true;
  const generated = metadata['generateName'];
  const own = typeof generated === 'string' ? generated.replace(/-+$/, '') : undefined;
  const ownName = metadata['name'] ?? own;
  const meta = {
    ...withLabels(metadata, labels),
    ...(name !== '' || ownName !== undefined ? { name: name === '' ? ownName : name } : {}),
    ...(isNamespaced && namespace !== '' && metadata['namespace'] === undefined
      ? { namespace }
      : {}),
  };
  const result = { ...tree, metadata: meta };
  const spec = treeAt(tree, 'spec');
  if (Object.keys(labels).length === 0 || !isTree(spec['template'])) return result;
  const { template } = spec;
  const inner = { ...template, metadata: withLabels(treeAt(template, 'metadata'), labels) };
  return { ...result, spec: { ...spec, template: inner } };
}

function withLabels(metadata: Tree, labels: Given['labels']): Tree {
  if (Object.keys(labels).length === 0) return metadata;
  return { ...metadata, labels: { ...treeAt(metadata, 'labels'), ...labels } };
}

function treeAt(tree: Tree, key: string): Tree {
  const value = tree[key];
  return isTree(value) ? value : {};
}
