/**
 * The storage of a cluster: as the scenario states it, or what its manifests need. A cluster in
 * which nothing uses volumes has none, and nobody in it looks after volumes.
 */

import { didYouMean } from '../api/did-you-mean.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { StorageClass } from '../api/persistent-volume.js';
import { csiDriverOf, defaultClassAnnotation, noProvisioner } from '../api/storage-provisioner.js';
import type { CsiDriverSpec, CsiLatencies, StorageSpec } from '../cluster/cluster-spec.js';
import type { Operation } from '../cluster/operation.js';
import type { DistributionSpec } from '../kernel/distributions.js';
import { csiDriverDefaults as defaults } from './constants.js';
import { type DistributionText, distributionOf } from './distribution-text.js';
import { durationUs } from './duration.js';
import type { SpecProblem } from './scenario-problems.js';
import type { StorageText } from './schema-storage.js';

type DriverText = NonNullable<StorageText['drivers']>[number];
type ClassText = NonNullable<StorageText['classes']>[number];

/** Of the driver that a cluster has when nothing is said about its storage. */
const assumedDriver = 'csi.kubeclock.dev';
const assumedClass: ClassText = { name: 'standard', provisioner: assumedDriver, isDefault: true };

const storageKinds: ReadonlySet<unknown> = new Set([
  'CSIDriver',
  'CSINode',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'StorageClass',
  'VolumeAttachment',
]);

/**
 * Whether some part of it is about volumes that outlive a pod. Linear in its size.
 * @param seen parts that are not: pods of one shape share their specs.
 */
function isAboutStorage(value: unknown, seen: Set<object>): boolean {
  if (typeof value !== 'object' || value === null || seen.has(value)) return false;
  seen.add(value);
  if (Array.isArray(value)) return value.some((each) => isAboutStorage(each, seen));
  const tree = value as Readonly<Record<string, unknown>>;
  if (storageKinds.has(tree['kind'])) return true;
  const { persistentVolumeClaim, ephemeral, volumeClaimTemplates } = tree;
  if (typeof (persistentVolumeClaim ?? ephemeral) === 'object') return true;
  if (Array.isArray(volumeClaimTemplates) && volumeClaimTemplates.length > 0) return true;
  return Object.values(tree).some((each) => isAboutStorage(each, seen));
}

/** What is there, and the notice about what nobody has described. */
export interface ChosenStorage {
  readonly storage: StorageSpec | undefined;
  readonly notices: readonly string[];
}

/** `stated` as the scenario has it, if it says anything. */
export function storageOf(
  stated: StorageText | undefined,
  operations: readonly Operation[],
): ChosenStorage {
  if (stated !== undefined) {
    const drivers = (stated.drivers ?? []).map(driverOf);
    return { storage: { drivers, classes: (stated.classes ?? []).map(classOf) }, notices: [] };
  }
  if (!isAboutStorage(operations, new Set())) return { storage: undefined, notices: [] };
  const asked = provisionersOf(operations);
  const names = [assumedDriver, ...asked];
  const rest = asked.length === 0 ? '' : `; drivers for ${asked.join(', ')} are assumed as well`;
  return {
    storage: { drivers: names.map((name) => driverOf({ name })), classes: [classOf(assumedClass)] },
    notices: [
      `No storage is described: a CSI driver ${assumedDriver} with the default StorageClass ` +
        `standard (WaitForFirstConsumer)${rest}.`,
    ],
  };
}

/** The drivers that StorageClasses of the workload ask for, in their order. */
function provisionersOf(operations: readonly Operation[]): readonly string[] {
  const objects = operations.flatMap((operation): readonly KubernetesObject[] =>
    'objects' in operation ? operation.objects : [],
  );
  const names = objects.flatMap((object) =>
    object.kind === 'StorageClass' && object.provisioner !== noProvisioner
      ? [csiDriverOf(object.provisioner)]
      : [],
  );
  return [...new Set(names)].filter((name) => name !== assumedDriver);
}

function driverOf(text: DriverText): CsiDriverSpec {
  const { name, attachRequired = true, attachLimit, reach = 'zone' } = text;
  return { name, attachRequired, attachLimit, reach, latencies: latenciesOf(text) };
}

function latenciesOf(text: DriverText): CsiLatencies {
  const stated = (
    each: DistributionText | undefined,
    p50: number,
    p99: number,
  ): DistributionSpec =>
    each === undefined ? { kind: 'logNormal', p50, p99 } : distributionOf(each, durationUs);
  return {
    provision: stated(text.provision, defaults.provisionP50Us, defaults.provisionP99Us),
    delete: stated(text.delete, defaults.deleteP50Us, defaults.deleteP99Us),
    attach: stated(text.attach, defaults.attachP50Us, defaults.attachP99Us),
    detach: stated(text.detach, defaults.detachP50Us, defaults.detachP99Us),
    stage: stated(text.stage, defaults.stageP50Us, defaults.stageP99Us),
    unstage: stated(text.unstage, defaults.unstageP50Us, defaults.unstageP99Us),
    publish: stated(text.publish, defaults.publishP50Us, defaults.publishP99Us),
    unpublish: stated(text.unpublish, defaults.publishP50Us, defaults.publishP99Us),
  };
}

function classOf(text: ClassText): StorageClass {
  const { name, provisioner, isDefault = false } = text;
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, ...(isDefault && { annotations: { [defaultClassAnnotation]: 'true' } }) },
    provisioner,
    reclaimPolicy: text.reclaimPolicy ?? 'Delete',
    volumeBindingMode: text.volumeBindingMode ?? 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  };
}

/** What contradicts itself. */
export function storageProblems(stated: StorageText | undefined): readonly SpecProblem[] {
  const { drivers = [], classes = [] } = stated ?? {};
  const names = drivers.map(({ name }) => name);
  const unknown = classes.flatMap(({ provisioner }, index): readonly SpecProblem[] => {
    if (names.includes(provisioner)) return [];
    const steps = ['storage', 'classes', index, 'provisioner'];
    const message = `there is no driver "${provisioner}" among storage.drivers`;
    const suggestion = didYouMean(provisioner, names);
    const expected = names.length === 0 ? 'a driver in storage.drivers' : names.join(', ');
    return [{ steps, message, expected, ...(suggestion !== undefined && { suggestion }) }];
  });
  return [...duplicates('drivers', drivers), ...duplicates('classes', classes), ...unknown];
}

function duplicates(
  list: 'drivers' | 'classes',
  items: readonly { readonly name: string }[],
): readonly SpecProblem[] {
  const names = items.map(({ name }) => name);
  return names.flatMap((name, index): readonly SpecProblem[] => {
    if (names.indexOf(name) === index) return [];
    const what = list === 'drivers' ? 'driver' : 'class';
    const steps = ['storage', list, index, 'name'];
    return [{ steps, message: `a ${what} named "${name}" is there already` }];
  });
}
