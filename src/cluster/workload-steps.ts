// What kubectl sends to change workloads: it looks at the object first, and refuses by itself what
// makes no sense.
// Source: Kubernetes v1.36 kubectl pkg/cmd/{rollout,set,label,annotate,autoscale},
// pkg/polymorphichelpers/rollback.go (reference: nodes-controllers 10.9).
import type { ControllerRevision } from '../api/controller-revision.js';
import { isSameData } from '../api/data-equality.js';
import { withGroup } from '../api/group.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { controllerOf } from '../api/object-meta.js';
import type { PodTemplateSpec } from '../api/pod.js';
import type { ReplicaSet } from '../api/replica-set.js';
import { resourceKindNamed } from '../api/resource-kinds.js';
import { formatTimestamp } from '../api/timestamp.js';
import { type ApiResponse, isSuccess } from '../client/api-request.js';
import { revisionOf } from '../control-plane/controller-manager/deployment/replica-set-revisions.js';
import { templateOf } from '../control-plane/controller-manager/revision-history.js';
import type { SimTime } from '../kernel/time.js';
import {
  addressOf,
  createRequest,
  patchRequest,
  type Step,
  type StepRequest,
} from './driver-step.js';
import type { ObjectReference } from './operation.js';
import type {
  MarkOperation,
  RolloutPauseOperation,
  RolloutUndoOperation,
  SetImageOperation,
  WorkloadOperation,
} from './workload-operation.js';

type Answer = StepRequest | { refusal: string } | undefined;

/** An object with a template of pods. */
type Templated = KubernetesObject & { readonly spec: { readonly template: PodTemplateSpec } };

/** The step of an operation that begins now. */
export function workloadStep(operation: WorkloadOperation, now: SimTime): Step {
  const { target } = operation;
  switch (operation.op) {
    case 'rolloutRestart':
      return { verb: 'rollout restart', target, request: restartRequest(target, now) };
    case 'autoscale':
      return { verb: 'autoscale', target, request: createRequest(operation.autoscaler) };
    case 'rolloutUndo':
      return afterGet('rollout undo', target, (object) => historyOf(operation, object));
    case 'rolloutPause':
    case 'rolloutResume':
      return afterGet(
        operation.op === 'rolloutPause' ? 'rollout pause' : 'rollout resume',
        target,
        (object) => pauseAnswer(operation, object),
      );
    case 'setImage':
      return afterGet('set image', target, (object) => imageAnswer(operation, object));
    case 'label':
    case 'annotate':
      return afterGet(operation.op, target, () => ({ request: markRequest(operation) }));
  }
}

/** kubectl marks the template with the time, which makes it another one. */
function restartRequest(target: ObjectReference, now: SimTime): StepRequest['request'] {
  const annotations = { 'kubectl.kubernetes.io/restartedAt': formatTimestamp(now, 0) };
  return patchRequest(target, { spec: { template: { metadata: { annotations } } } });
}

/** A step that reads its object first. */
function afterGet(
  verb: string,
  target: ObjectReference,
  next: (object: KubernetesObject) => Answer,
): Step {
  return {
    verb,
    target,
    request: { verb: 'get', ...addressOf(target) },
    next: (response) =>
      isSuccess(response) ? next(response.object as KubernetesObject) : undefined,
  };
}

/** `deployments.apps "web"`: an object as kubectl names it. */
function titleOf({ kind, name }: ObjectReference): string {
  const found = resourceKindNamed(kind);
  return `${withGroup(found?.resource ?? kind, found?.apiVersion ?? '')} "${name}"`;
}

function pauseAnswer({ op, target }: RolloutPauseOperation, object: KubernetesObject): Answer {
  const isPaused = object.kind === 'Deployment' && object.spec.paused === true;
  const paused = op === 'rolloutPause';
  if (isPaused === paused) {
    return { refusal: `${titleOf(target)} is ${paused ? 'already' : 'not'} paused` };
  }
  return { request: patchRequest(target, { spec: { paused: paused ? true : null } }) };
}

function imageAnswer({ target, images }: SetImageOperation, object: KubernetesObject): Answer {
  const { containers, initContainers = [] } = (object as Templated).spec.template.spec;
  const names = [...initContainers, ...containers].map(({ name }) => name);
  const missing = images.find(([name]) => name !== '*' && !names.includes(name));
  if (missing !== undefined) {
    return { refusal: `unable to find container named "${missing[0]}"` };
  }
  const imageOf = (name: string): string | undefined =>
    images.findLast(([container]) => container === '*' || container === name)?.[1];
  const changed = (list: typeof containers) =>
    list.flatMap(({ name }) => {
      const image = imageOf(name);
      return image === undefined ? [] : [{ name, image }];
    });
  const init = changed(initContainers);
  const plain = changed(containers);
  const spec = {
    ...(plain.length > 0 && { containers: plain }),
    ...(init.length > 0 && { initContainers: init }),
  };
  return { request: patchRequest(target, { spec: { template: { spec } } }) };
}

function markRequest({ op, target, marks }: MarkOperation): StepRequest['request'] {
  const field = op === 'label' ? 'labels' : 'annotations';
  return patchRequest(target, { metadata: { [field]: marks } });
}

/** A past template of an object. */
interface Revision {
  readonly number: number;
  readonly template: PodTemplateSpec;
}

/** Asks for the past templates. */
function historyOf(operation: RolloutUndoOperation, object: KubernetesObject): Answer {
  if (object.kind === 'Deployment' && object.spec.paused === true) {
    const command = "resume it first with 'kubectl rollout resume' and try again";
    return { refusal: `you cannot rollback a paused deployment; ${command}` };
  }
  const resource = object.kind === 'Deployment' ? 'replicasets' : 'controllerrevisions';
  const { namespace = '' } = object.metadata;
  return {
    request: { verb: 'list', resource, namespace, name: '' },
    next: (response) => rollback(operation, object as Templated, response),
  };
}

/** Puts a past template in the place of the present one, unless it is the same. */
function rollback(
  { target, toRevision }: RolloutUndoOperation,
  owner: Templated,
  response: ApiResponse,
): Answer {
  if (!isSuccess(response)) return undefined;
  const revisions = (response.items ?? [])
    .filter((item) => controllerOf(item)?.uid === owner.metadata.uid)
    .map((item) => revisionIn(item as ReplicaSet | ControllerRevision))
    .sort((a, b) => a.number - b.number);
  const wanted =
    toRevision === undefined
      ? revisions.at(-2)
      : revisions.find(({ number }) => number === toRevision);
  if (wanted === undefined) {
    const refusal =
      toRevision === undefined
        ? `no rollout history found for ${titleOf(target)}`
        : `unable to find specified revision ${toRevision} in history`;
    return { refusal };
  }
  const { template } = wanted;
  if (isSameData(template, owner.spec.template)) return undefined;
  const apply = (current: KubernetesObject): KubernetesObject => {
    const { spec } = current as Templated;
    return { ...current, spec: { ...spec, template } } as KubernetesObject;
  };
  const patch = { bytes: JSON.stringify(template).length, apply };
  return { request: { verb: 'patch', ...addressOf(target), patch } };
}

/** A ReplicaSet's template has a label of its own beside what the Deployment's had. */
function revisionIn(item: ReplicaSet | ControllerRevision): Revision {
  if (item.kind === 'ControllerRevision') {
    return { number: item.revision, template: templateOf(item) };
  }
  const template = item.spec.template as PodTemplateSpec;
  const { 'pod-template-hash': _hash, ...labels } = template.metadata?.labels ?? {};
  return {
    number: revisionOf(item),
    template: { ...template, metadata: { ...template.metadata, labels } },
  };
}
