/**
 * Shapes of FlowSchema and PriorityLevelConfiguration. Notation: see `shape.ts`.
 *
 * Source: field names and types of Kubernetes v1.36 `flowcontrol/v1`.
 */

const object = 's: apiVersion kind; ObjectMeta: metadata';

/** Message name to fields. */
export const flowControlShapes: Readonly<Record<string, string>> = {
  FlowSchema: `${object}; FlowSchemaSpec: spec; FlowSchemaStatus: status`,
  FlowSchemaSpec: [
    'PriorityLevelConfigurationReference: priorityLevelConfiguration; i: matchingPrecedence',
    'FlowDistinguisherMethod: distinguisherMethod; [PolicyRulesWithSubjects]: rules',
  ].join(';'),
  PriorityLevelConfigurationReference: 's: name',
  FlowDistinguisherMethod: 's: type',
  PolicyRulesWithSubjects: [
    '[FlowSubject]: subjects; [ResourcePolicyRule]: resourceRules',
    '[NonResourcePolicyRule]: nonResourceRules',
  ].join(';'),
  FlowSubject: 's: kind; NamedSubject: user group; ServiceAccountSubject: serviceAccount',
  NamedSubject: 's: name',
  ServiceAccountSubject: 's: namespace name',
  ResourcePolicyRule: '[s]: verbs apiGroups resources namespaces; b: clusterScope',
  NonResourcePolicyRule: '[s]: verbs nonResourceURLs',
  FlowSchemaStatus: '[FlowSchemaCondition]: conditions',
  FlowSchemaCondition: 's: type status reason message; t: lastTransitionTime',

  PriorityLevelConfiguration: [
    object,
    'PriorityLevelConfigurationSpec: spec; PriorityLevelConfigurationStatus: status',
  ].join(';'),
  PriorityLevelConfigurationSpec: [
    's: type; LimitedPriorityLevelConfiguration: limited',
    'ExemptPriorityLevelConfiguration: exempt',
  ].join(';'),
  ExemptPriorityLevelConfiguration: 'i: nominalConcurrencyShares lendablePercent',
  LimitedPriorityLevelConfiguration: [
    'i: nominalConcurrencyShares lendablePercent borrowingLimitPercent',
    'LimitResponse: limitResponse',
  ].join(';'),
  LimitResponse: 's: type; QueuingConfiguration: queuing',
  QueuingConfiguration: 'i: queues handSize queueLengthLimit',
  PriorityLevelConfigurationStatus: '[FlowSchemaCondition]: conditions',
};
