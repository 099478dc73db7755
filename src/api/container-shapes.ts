/**
 * Shapes of containers, probes and container statuses. Notation: see `shape.ts`.
 *
 * Source: field names and types of Kubernetes v1.36 `core/v1`.
 */

const container: string = [
  's: name image workingDir restartPolicy terminationMessagePath terminationMessagePolicy',
  's: imagePullPolicy; [s]: command args; b: stdin stdinOnce tty; [ContainerPort]: ports',
  '[EnvVar]: env; [EnvFromSource]: envFrom; ResourceRequirements: resources',
  '[ContainerResizePolicy]: resizePolicy; [ContainerRestartRule]: restartPolicyRules',
  '[VolumeMount]: volumeMounts; [VolumeDevice]: volumeDevices; Lifecycle: lifecycle',
  'Probe: livenessProbe readinessProbe startupProbe; SecurityContext: securityContext',
].join(';');

/** Message name to fields. */
export const containerShapes: Readonly<Record<string, string>> = {
  Container: container,
  EphemeralContainer: `${container}; s: targetContainerName`,
  ContainerPort: 's: name protocol hostIP; i: containerPort hostPort',
  EnvVar: 's: name value; EnvVarSource: valueFrom',
  EnvVarSource: [
    'ObjectFieldSelector: fieldRef; ResourceFieldSelector: resourceFieldRef',
    'KeySelector: configMapKeyRef secretKeyRef; FileKeySelector: fileKeyRef',
  ].join(';'),
  ObjectFieldSelector: 's: apiVersion fieldPath',
  ResourceFieldSelector: 's: containerName resource; q: divisor',
  KeySelector: 's: name key; b: optional',
  FileKeySelector: 's: volumeName path key; b: optional',
  EnvFromSource: 's: prefix; OptionalReference: configMapRef secretRef',
  OptionalReference: 's: name; b: optional',
  ResourceRequirements: '{q}: requests limits; [ResourceClaim]: claims',
  ResourceClaim: 's: name request',
  ContainerResizePolicy: 's: resourceName restartPolicy',
  ContainerRestartRule: 's: action; ExitCodes: exitCodes',
  ExitCodes: 's: operator; [i]: values',
  SecurityContext: [
    'b: allowPrivilegeEscalation privileged readOnlyRootFilesystem runAsNonRoot; s: procMount',
    'l: runAsGroup runAsUser; Capabilities: capabilities; SELinuxOptions: seLinuxOptions',
    'SecurityProfile: seccompProfile appArmorProfile; WindowsOptions: windowsOptions',
  ].join(';'),
  Capabilities: '[s]: add drop',

  Probe: [
    'i: initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold',
    'l: terminationGracePeriodSeconds; ExecAction: exec; HTTPGetAction: httpGet',
    'TCPSocketAction: tcpSocket; GRPCAction: grpc',
  ].join(';'),
  ExecAction: '[s]: command',
  HTTPGetAction: 's: path host scheme; x: port; [HTTPHeader]: httpHeaders',
  HTTPHeader: 's: name value',
  TCPSocketAction: 's: host; x: port',
  GRPCAction: 'i: port; s: service',
  Lifecycle: 'LifecycleHandler: postStart preStop; s: stopSignal',
  LifecycleHandler:
    'ExecAction: exec; HTTPGetAction: httpGet; TCPSocketAction: tcpSocket; SleepAction: sleep',
  SleepAction: 'l: seconds',

  ContainerStatus: [
    's: name image imageID containerID stopSignal; b: ready started; i: restartCount',
    'ContainerState: state lastState; {q}: allocatedResources; ResourceRequirements: resources',
    '[VolumeMountStatus]: volumeMounts; any: allocatedResourcesStatus user',
  ].join(';'),
  ContainerState:
    'ContainerStateWaiting: waiting; ContainerStateRunning: running; ContainerStateTerminated: terminated',
  ContainerStateWaiting: 's: reason message',
  ContainerStateRunning: 't: startedAt',
  ContainerStateTerminated:
    'i: exitCode signal; s: reason message containerID; t: startedAt finishedAt',
  VolumeMountStatus: 's: name mountPath recursiveReadOnly; b: readOnly; any: volumeStatus',
};
