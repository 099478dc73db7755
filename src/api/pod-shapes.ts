/**
 * Shapes of metadata, of the pod and of its scheduling constraints. Notation: see `shape.ts`.
 *
 * Source: field names and types of Kubernetes v1.36 `core/v1` and `meta/v1`.
 */

/** Message name to fields. */
export const podShapes: Readonly<Record<string, string>> = {
  ObjectMeta:
    's: name generateName namespace selfLink uid; v: resourceVersion; l: generation deletionGracePeriodSeconds; t: creationTimestamp deletionTimestamp; {s}: labels annotations; [s]: finalizers; [OwnerReference]: ownerReferences; [ManagedFieldsEntry]: managedFields',
  OwnerReference: 's: apiVersion kind name uid; b: controller blockOwnerDeletion',
  ManagedFieldsEntry:
    's: manager operation apiVersion fieldsType subresource; t: time; any: fieldsV1',
  Condition: 's: type status reason message; t: lastTransitionTime; l: observedGeneration',
  ObjectReference: 's: apiVersion kind namespace name uid resourceVersion fieldPath',
  LocalObjectReference: 's: name',
  SecretReference: 's: name namespace',
  LabelSelector: '{s}: matchLabels; [LabelSelectorRequirement]: matchExpressions',
  LabelSelectorRequirement: 's: key operator; [s]: values',

  Pod: 's: apiVersion kind; ObjectMeta: metadata; PodSpec: spec; PodStatus: status',
  PodTemplateSpec: 'ObjectMeta: metadata; PodSpec: spec',
  PodSpec: [
    's: restartPolicy dnsPolicy serviceAccountName serviceAccount nodeName hostname subdomain',
    's: schedulerName priorityClassName preemptionPolicy runtimeClassName hostnameOverride',
    'b: automountServiceAccountToken hostNetwork hostPID hostIPC hostUsers',
    'b: shareProcessNamespace setHostnameAsFQDN enableServiceLinks',
    'l: terminationGracePeriodSeconds activeDeadlineSeconds; i: priority',
    '[Volume]: volumes; [Container]: initContainers containers',
    '[EphemeralContainer]: ephemeralContainers; {s}: nodeSelector; {q}: overhead',
    'PodSecurityContext: securityContext; [LocalObjectReference]: imagePullSecrets',
    'Affinity: affinity; [Toleration]: tolerations; [HostAlias]: hostAliases',
    'PodDNSConfig: dnsConfig; [PodReadinessGate]: readinessGates; PodOS: os',
    '[TopologySpreadConstraint]: topologySpreadConstraints',
    '[PodSchedulingGate]: schedulingGates; [PodResourceClaim]: resourceClaims',
    'ResourceRequirements: resources; PodSchedulingGroup: schedulingGroup',
  ].join(';'),
  HostAlias: 's: ip; [s]: hostnames',
  PodDNSConfig: '[s]: nameservers searches; [PodDNSConfigOption]: options',
  PodDNSConfigOption: 's: name value',
  PodReadinessGate: 's: conditionType',
  PodOS: 's: name',
  PodSchedulingGate: 's: name',
  PodSchedulingGroup: 's: podGroupName',
  PodResourceClaim: 's: name resourceClaimName resourceClaimTemplateName',
  PodSecurityContext: [
    'l: fsGroup runAsGroup runAsUser; b: runAsNonRoot; [l]: supplementalGroups',
    's: fsGroupChangePolicy seLinuxChangePolicy supplementalGroupsPolicy; [Sysctl]: sysctls',
    'SELinuxOptions: seLinuxOptions; SecurityProfile: seccompProfile appArmorProfile',
    'WindowsOptions: windowsOptions',
  ].join(';'),
  Sysctl: 's: name value',
  SELinuxOptions: 's: level role type user',
  SecurityProfile: 's: type localhostProfile',
  WindowsOptions: 's: gmsaCredentialSpec gmsaCredentialSpecName runAsUserName; b: hostProcess',

  PodStatus: [
    's: phase message reason nominatedNodeName hostIP podIP qosClass resize',
    'l: observedGeneration; t: startTime; [PodCondition]: conditions; [IP]: hostIPs podIPs',
    '[ContainerStatus]: initContainerStatuses containerStatuses ephemeralContainerStatuses',
    '{q}: allocatedResources; ResourceRequirements: resources; any: resourceClaimStatuses',
    'any: extendedResourceClaimStatus nodeAllocatableResourceClaimStatuses',
  ].join(';'),
  PodCondition:
    's: type status reason message; t: lastProbeTime lastTransitionTime; l: observedGeneration',
  IP: 's: ip',

  Affinity: 'NodeAffinity: nodeAffinity; PodAffinity: podAffinity podAntiAffinity',
  NodeAffinity: [
    'NodeSelector: requiredDuringSchedulingIgnoredDuringExecution',
    '[PreferredSchedulingTerm]: preferredDuringSchedulingIgnoredDuringExecution',
  ].join(';'),
  NodeSelector: '[NodeSelectorTerm]: nodeSelectorTerms',
  NodeSelectorTerm: '[NodeSelectorRequirement]: matchExpressions matchFields',
  NodeSelectorRequirement: 's: key operator; [s]: values',
  PreferredSchedulingTerm: 'i: weight; NodeSelectorTerm: preference',
  PodAffinity: [
    '[PodAffinityTerm]: requiredDuringSchedulingIgnoredDuringExecution',
    '[WeightedPodAffinityTerm]: preferredDuringSchedulingIgnoredDuringExecution',
  ].join(';'),
  PodAffinityTerm:
    's: topologyKey; LabelSelector: labelSelector namespaceSelector; [s]: namespaces matchLabelKeys mismatchLabelKeys',
  WeightedPodAffinityTerm: 'i: weight; PodAffinityTerm: podAffinityTerm',
  Toleration: 's: key operator value effect; l: tolerationSeconds',
  TopologySpreadConstraint:
    'i: maxSkew minDomains; s: topologyKey whenUnsatisfiable nodeAffinityPolicy nodeTaintsPolicy; LabelSelector: labelSelector; [s]: matchLabelKeys',
};
