// What an admission webhook is asked about, and how it answers.
// Left out: what a mutating webhook changes, reinvocation, match conditions, selectors of objects.
// Source: Kubernetes v1.36 admissionregistration.k8s.io/v1, apiserver
// admission/plugin/webhook/predicates/rules.
import { resourceKindOfResource } from '../../../api/resource-kinds.js';
import type { ApiRequest } from '../../../client/api-request.js';
import type { DistributionSpec } from '../../../kernel/distributions.js';
import type { SimTime } from '../../../kernel/time.js';

export const webhookTypes = ['Mutating', 'Validating'] as const;

export type WebhookType = (typeof webhookTypes)[number];

export const webhookOperations = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*'] as const;

export type WebhookOperation = (typeof webhookOperations)[number];

export const failurePolicies = ['Fail', 'Ignore'] as const;

export type FailurePolicy = (typeof failurePolicies)[number];

export interface WebhookRule {
  readonly operations: readonly WebhookOperation[];
  /** '' is the core group; `*` all. */
  readonly apiGroups: readonly string[];
  /** `pods`, `pods/status`, `pods/*`, `*`, `*` + `/*`. */
  readonly resources: readonly string[];
}

export interface WebhookSpec {
  /** `policy.example.com`. Mutating webhooks are called in the order of their names. */
  readonly name: string;
  readonly type: WebhookType;
  readonly rules: readonly WebhookRule[];
  /** As a namespaceSelector leaves them out. */
  readonly excludedNamespaces: readonly string[];
  /** Until its answer has arrived, µs. */
  readonly latency: DistributionSpec;
  /** 1 to 30. */
  readonly timeoutSeconds: number;
  readonly failurePolicy: FailurePolicy;
  /** Times during which nothing listens, µs since the start. */
  readonly outages: readonly { readonly fromUs: SimTime; readonly toUs: SimTime }[];
}

/** The operation that a request is to admission; undefined: it is not admitted, as reads are not. */
export function operationOf({ verb }: ApiRequest): WebhookOperation | undefined {
  switch (verb) {
    case 'create':
      return 'CREATE';
    case 'update':
    case 'patch':
      return 'UPDATE';
    case 'delete':
      return 'DELETE';
    default:
      return undefined;
  }
}

/** Whether a webhook is called for a request. Linear in its rules. */
export function isCalledFor(
  { rules, excludedNamespaces }: WebhookSpec,
  operation: WebhookOperation,
  { resource, subresource, namespace }: ApiRequest,
): boolean {
  if (excludedNamespaces.includes(namespace)) return false;
  const apiVersion = resourceKindOfResource(resource)?.apiVersion ?? '';
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  return rules.some(
    (rule) =>
      hasOrAll(rule.operations, operation) &&
      hasOrAll(rule.apiGroups, group) &&
      rule.resources.some((pattern) => matchesResource(pattern, resource, subresource ?? '')),
  );
}

function hasOrAll(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

/** A pattern without a slash means the resource itself, without its subresources. */
function matchesResource(pattern: string, resource: string, subresource: string): boolean {
  const [of = '', sub = ''] = pattern.split('/');
  const isSub = sub === '*' || sub === subresource;
  return (of === '*' || of === resource) && isSub;
}
