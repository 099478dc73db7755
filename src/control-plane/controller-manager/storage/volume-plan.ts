// What is to be done for a volume: offer it, keep it for its claim, or release it when that is
// gone. What becomes of a released one is its provisioner's affair (reclaim policy Delete) or
// nobody's (Retain). Pure. Left out: the policy Recycle, deletion by in-tree plugins.
// Source: Kubernetes v1.36 pkg/controller/volume/persistentvolume/pv_controller.go syncVolume
// (reference: nodes-controllers 3.16).
import type { PersistentVolume, PersistentVolumeClaim } from '../../../api/persistent-volume.js';
import { unbindSteps, volumePhaseStep } from './binding-steps.js';
import type { BindingPlan } from './claim-plan.js';

/** Name of the driver that has made a volume. */
const provisionedByAnnotation = 'pv.kubernetes.io/provisioned-by';

/** A plan for a volume; `enqueueClaim`: its claim is to be looked at. */
export interface VolumePlan extends BindingPlan {
  readonly enqueueClaim: boolean;
}

const plan = (steps: VolumePlan['steps'], enqueueClaim = false): VolumePlan => ({
  steps,
  enqueueClaim,
});

/** `claim` is the one that the volume names; undefined when it is gone or never was. */
export function planVolume(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim | undefined,
): VolumePlan {
  const { claimRef } = volume.spec;
  if (claimRef === undefined) return plan([volumePhaseStep('Available')]);
  // Its creator keeps it for a claim that has not been bound yet.
  if ((claimRef.uid ?? '') === '') return plan([volumePhaseStep('Available')], claim !== undefined);
  if (claim === undefined || claim.metadata.uid !== claimRef.uid) return released(volume);
  const { volumeName = '' } = claim.spec;
  if (volumeName === '') return plan([], true);
  if (volumeName === volume.metadata.name) return plan([volumePhaseStep('Bound')]);
  const isMade = volume.metadata.annotations?.[provisionedByAnnotation] !== undefined;
  if (isMade && volume.spec.persistentVolumeReclaimPolicy === 'Delete') return released(volume);
  return plan(unbindSteps);
}

function released({ status }: PersistentVolume): VolumePlan {
  return plan(status?.phase === 'Failed' ? [] : [volumePhaseStep('Released')]);
}
