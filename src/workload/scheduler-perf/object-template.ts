// Templates of objects: YAML with Go's actions in it, one object a file. The first object of a
// template is checked when it is loaded, so that faults come before a run. Pods of equal specs
// share them, as pods of one template without actions do.
// Source: Kubernetes v1.36 test/integration/scheduler_perf/create.go; reference: scheduler 5.2.

import { decodeObject } from '../../api/decoding.js';
import { isJsonObject, messageOfKind } from '../../api/field-check.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { identify } from '../../api/manifest-kind.js';
import type { ApiObject } from '../../api/object-meta.js';
import type { PodSpec } from '../../api/pod.js';
import { prepareObject } from '../../api/prepare-object.js';
import { type Problem, problemCodes } from '../../api/problem.js';
import { type FieldType, messageShape } from '../../api/shape.js';
import { loadYaml } from '../../api/yaml-dialect.js';
import { assert } from '../../kernel/assert.js';
import {
  GoTemplate,
  positionInText,
  type TemplateData,
  TemplateError,
  type TemplateValue,
} from '../../scenario/go-template/go-template.js';
import { problemAt } from '../../scenario/scenario-problems.js';
import { readTree } from '../../scenario/yaml-tree.js';
import { perfProblemCodes } from './perf-problems.js';

/** Values of `templateParams`. */
export type TemplateParams = TemplateData;

/** Makes objects. */
export interface ObjectTemplate {
  readonly kind: string;
  /** The `index`-th of `count`, without what the server fills in. Linear in the file's length. */
  instantiate(index: number, count: number): KubernetesObject;
}

/** A template, or why there is none. */
export interface TemplateResult {
  readonly template?: ObjectTemplate;
  /** `resource.k8s.io/v1 DeviceClass`: a kind that is not simulated. */
  readonly unsupported?: string;
  readonly problems: readonly Problem[];
}

/** The template of objects that are all alike. */
export function constantTemplate(object: KubernetesObject): ObjectTemplate {
  return { kind: object.kind, instantiate: () => object };
}

/** Reads a template and checks its first object of `count`. */
export function readTemplate(
  text: string,
  file: string,
  count: number,
  params: TemplateParams,
): TemplateResult {
  let source: GoTemplate;
  let rendered: string;
  try {
    source = new GoTemplate(text);
    rendered = source.render(dataFor(0, count, params));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const place = { file, ...positionInText(text, error.offset) };
    return { problems: [problemAt(place, perfProblemCodes.badTemplate, error.message)] };
  }
  const { tree, positionOf, problems } = readTree(rendered, file);
  if (problems.length > 0) return { problems };
  const identity = identify(tree, file, '');
  if (identity.is === 'unknown') {
    return { unsupported: `${identity.apiVersion} ${identity.kind}`, problems: [] };
  }
  if (identity.is !== 'known') {
    const message = identity.is === 'problem' ? identity.message : 'a list is no template';
    const place = { file, line: 1, column: 1 };
    return { problems: [problemAt(place, problemCodes.notAManifest, message)] };
  }
  const object = named(withShapeNames(identity.object));
  const prepared = prepareObject({ object, file, line: 1, column: 1, positionOf });
  const faults = prepared.problems.filter(({ path }) => !isFilledIn(object, path));
  const isSound = faults.every(({ severity }) => severity === 'warning');
  if (!isSound) return { problems: faults };
  return { template: new FileTemplate(object.kind, source, params), problems: faults };
}

class FileTemplate implements ObjectTemplate {
  readonly kind: string;
  readonly #source: GoTemplate;
  readonly #params: TemplateParams;
  #only: KubernetesObject | undefined;
  readonly #specs = new Map<string, PodSpec>();

  constructor(kind: string, source: GoTemplate, params: TemplateParams) {
    this.kind = kind;
    this.#source = source;
    this.#params = params;
  }

  instantiate(index: number, count: number): KubernetesObject {
    if (!this.#source.isConstant) return this.#shared(this.#read(index, count));
    this.#only ??= this.#read(index, count);
    return this.#only;
  }

  #read(index: number, count: number): KubernetesObject {
    const text = this.#source.render(dataFor(index, count, this.#params));
    const identity = identify(loadYaml(text, 'override')[0], '', '');
    assert(identity.is === 'known', 'a template makes objects of one kind');
    return decodeObject(withShapeNames(identity.object)) as KubernetesObject;
  }

  #shared(object: KubernetesObject): KubernetesObject {
    if (object.kind !== 'Pod') return object;
    const key = JSON.stringify(object.spec);
    const spec = this.#specs.get(key) ?? object.spec;
    this.#specs.set(key, spec);
    return { ...object, spec };
  }
}

function dataFor(index: number, count: number, params: TemplateParams): TemplateData {
  return new Map<string, TemplateValue>([...params, ['Index', index], ['Count', count]]);
}

/** The API server makes the name from generateName; volumes and claims are named by the test. */
function named(object: ApiObject): ApiObject {
  const { name, generateName } = object.metadata;
  if (name !== undefined) return object;
  const metadata = { ...object.metadata, name: (generateName ?? 'template').replace(/-+$/, '') };
  return { ...object, metadata };
}

/** Fields of a volume that the test itself sets. */
function isFilledIn(object: ApiObject, path: string): boolean {
  return object.kind === 'PersistentVolume' && /^spec\.(csi\.volumeHandle|claimRef)/.test(path);
}

/** Field names of any case in the API's own: Go decodes JSON so. */
function withShapeNames(object: ApiObject): ApiObject {
  const message = messageOfKind(object.apiVersion, object.kind);
  return renamed(object, { type: 'message', message }) as ApiObject;
}

function renamed(value: unknown, type: FieldType): unknown {
  if (type.type === 'list' && Array.isArray(value)) {
    return value.map((item) => renamed(item, type.element));
  }
  if (type.type !== 'message' || !isJsonObject(value)) return value;
  const shape = messageShape(type.message);
  if (shape === undefined) return value;
  const entries = Object.keys(value).map((key) => {
    const name = shape.has(key) ? key : (caseless(key, shape.keys()) ?? key);
    const inner = shape.get(name);
    return [name, inner === undefined ? value[key] : renamed(value[key], inner)] as const;
  });
  return Object.fromEntries(entries);
}

/** The name that differs from `key` in case only. */
export function caseless(key: string, names: Iterable<string>): string | undefined {
  const lower = key.toLowerCase();
  for (const name of names) if (name.toLowerCase() === lower) return name;
  return undefined;
}
