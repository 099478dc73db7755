/**
 * Validation of FlowSchema and PriorityLevelConfiguration.
 *
 * Source: Kubernetes v1.36 `pkg/apis/flowcontrol/validation`.
 */

import { isSameData } from './data-equality.js';
import type { FieldPath } from './field-path.js';
import { forbidden, invalidValue, type ProblemList, requiredValue } from './field-problem.js';
import {
  EXEMPT,
  type FlowSchema,
  type FlowSubject,
  type LimitedPriorityLevelConfiguration,
  type NonResourcePolicyRule,
  type PolicyRulesWithSubjects,
  type PriorityLevelConfiguration,
  type QueuingConfiguration,
  type ResourcePolicyRule,
  type SeatShares,
} from './flow-control.js';
import { mandatoryFlowSchemas, mandatoryPriorityLevels } from './flow-control-bootstrap.js';
import { checkName, dnsLabelProblems, dnsSubdomainProblems } from './name-validation.js';
import { checkOneOf } from './value-checks.js';

const root: FieldPath = ['spec'];
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy'].concat(
  'update',
  'watch',
);
const subjectKinds = ['Group', 'ServiceAccount', 'User'];
const MAX_PRECEDENCE = 10_000;
const MAX_QUEUES = 10_000_000;
/** Bits of a flow's hash that dealing a hand may use up. */
const MAX_HASH_BITS = 60n;

/** Validates a FlowSchema. */
export function checkFlowSchema({ metadata, spec }: FlowSchema, problems: ProblemList): void {
  const { matchingPrecedence: precedence = 0, priorityLevelConfiguration: level } = spec;
  checkPrecedence(precedence, metadata.name, problems);
  const methodAt = [...root, 'distinguisherMethod', 'type'];
  checkOneOf(spec.distinguisherMethod?.type, ['ByNamespace', 'ByUser'], methodAt, problems);
  const levelAt = [...root, 'priorityLevelConfiguration', 'name'];
  if ((level?.name ?? '') === '') {
    problems.push(requiredValue(levelAt, 'must reference a priority level'));
  } else checkName(level.name, dnsSubdomainProblems, levelAt, problems);
  for (const [index, rule] of (spec.rules ?? []).entries()) {
    checkRules(rule, [...root, 'rules', index], problems);
  }
  const fixed = mandatoryFlowSchemas.find((each) => each.metadata.name === metadata.name);
  if (fixed !== undefined && !isSameData(spec, fixed.spec)) {
    const detail = `spec of '${metadata.name}' must equal the fixed value`;
    problems.push(invalidValue(root, spec, detail));
  }
}

function checkPrecedence(precedence: number, name: string, problems: ProblemList): void {
  const at = [...root, 'matchingPrecedence'];
  const refuse = (detail: string): void => {
    problems.push(invalidValue(at, precedence, detail));
  };
  if (precedence <= 0) refuse('must be a positive value');
  if (precedence > MAX_PRECEDENCE) refuse(`must not be greater than ${MAX_PRECEDENCE}`);
  if (precedence === 1 && name !== EXEMPT) {
    refuse("only the schema named 'exempt' may have matchingPrecedence 1");
  }
}

function checkRules(rule: PolicyRulesWithSubjects, at: FieldPath, problems: ProblemList): void {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  if (subjects.length === 0) {
    const detail = 'subjects must contain at least one value';
    problems.push(requiredValue([...at, 'subjects'], detail));
  }
  for (const [index, subject] of subjects.entries()) {
    checkSubject(subject, [...at, 'subjects', index], problems);
  }
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    const detail = 'at least one of resourceRules and nonResourceRules has to be non-empty';
    problems.push(requiredValue(at, detail));
  }
  for (const [index, each] of resourceRules.entries()) {
    checkResourceRule(each, [...at, 'resourceRules', index], problems);
  }
  for (const [index, each] of nonResourceRules.entries()) {
    checkNonResourceRule(each, [...at, 'nonResourceRules', index], problems);
  }
}

/** The field of each kind of subject. */
const fieldOfKind = [
  ['ServiceAccount', 'serviceAccount'],
  ['User', 'user'],
  ['Group', 'group'],
] as const;

function checkSubject(subject: FlowSubject, at: FieldPath, problems: ProblemList): void {
  checkOneOf(subject.kind, subjectKinds, [...at, 'kind'], problems);
  if (!subjectKinds.includes(subject.kind)) return;
  for (const [kind, field] of fieldOfKind) {
    const value = subject[field];
    const path = [...at, field];
    if (kind !== subject.kind) {
      const detail = `${field} is forbidden when subject kind is not '${kind}'`;
      if (value !== undefined) problems.push(forbidden(path, detail));
    } else if (value === undefined) {
      problems.push(requiredValue(path, `${field} is required when subject kind is '${kind}'`));
    } else if ((value.name ?? '') === '') problems.push(requiredValue([...path, 'name']));
  }
  if (subject.kind === 'ServiceAccount' && subject.serviceAccount !== undefined) {
    checkServiceAccount(subject.serviceAccount, [...at, 'serviceAccount'], problems);
  }
}

function checkServiceAccount(
  { namespace = '', name = '' }: { readonly namespace: string; readonly name: string },
  at: FieldPath,
  problems: ProblemList,
): void {
  if (name !== '' && name !== '*') {
    checkName(name, dnsSubdomainProblems, [...at, 'name'], problems);
  }
  const namespaceAt = [...at, 'namespace'];
  if (namespace !== '') checkName(namespace, dnsLabelProblems, namespaceAt, problems);
  else problems.push(requiredValue(namespaceAt, 'must specify namespace for service account'));
}

/** A list that holds something, and `*` only alone; `what` is how messages name its items. */
function checkList(
  values: readonly string[] | undefined,
  at: FieldPath,
  required: string,
  what: string,
  problems: ProblemList,
): void {
  if (values === undefined || values.length === 0) problems.push(requiredValue(at, required));
  else if (values.length > 1 && values.includes('*')) {
    const detail = `if '*' is present, must not specify other ${what}`;
    problems.push(invalidValue(at, values, detail));
  }
}

function checkVerbs(
  values: readonly string[] | undefined,
  at: FieldPath,
  problems: ProblemList,
): void {
  checkList(values, at, 'verbs must contain at least one value', 'verbs', problems);
  if (values?.includes('*')) return;
  for (const verb of values ?? []) checkOneOf(verb, verbs, at, problems);
}

function checkResourceRule(rule: ResourcePolicyRule, at: FieldPath, problems: ProblemList): void {
  checkVerbs(rule.verbs, [...at, 'verbs'], problems);
  const groupsAt = [...at, 'apiGroups'];
  const oneGroup = 'resource rules must supply at least one api group';
  checkList(rule.apiGroups, groupsAt, oneGroup, 'api groups', problems);
  const resourcesAt = [...at, 'resources'];
  const oneResource = 'resource rules must supply at least one resource';
  checkList(rule.resources, resourcesAt, oneResource, 'resources', problems);
  const { namespaces = [], clusterScope = false } = rule;
  if (namespaces.length === 0 && clusterScope) return;
  const namespacesAt = [...at, 'namespaces'];
  const oneNamespace =
    'resource rules that are not cluster scoped must supply at least one namespace';
  checkList(namespaces, namespacesAt, oneNamespace, 'namespaces', problems);
  if (namespaces.includes('*')) return;
  for (const [index, namespace] of namespaces.entries()) {
    for (const problem of dnsLabelProblems(namespace)) {
      const detail = `each member of this list must be '*' or a DNS-1123 label; ${problem}`;
      problems.push(invalidValue([...namespacesAt, index], namespace, detail));
    }
  }
}

function checkNonResourceRule(
  rule: NonResourcePolicyRule,
  at: FieldPath,
  problems: ProblemList,
): void {
  checkVerbs(rule.verbs, [...at, 'verbs'], problems);
  const urlsAt = [...at, 'nonResourceURLs'];
  const required = 'nonResourceURLs must contain at least one value';
  checkList(rule.nonResourceURLs, urlsAt, required, 'non-resource URLs', problems);
  if (rule.nonResourceURLs?.includes('*')) return;
  for (const [index, url] of (rule.nonResourceURLs ?? []).entries()) {
    const fault = urlFault(url);
    if (fault !== undefined) problems.push(invalidValue([...urlsAt, index], url, fault));
  }
}

function urlFault(path: string): string | undefined {
  if (path === '') return 'must not be empty';
  if (path === '/') return undefined;
  if (!path.startsWith('/')) return 'must start with slash';
  if (path.includes(' ')) return 'must not contain white-space';
  if (path.includes('//')) return 'must not contain double slash';
  const isSuffix = path.endsWith('/*') && path.indexOf('*') === path.length - 1;
  return path.includes('*') && !isSuffix ? 'wildcard can only do suffix matching' : undefined;
}

/** Validates a PriorityLevelConfiguration. */
export function checkPriorityLevelConfiguration(
  { metadata, spec }: PriorityLevelConfiguration,
  problems: ProblemList,
): void {
  const isExempt = spec.type === 'Exempt';
  if ((metadata.name === EXEMPT) !== isExempt) {
    const detail = "type must be 'Exempt' if and only if name is 'exempt'";
    problems.push(invalidValue([...root, 'type'], spec.type, detail));
  }
  checkOneOf(spec.type, ['Exempt', 'Limited'], [...root, 'type'], problems);
  const limitedAt = [...root, 'limited'];
  if (isExempt) {
    if (spec.exempt !== undefined) checkShares(spec.exempt, [...root, 'exempt'], problems);
    if (spec.limited !== undefined) {
      problems.push(forbidden(limitedAt, 'must be nil if the type is not Limited'));
    }
  } else if (spec.type === 'Limited') {
    if (spec.exempt !== undefined) {
      problems.push(forbidden([...root, 'exempt'], 'must be nil if the type is Limited'));
    }
    if (spec.limited === undefined) {
      problems.push(requiredValue(limitedAt, 'must not be empty when type is Limited'));
    } else checkLimited(spec.limited, limitedAt, problems);
  }
  checkFixedLevel(metadata.name, spec, problems);
}

/** The mandatory levels may not be changed, but for the shares of the exempt one. */
function checkFixedLevel(
  name: string,
  spec: PriorityLevelConfiguration['spec'],
  problems: ProblemList,
): void {
  const fixed = mandatoryPriorityLevels.find((each) => each.metadata.name === name);
  if (fixed === undefined) return;
  const isFree = name === EXEMPT;
  const stated = isFree ? { ...spec, exempt: fixed.spec.exempt } : spec;
  if (isSameData(stated, fixed.spec)) return;
  const but = isFree ? " except the 'spec.exempt' field" : '';
  problems.push(invalidValue(root, spec, `spec of '${name}'${but} must equal the fixed value`));
}

function checkShares(shares: SeatShares, at: FieldPath, problems: ProblemList): void {
  const { nominalConcurrencyShares = 0, lendablePercent = 0 } = shares;
  if (nominalConcurrencyShares < 0) {
    const detail = 'must be a non-negative integer';
    const path = [...at, 'nominalConcurrencyShares'];
    problems.push(invalidValue(path, nominalConcurrencyShares, detail));
  }
  if (lendablePercent < 0 || lendablePercent > 100) {
    const detail = 'must be between 0 and 100, inclusive';
    problems.push(invalidValue([...at, 'lendablePercent'], lendablePercent, detail));
  }
}

function checkLimited(
  limited: LimitedPriorityLevelConfiguration,
  at: FieldPath,
  problems: ProblemList,
): void {
  checkShares(limited, at, problems);
  const { borrowingLimitPercent: limit, limitResponse: response } = limited;
  if (limit !== undefined && limit < 0) {
    const detail = 'if specified, must be a non-negative integer';
    problems.push(invalidValue([...at, 'borrowingLimitPercent'], limit, detail));
  }
  const responseAt = [...at, 'limitResponse'];
  const type = response?.type ?? '';
  checkOneOf(type, ['Queue', 'Reject'], [...responseAt, 'type'], problems);
  const queuingAt = [...responseAt, 'queuing'];
  if (type === 'Reject' && response?.queuing !== undefined) {
    const detail = 'must be nil if limited.limitResponse.type is not Limited';
    problems.push(forbidden(queuingAt, detail));
  }
  if (type !== 'Queue') return;
  if (response?.queuing !== undefined) checkQueuing(response.queuing, queuingAt, problems);
  else {
    const detail = 'must not be empty if limited.limitResponse.type is Limited';
    problems.push(requiredValue(queuingAt, detail));
  }
}

function checkQueuing(queuing: QueuingConfiguration, at: FieldPath, problems: ProblemList): void {
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing;
  const refuse = (field: string, value: number, detail: string): void => {
    problems.push(invalidValue([...at, field], value, detail));
  };
  if (queueLengthLimit <= 0) refuse('queueLengthLimit', queueLengthLimit, 'must be positive');
  if (queues <= 0) refuse('queues', queues, 'must be positive');
  else if (queues > MAX_QUEUES) {
    refuse('queues', queues, `must not be greater than ${MAX_QUEUES}`);
  }
  if (handSize <= 0) refuse('handSize', handSize, 'must be positive');
  else if (handSize > queues) {
    refuse('handSize', handSize, `should not be greater than queues (${queues})`);
  } else if (!isDealable(queues, handSize)) {
    const detail = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${MAX_HASH_BITS}`;
    refuse('handSize', handSize, detail);
  }
}

/** Whether a hash has bits enough to deal that many cards: queues^handSize <= 2^60. */
function isDealable(queues: number, handSize: number): boolean {
  const most = 1n << MAX_HASH_BITS;
  let hands = 1n;
  for (let card = 0; card < handSize && hands <= most; card++) hands *= BigInt(queues);
  return hands <= most;
}
