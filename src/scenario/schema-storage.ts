/**
 * Persistent storage in a scenario: CSI drivers, how long their storage takes for what, and the
 * StorageClasses that the cluster has from the start.
 */

import type { z } from 'zod';
import { volumeReaches } from '../control-plane/csi/volume-topology.js';
import { durations, flag, list, mapping, oneOf, textLike, wholeNumber } from './schema-parts.js';

const driverName = textLike(
  /^[A-Za-z0-9]([-.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/,
  'a CSI driver name such as ebs.csi.aws.com: letters, digits, "-" and ".", at most 63',
);

const className = textLike(
  /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/,
  'a StorageClass name: lower case letters, digits, "-" and "."',
);

const driver = mapping({
  name: driverName.describe('Such as ebs.csi.aws.com.'),
  attachRequired: flag()
    .optional()
    .describe('Whether volumes are attached to a node before they are mounted; default true.'),
  attachLimit: wholeNumber(1, 1_000)
    .optional()
    .describe("Volumes that a node can have attached: its CSINode's allocatable count."),
  reach: oneOf(volumeReaches)
    .optional()
    .describe('From where a volume can be used: all nodes, its zone (default), or one node.'),
  provision: durations.optional().describe('CreateVolume.'),
  delete: durations.optional().describe('DeleteVolume.'),
  attach: durations.optional().describe('ControllerPublishVolume.'),
  detach: durations.optional().describe('ControllerUnpublishVolume.'),
  stage: durations.optional().describe('NodeStageVolume: once for a volume on a node.'),
  unstage: durations.optional().describe('NodeUnstageVolume.'),
  publish: durations.optional().describe('NodePublishVolume: for each pod.'),
  unpublish: durations.optional().describe('NodeUnpublishVolume.'),
});

const storageClass = mapping({
  name: className.describe('By which claims ask for it.'),
  provisioner: driverName.describe('One of the drivers.'),
  isDefault: flag().optional().describe('For claims that name no class.'),
  reclaimPolicy: oneOf(['Delete', 'Retain'])
    .optional()
    .describe('What becomes of a volume whose claim is deleted; Delete when absent.'),
  volumeBindingMode: oneOf(['Immediate', 'WaitForFirstConsumer'])
    .optional()
    .describe('WaitForFirstConsumer when absent, as in the classes of the cloud providers.'),
});

export const storage = mapping({
  drivers: list(driver, 'CSI drivers {name, provision, attach, …}')
    .optional()
    .describe('What makes volumes, and attaches and mounts them.'),
  classes: list(storageClass, 'classes {name, provisioner, …}')
    .optional()
    .describe('StorageClasses that the cluster has from the start.'),
}).describe(
  'CSI drivers and StorageClasses. When absent and something uses volumes, one driver and the ' +
    'default class "standard".',
);

/** As written. */
export type StorageText = z.infer<typeof storage>;
