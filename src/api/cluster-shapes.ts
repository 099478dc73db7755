/**
 * Shapes of nodes, namespaces, services and the small kinds around them. Notation: see `shape.ts`.
 *
 * Source: field names and types of Kubernetes v1.36 `core/v1`, `discovery/v1`, `coordination/v1`
 * and `scheduling/v1`.
 */

const object = 's: apiVersion kind; ObjectMeta: metadata';

/** Message name to fields. */
export const clusterShapes: Readonly<Record<string, string>> = {
  Node: `${object}; NodeSpec: spec; NodeStatus: status`,
  NodeSpec: [
    's: podCIDR providerID externalID; [s]: podCIDRs; b: unschedulable; [Taint]: taints',
    'any: configSource',
  ].join(';'),
  Taint: 's: key value effect; t: timeAdded',
  NodeStatus: [
    '{q}: capacity allocatable; s: phase; [NodeCondition]: conditions; [NodeAddress]: addresses',
    'NodeDaemonEndpoints: daemonEndpoints; NodeSystemInfo: nodeInfo; [ContainerImage]: images',
    '[s]: volumesInUse declaredFeatures; [AttachedVolume]: volumesAttached',
    'any: config features runtimeHandlers',
  ].join(';'),
  NodeCondition: 's: type status reason message; t: lastHeartbeatTime lastTransitionTime',
  NodeAddress: 's: type address',
  NodeDaemonEndpoints: 'DaemonEndpoint: kubeletEndpoint',
  DaemonEndpoint: 'i: Port',
  NodeSystemInfo: [
    's: machineID systemUUID bootID kernelVersion osImage containerRuntimeVersion kubeletVersion',
    's: kubeProxyVersion operatingSystem architecture; any: swap',
  ].join(';'),
  ContainerImage: '[s]: names; l: sizeBytes',
  AttachedVolume: 's: name devicePath',

  NodeClaim: `${object}; NodeClaimSpec: spec; NodeClaimStatus: status`,
  NodeClaimSpec: [
    's: expireAfter terminationGracePeriod',
    'any: nodeClassRef requirements resources taints startupTaints',
  ].join(';'),
  NodeClaimStatus: [
    's: nodeName providerID imageID; {q}: capacity allocatable; [ReplicaCondition]: conditions',
    't: lastPodEventTime',
  ].join(';'),

  Namespace: `${object}; NamespaceSpec: spec; NamespaceStatus: status`,
  NamespaceSpec: '[s]: finalizers',
  NamespaceStatus: 's: phase; [ReplicaCondition]: conditions',
  ServiceAccount: `${object}; [ObjectReference]: secrets; [LocalObjectReference]: imagePullSecrets; b: automountServiceAccountToken`,
  ConfigMap: `${object}; {s}: data binaryData; b: immutable`,
  Secret: `${object}; {s}: data stringData; s: type; b: immutable`,

  Service: `${object}; ServiceSpec: spec; ServiceStatus: status`,
  ServiceSpec: [
    's: clusterIP type sessionAffinity loadBalancerIP loadBalancerClass externalName',
    's: externalTrafficPolicy internalTrafficPolicy ipFamilyPolicy trafficDistribution',
    '[s]: clusterIPs externalIPs loadBalancerSourceRanges ipFamilies; {s}: selector',
    'b: allocateLoadBalancerNodePorts publishNotReadyAddresses; i: healthCheckNodePort',
    '[ServicePort]: ports; SessionAffinityConfig: sessionAffinityConfig',
  ].join(';'),
  ServicePort: 's: name protocol appProtocol; i: port nodePort; x: targetPort',
  SessionAffinityConfig: 'ClientIPConfig: clientIP',
  ClientIPConfig: 'i: timeoutSeconds',
  ServiceStatus: 'LoadBalancerStatus: loadBalancer; [Condition]: conditions',
  LoadBalancerStatus: '[LoadBalancerIngress]: ingress',
  LoadBalancerIngress: 's: ip hostname ipMode; any: ports',
  EndpointSlice: `${object}; s: addressType; [Endpoint]: endpoints; [EndpointPort]: ports`,
  Endpoints: `${object}; [EndpointSubset]: subsets`,
  EndpointSubset: '[EndpointAddress]: addresses notReadyAddresses; [EndpointsPort]: ports',
  EndpointAddress: 's: ip hostname nodeName; ObjectReference: targetRef',
  EndpointsPort: 's: name protocol appProtocol; i: port',
  Endpoint: [
    '[s]: addresses; EndpointConditions: conditions; s: hostname nodeName zone',
    'ObjectReference: targetRef; EndpointHints: hints; {s}: deprecatedTopology',
  ].join(';'),
  EndpointConditions: 'b: ready serving terminating',
  EndpointHints: '[LocalObjectReference]: forZones forNodes',
  EndpointPort: 's: name protocol appProtocol; i: port',

  Lease: `${object}; LeaseSpec: spec`,
  LeaseSpec: [
    's: holderIdentity strategy preferredHolder; i: leaseDurationSeconds leaseTransitions',
    't: acquireTime renewTime',
  ].join(';'),
  Event: [
    object,
    'ObjectReference: involvedObject related; EventSource: source; EventSeries: series; i: count',
    's: reason message type action reportingComponent reportingInstance',
    't: firstTimestamp lastTimestamp eventTime',
  ].join(';'),
  EventSource: 's: component host',
  EventSeries: 'i: count; t: lastObservedTime',
  Binding: `${object}; ObjectReference: target`,

  PriorityClass: `${object}; i: value; b: globalDefault; s: description preemptionPolicy`,
  LimitRange: `${object}; LimitRangeSpec: spec`,
  LimitRangeSpec: '[LimitRangeItem]: limits',
  LimitRangeItem: 's: type; {q}: max min default defaultRequest maxLimitRequestRatio',
  ResourceQuota: `${object}; ResourceQuotaSpec: spec; ResourceQuotaStatus: status`,
  ResourceQuotaSpec: '{q}: hard; [s]: scopes; ScopeSelector: scopeSelector',
  ScopeSelector: '[ScopedResourceSelectorRequirement]: matchExpressions',
  ScopedResourceSelectorRequirement: 's: scopeName operator; [s]: values',
  ResourceQuotaStatus: '{q}: hard used',
};
