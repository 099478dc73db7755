// What is to be done for a claim: bind it to the volume that fits best, ask for one to be made,
// wait, or say that it has lost its volume. Pure. Left out: VolumeAttributesClass, expansion,
// in-tree provisioners.
// Source: Kubernetes v1.36 pkg/controller/volume/persistentvolume/pv_controller.go syncClaim
// (reference: nodes-controllers 3.16).
import {
  bindCompletedAnnotation,
  boundByControllerAnnotation,
  classNameOf,
  isBoundTo,
  selectedNodeAnnotation,
} from '../../../api/claim-binding.js';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../api/persistent-volume.js';
import { compareQuantities } from '../../../api/quantity.js';
import { csiDriverOf, noProvisioner } from '../../../api/storage-provisioner.js';
import { matchingVolumes, requestedStorage } from '../../../api/volume-matching.js';
import { type BindingStep, bindSteps, claimPhaseStep, claimStep } from './binding-steps.js';

/** What a plan may look at. */
export interface ClaimSurroundings {
  readonly volume: (name: string) => PersistentVolume | undefined;
  /** Volumes of a class that are free, or are meant for this claim. */
  readonly candidates: (claim: PersistentVolumeClaim) => readonly PersistentVolume[];
  readonly storageClass: (name: string) => StorageClass | undefined;
  /** The class of claims that name none; undefined when no class is marked. */
  readonly defaultClass: () => StorageClass | undefined;
  /** Pods that use the claim and have no node. */
  readonly unscheduledPods: (claim: PersistentVolumeClaim) => readonly string[];
}

/** An Event about the object of the sync. */
export interface PlannedEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Writes in their order, and what is said of it. */
export interface BindingPlan {
  readonly steps: readonly BindingStep[];
  /** The volume that the steps are about as well. */
  readonly volume?: PersistentVolume;
  readonly event?: PlannedEvent;
}

const pending: readonly BindingStep[] = [claimPhaseStep('Pending')];
const provisionerAnnotation = 'volume.kubernetes.io/storage-provisioner';
const oldProvisionerAnnotation = 'volume.beta.kubernetes.io/storage-provisioner';

/** The provisioner that a claim has been given to; '' for none. */
function provisionerOf({ metadata }: PersistentVolumeClaim): string {
  return metadata.annotations?.[provisionerAnnotation] ?? '';
}

/** Work for the claim as it is now. Linear in the volumes of its class when it is not bound. */
export function planClaim(claim: PersistentVolumeClaim, around: ClaimSurroundings): BindingPlan {
  if (claim.metadata.annotations?.[bindCompletedAnnotation] !== undefined) {
    return planBound(claim, around);
  }
  return (claim.spec.volumeName ?? '') === ''
    ? planUnbound(claim, around)
    : planRequested(claim, around);
}

function lost(reason: string, message: string): BindingPlan {
  return { steps: [claimPhaseStep('Lost')], event: { type: 'Warning', reason, message } };
}

/** A claim that was bound before: its volume must still be there and be its own. */
function planBound(claim: PersistentVolumeClaim, around: ClaimSurroundings): BindingPlan {
  const { volumeName = '' } = claim.spec;
  if (volumeName === '') {
    const text = 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!';
    return lost('ClaimLost', text);
  }
  const volume = around.volume(volumeName);
  if (volume === undefined) {
    return lost(
      'ClaimLost',
      'Bound claim has lost its PersistentVolume. Data on the volume is lost!',
    );
  }
  if (volume.spec.claimRef === undefined || isBoundTo(volume, claim)) {
    return { steps: bindSteps, volume };
  }
  return lost(
    'ClaimMisbound',
    'Two claims are bound to the same volume, this one is bound incorrectly',
  );
}

/** A claim whose creator has named its volume. */
function planRequested(claim: PersistentVolumeClaim, around: ClaimSurroundings): BindingPlan {
  const { volumeName = '' } = claim.spec;
  const volume = around.volume(volumeName);
  if (volume === undefined) return { steps: pending };
  if (volume.spec.claimRef === undefined) {
    const fault = mismatch(volume, claim);
    if (fault === '') return { steps: bindSteps, volume };
    const message = `Cannot bind to requested volume "${volumeName}": ${fault}`;
    return { steps: pending, event: { type: 'Warning', reason: 'VolumeMismatch', message } };
  }
  if (isBoundTo(volume, claim)) return { steps: bindSteps, volume };
  const isOwnChoice = claim.metadata.annotations?.[boundByControllerAnnotation] === undefined;
  const message = `volume "${volumeName}" already bound to a different claim.`;
  return {
    steps: pending,
    ...(isOwnChoice && { event: { type: 'Warning', reason: 'FailedBinding', message } as const }),
  };
}

/** Why the volume will not do; '' when it will. */
function mismatch({ spec }: PersistentVolume, claim: PersistentVolumeClaim): string {
  const wanted = requestedStorage(claim);
  if (compareQuantities(spec.capacity?.['storage'] ?? '0', wanted) < 0) {
    return 'requested PV is too small';
  }
  if ((spec.storageClassName ?? '') !== classNameOf(claim))
    return 'storageClassName does not match';
  if ((spec.volumeMode ?? 'Filesystem') !== (claim.spec.volumeMode ?? 'Filesystem')) {
    return 'incompatible volumeMode';
  }
  const hasModes = claim.spec.accessModes?.every((mode) => spec.accessModes?.includes(mode));
  return hasModes === false ? 'incompatible accessMode' : '';
}

function planUnbound(claim: PersistentVolumeClaim, around: ClaimSurroundings): BindingPlan {
  const { annotations } = claim.metadata;
  const className = classNameOf(claim);
  const storageClass = className === '' ? undefined : around.storageClass(className);
  const isDelayed = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
  const { prebound, available } = matchingVolumes(claim, around.candidates(claim));
  // Which node the volume has to be usable on is not known yet.
  const best = prebound ?? (isDelayed ? undefined : available[0]);
  if (best !== undefined) return { steps: bindSteps, volume: best };
  if (isDelayed && annotations?.[selectedNodeAnnotation] === undefined) {
    return { steps: pending, event: waitingEvent(around.unscheduledPods(claim)) };
  }
  if (className !== '') return planProvisioning(claim, className, storageClass);
  const fallback = claim.spec.storageClassName === undefined ? around.defaultClass() : undefined;
  if (fallback !== undefined) {
    const { name } = fallback.metadata;
    const classed = claimStep((now) => ({ ...now, spec: { ...now.spec, storageClassName: name } }));
    return { steps: [classed] };
  }
  const message = 'no persistent volumes available for this claim and no storage class is set';
  return { steps: pending, event: { type: 'Normal', reason: 'FailedBinding', message } };
}

function waitingEvent(pods: readonly string[]): PlannedEvent {
  if (pods.length === 0) {
    const message = 'waiting for first consumer to be created before binding';
    return { type: 'Normal', reason: 'WaitForFirstConsumer', message };
  }
  const noun = pods.length === 1 ? 'pod' : 'pods';
  const message = `waiting for ${noun} ${pods.join(',')} to be scheduled`;
  return { type: 'Normal', reason: 'WaitForPodScheduled', message };
}

/** Names the provisioner on the claim, which then takes it over. */
function planProvisioning(
  claim: PersistentVolumeClaim,
  className: string,
  storageClass: StorageClass | undefined,
): BindingPlan {
  const failed = (message: string): BindingPlan => ({
    steps: pending,
    event: { type: 'Warning', reason: 'ProvisioningFailed', message },
  });
  if (storageClass === undefined) {
    return failed(`storageclass.storage.k8s.io "${className}" not found`);
  }
  const { provisioner } = storageClass;
  if (provisioner === noProvisioner) return failed(`no volume plugin matched name: ${provisioner}`);
  const driver = csiDriverOf(provisioner);
  const hasOwner = provisionerOf(claim) === driver;
  const owned = claimStep((now) => {
    const { metadata } = now;
    const annotations = {
      ...metadata.annotations,
      [oldProvisionerAnnotation]: driver,
      [provisionerAnnotation]: driver,
    };
    return { ...now, metadata: { ...metadata, annotations } };
  });
  const message =
    `Waiting for a volume to be created either by the external provisioner '${driver}' or ` +
    'manually by the system administrator. If volume creation is delayed, please verify that the ' +
    'provisioner is running and correctly registered.';
  const event = { type: 'Normal', reason: 'ExternalProvisioning', message } as const;
  return { steps: hasOwner ? pending : [owned, ...pending], event };
}
