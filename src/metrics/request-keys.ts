// Kinds of requests by small numbers, so that counting one costs no text: verb, resource,
// subresource and scope, as the apiserver's metrics tell them apart.
// Source: Kubernetes v1.36 apiserver endpoints/metrics/metrics.go.
import { groupAndVersion } from '../api/group.js';
import { resourceKindOfResource } from '../api/resource-kinds.js';
import type { ApiCall } from '../client/api-call.js';
import type { ApiRequest, Verb } from '../client/api-request.js';
import { ATTRIBUTE_COUNT } from '../client/request-attributes.js';

const scopes = ['resource', 'namespace', 'cluster'] as const;

/** Index of the scope of a request. */
function scopeIndexOf({ verb, namespace, name }: ApiRequest): 0 | 1 | 2 {
  if (name !== '' || verb === 'create') return 0;
  return namespace === '' ? 2 : 1;
}

/** What a request is about: one object, a namespace, everything. */
export type RequestScope = (typeof scopes)[number];

export function scopeOf(request: ApiRequest): RequestScope {
  return scopes[scopeIndexOf(request)];
}

/** The verb as metrics have it: the HTTP method, but LIST and WATCH. */
export function verbLabel(verb: Verb): string {
  if (verb === 'create') return 'POST';
  return verb === 'update' ? 'PUT' : verb.toUpperCase();
}

/** The labels that every metric of a request has, by name. */
export function requestLabels(request: ApiRequest) {
  const { verb, resource, subresource = '' } = request;
  const { apiVersion = '' } = resourceKindOfResource(resource) ?? {};
  const [group, version] = groupAndVersion(apiVersion);
  const scope = scopeOf(request);
  return { group, resource, scope, subresource, verb: verbLabel(verb), version };
}

/** Numbers kinds of requests; those of unknown resources as they come. */
export class RequestKeys {
  readonly #unknown = new Map<string, number>();

  /** From 0. O(1). */
  of({ request, attributes }: Pick<ApiCall, 'request' | 'attributes'>): number {
    const known = attributes >= 0 ? attributes : this.#numberOf(request);
    return known * scopes.length + scopeIndexOf(request);
  }

  #numberOf({ verb, resource, subresource }: ApiRequest): number {
    const key = `${verb} ${resource}/${subresource ?? ''}`;
    let number = this.#unknown.get(key);
    if (number === undefined) {
      number = ATTRIBUTE_COUNT + this.#unknown.size;
      this.#unknown.set(key, number);
    }
    return number;
  }
}
