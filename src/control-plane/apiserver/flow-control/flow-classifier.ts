// Which FlowSchema a request belongs to. The schemas are gone through once for each kind of sender
// and request; after that a table answers.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/apf_controller.go startRequest
// (reference: controlplane B3).
import { CATCH_ALL, type FlowSchema } from '../../../api/flow-control.js';
import { resourceKindOfResource } from '../../../api/resource-kinds.js';
import type { ApiRequest } from '../../../client/api-request.js';
import { ATTRIBUTE_COUNT, attributesOf } from '../../../client/request-attributes.js';
import { matchesSchema, matchesSender } from './matching.js';
import type { Principal } from './principal.js';

/** Scopes that no rule names apart: the cluster's, and any namespace. */
const CLUSTER_SCOPE = 0;
const SOME_NAMESPACE = 1;
const NAMED_SCOPES = 2;

const UNKNOWN = -1;

export class FlowClassifier {
  readonly #schemas: readonly FlowSchema[];
  readonly #catchAll: number;
  /** Namespaces that rules name. */
  readonly #scopes = new Map<string, number>();
  readonly #classes = new Map<string, number>();
  /** Index of the schema by subject class, scope and attributes. */
  #table = new Int16Array(0);

  /** `schemas` in the order in which they are tried; `catch-all` is among them. */
  constructor(schemas: readonly FlowSchema[]) {
    this.#schemas = schemas;
    this.#catchAll = schemas.findIndex(({ metadata }) => metadata.name === CATCH_ALL);
    for (const { spec } of schemas) {
      for (const { resourceRules = [] } of spec.rules ?? []) {
        for (const { namespaces = [] } of resourceRules) {
          for (const namespace of namespaces) this.#addScope(namespace);
        }
      }
    }
  }

  #addScope(namespace: string): void {
    if (namespace === '*' || this.#scopes.has(namespace)) return;
    this.#scopes.set(namespace, NAMED_SCOPES + this.#scopes.size);
  }

  /** Index of the schema of a request. O(1) but for the first of its kind. */
  classify(sender: Principal, request: ApiRequest): number {
    const attributes = attributesOf(request);
    if (attributes < 0) return this.#search(sender, request);
    if (sender.subjectClass < 0) sender.subjectClass = this.#classOf(sender);
    const scopes = NAMED_SCOPES + this.#scopes.size;
    const row = sender.subjectClass * scopes + this.#scopeOf(request.namespace);
    const cell = row * ATTRIBUTE_COUNT + attributes;
    const known = this.#table[cell] as number;
    if (known !== UNKNOWN) return known;
    const found = this.#search(sender, request);
    this.#table[cell] = found;
    return found;
  }

  #scopeOf(namespace: string): number {
    if (namespace === '') return CLUSTER_SCOPE;
    if (this.#scopes.size === 0) return SOME_NAMESPACE;
    return this.#scopes.get(namespace) ?? SOME_NAMESPACE;
  }

  #classOf(sender: Principal): number {
    let signature = '';
    for (const { spec } of this.#schemas) {
      for (const rule of spec.rules ?? []) signature += matchesSender(rule, sender) ? '1' : '0';
    }
    const known = this.#classes.get(signature);
    if (known !== undefined) return known;
    const subjectClass = this.#classes.size;
    this.#classes.set(signature, subjectClass);
    const rows = (subjectClass + 1) * (NAMED_SCOPES + this.#scopes.size);
    const table = new Int16Array(rows * ATTRIBUTE_COUNT).fill(UNKNOWN);
    table.set(this.#table);
    this.#table = table;
    return subjectClass;
  }

  #search(sender: Principal, request: ApiRequest): number {
    const { verb, resource, subresource = '', namespace } = request;
    const apiGroup = groupOf(resourceKindOfResource(resource)?.apiVersion ?? '');
    const subject = { verb, apiGroup, resource, subresource, namespace };
    const found = this.#schemas.findIndex((schema) => matchesSchema(schema, sender, subject));
    return found < 0 ? this.#catchAll : found;
  }
}

/** `apps` of `apps/v1`, '' of `v1`. */
function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
