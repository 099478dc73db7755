// Whether a FlowSchema is about a request: who sent it, and what it asks for.
// Source: Kubernetes v1.36 apiserver util/flowcontrol/rule.go (reference: controlplane B3).
import type {
  FlowSchema,
  FlowSubject,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
} from '../../../api/flow-control.js';

/** Who sends requests, as authentication found. */
export interface UserInfo {
  readonly user: string;
  readonly groups: readonly string[];
}

/** What a request is about. */
export type RequestSubject =
  | {
      readonly verb: string;
      readonly apiGroup: string;
      readonly resource: string;
      readonly subresource: string;
      /** '' for a request of the cluster's scope. */
      readonly namespace: string;
    }
  | { readonly verb: string; readonly path: string };

const ACCOUNT_PREFIX = 'system:serviceaccount:';

/** True when one of the subjects of a rule sent the request and the rule is about it. */
export function matchesSchema(
  { spec }: FlowSchema,
  sender: UserInfo,
  request: RequestSubject,
): boolean {
  return (spec.rules ?? []).some(
    (rule) => matchesSender(rule, sender) && matchesRequest(rule, request),
  );
}

/** True when one of the rule's subjects is the sender. */
export function matchesSender(rule: PolicyRulesWithSubjects, sender: UserInfo): boolean {
  return (rule.subjects ?? []).some((subject) => isSubject(subject, sender));
}

function isSubject(subject: FlowSubject, { user, groups }: UserInfo): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.user?.name === '*' || subject.user?.name === user;
    case 'Group':
      return subject.group?.name === '*' || groups.includes(subject.group?.name ?? '');
    case 'ServiceAccount': {
      const { namespace, name } = subject.serviceAccount ?? {};
      const account = `${ACCOUNT_PREFIX}${namespace}:`;
      return name === '*' ? user.startsWith(account) : user === `${account}${name}`;
    }
  }
}

/** True when one of the rule's resource or non-resource rules is about the request. */
function matchesRequest(rule: PolicyRulesWithSubjects, request: RequestSubject): boolean {
  if ('path' in request) {
    const { verb, path } = request;
    return (rule.nonResourceRules ?? []).some((each) => isAboutPath(each, verb, path));
  }
  return (rule.resourceRules ?? []).some((each) => isAboutResource(each, request));
}

function isAboutResource(
  rule: ResourcePolicyRule,
  request: Exclude<RequestSubject, { readonly path: string }>,
): boolean {
  const { verb, apiGroup, resource, subresource, namespace } = request;
  const name = subresource === '' ? resource : `${resource}/${subresource}`;
  if (!includes(rule.verbs, verb) || !includes(rule.resources, name)) return false;
  if (!includes(rule.apiGroups, apiGroup)) return false;
  return namespace === '' ? rule.clusterScope === true : includes(rule.namespaces ?? [], namespace);
}

function isAboutPath(rule: NonResourcePolicyRule, verb: string, path: string): boolean {
  return includes(rule.verbs, verb) && rule.nonResourceURLs.some((url) => coversPath(url, path));
}

/** A path covers itself and everything below it, with or without a star at its end. */
function coversPath(url: string, path: string): boolean {
  if (url === '*' || url === path) return true;
  const folder = url.endsWith('*') ? url.slice(0, -1) : url;
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function includes(values: readonly string[], value: string): boolean {
  return (values.length === 1 && values[0] === '*') || values.includes(value);
}
