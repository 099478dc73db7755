// The writes by which claims and volumes come together or part, one after the other: each is made
// of what the one before has stored. A step that finds its work done writes nothing.
// Source: Kubernetes v1.36 pkg/controller/volume/persistentvolume/pv_controller.go bind,
// unbindVolume (reference: nodes-controllers 3.16).
import {
  bindCompletedAnnotation,
  boundByControllerAnnotation,
  boundVolume,
} from '../../../api/claim-binding.js';
import { isSameData } from '../../../api/data-equality.js';
import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/persistent-volume.js';
import type { ApiRequest } from '../../../client/api-request.js';
import type { SimTime } from '../../../kernel/time.js';

/** What a sync works on, as stored last. */
export interface BindingPair {
  claim: PersistentVolumeClaim | undefined;
  volume: PersistentVolume | undefined;
}

/** One write, or undefined when nothing is to be written. */
export type BindingStep = (pair: BindingPair, now: SimTime) => ApiRequest | undefined;

type Volume = PersistentVolume;
type Claim = PersistentVolumeClaim;
export type VolumePhase = NonNullable<NonNullable<Volume['status']>['phase']>;

export function updateOf(body: Volume | Claim, subresource?: 'status'): ApiRequest {
  const resource =
    body.kind === 'PersistentVolume' ? 'persistentvolumes' : 'persistentvolumeclaims';
  const { namespace = '', name } = body.metadata;
  const request = { verb: 'update', resource, namespace, name, body } as const;
  return subresource === undefined ? request : { ...request, subresource };
}

/** A step that changes the volume itself. */
function volumeStep(change: (volume: Volume, pair: BindingPair) => Volume): BindingStep {
  return (pair) => {
    if (pair.volume === undefined) return undefined;
    const wanted = change(pair.volume, pair);
    return wanted === pair.volume ? undefined : updateOf(wanted);
  };
}

/** A step that changes the claim itself. */
export function claimStep(change: (claim: Claim, pair: BindingPair) => Claim): BindingStep {
  return (pair) => {
    if (pair.claim === undefined) return undefined;
    const wanted = change(pair.claim, pair);
    return wanted === pair.claim ? undefined : updateOf(wanted);
  };
}

/** The volume is in that phase from now on. */
export function volumePhaseStep(phase: VolumePhase): BindingStep {
  return ({ volume }, now) => {
    if (volume === undefined || volume.status?.phase === phase) return undefined;
    const status = { phase, lastPhaseTransitionTime: now };
    return updateOf({ ...volume, status }, 'status');
  };
}

/** The claim is in that phase; a bound one says what its volume has. */
export function claimPhaseStep(phase: 'Pending' | 'Bound' | 'Lost'): BindingStep {
  return ({ claim, volume }) => {
    if (claim === undefined) return undefined;
    const { accessModes, capacity } = volume?.spec ?? {};
    const status =
      phase === 'Bound'
        ? { phase, ...(accessModes && { accessModes }), ...(capacity && { capacity }) }
        : { phase };
    const { conditions: _, ...before } = claim.status ?? { phase: 'Pending' };
    return isSameData(before, status) ? undefined : updateOf({ ...claim, status }, 'status');
  };
}

/** The claim points at its volume, for good. */
function completedClaim(claim: Claim, { volume }: BindingPair): Claim {
  const { metadata, spec } = claim;
  const volumeName = volume?.metadata.name ?? '';
  const isOwnChoice = spec.volumeName === volumeName;
  const isCompleted = metadata.annotations?.[bindCompletedAnnotation] !== undefined;
  if (isOwnChoice && isCompleted) return claim;
  const annotations = {
    ...metadata.annotations,
    ...(isOwnChoice ? {} : { [boundByControllerAnnotation]: 'yes' }),
    [bindCompletedAnnotation]: 'yes',
  };
  return { ...claim, metadata: { ...metadata, annotations }, spec: { ...spec, volumeName } };
}

/** Binds the pair; each object is written twice, itself and its status. */
export const bindSteps: readonly BindingStep[] = [
  volumeStep((volume, { claim }) => (claim === undefined ? volume : boundVolume(volume, claim))),
  volumePhaseStep('Bound'),
  claimStep(completedClaim),
  claimPhaseStep('Bound'),
];

/** A volume that is nobody's any more; what its creator has said about its claim stays. */
function unboundVolume(volume: Volume): Volume {
  const { metadata, spec } = volume;
  const { claimRef, ...rest } = spec;
  const { [boundByControllerAnnotation]: byController, ...annotations } =
    metadata.annotations ?? {};
  if (byController !== undefined) {
    return { ...volume, metadata: { ...metadata, annotations }, spec: rest };
  }
  if (claimRef?.uid === undefined) return volume;
  const { uid: _uid, resourceVersion: _version, ...reference } = claimRef;
  return { ...volume, spec: { ...rest, claimRef: reference } };
}

/** Takes the volume back from a claim that has another one. */
export const unbindSteps: readonly BindingStep[] = [
  volumeStep(unboundVolume),
  volumePhaseStep('Available'),
];
