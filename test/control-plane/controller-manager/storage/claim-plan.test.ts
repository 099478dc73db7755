// What is to be done for a claim, case by case.
import { describe, expect, test } from 'vitest';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../../../src/api/persistent-volume.js';
import {
  type BindingPlan,
  type ClaimSurroundings,
  planClaim,
} from '../../../../src/control-plane/controller-manager/storage/claim-plan.js';
import { claim, storageClass, volume } from './storage-objects.js';

interface Around {
  readonly volumes?: readonly PersistentVolume[];
  readonly classes?: readonly StorageClass[];
  readonly pods?: readonly string[];
}

function surroundings({ volumes = [], classes = [], pods = [] }: Around): ClaimSurroundings {
  return {
    volume: (name) => volumes.find(({ metadata }) => metadata.name === name),
    candidates: ({ spec }) =>
      volumes.filter(
        (each) => (each.spec.storageClassName ?? '') === (spec.storageClassName ?? ''),
      ),
    storageClass: (name) => classes.find(({ metadata }) => metadata.name === name),
    defaultClass: () => classes.find(({ metadata }) => metadata.annotations !== undefined),
    unscheduledPods: () => pods,
  };
}

const plan = (object: PersistentVolumeClaim, around: Around = {}): BindingPlan =>
  planClaim(object, surroundings(around));

/** The requests of a plan, each made of the object that the plan is about. */
function requests(object: PersistentVolumeClaim, { steps, volume: found }: BindingPlan): string[] {
  const pair = { claim: object, volume: found };
  return steps.flatMap((step) => {
    const request = step(pair, 0);
    return request ? [`${request.resource}${request.subresource ? '/status' : ''}`] : [];
  });
}

const available = (name: string, size: string, more: Partial<PersistentVolume['spec']> = {}) => ({
  ...volume(name, size, more),
  status: { phase: 'Available' as const },
});

describe('a claim without volume', () => {
  test('gets the smallest one that is large enough, and four writes bind them', () => {
    const volumes = [available('huge', '1Ti'), available('small', '5Gi'), available('fit', '12Gi')];
    const wanted = claim('data');
    const found = plan(wanted, { volumes });
    expect(found.volume?.metadata.name).toBe('fit');
    expect(requests(wanted, found)).toEqual([
      'persistentvolumes',
      'persistentvolumes/status',
      'persistentvolumeclaims',
      'persistentvolumeclaims/status',
    ]);
  });

  test.each([
    ['access modes that the volume lacks', { accessModes: ['ReadWriteMany'] }],
    ['another volume mode', { volumeMode: 'Block' }],
    ['a selector that does not match', { selector: { matchLabels: { disk: 'ssd' } } }],
    ['another class', { storageClassName: 'other' }],
  ] as const)('does not get one with %s', (_, spec) => {
    expect(plan(claim('data', spec), { volumes: [available('fit', '12Gi')] }).volume).toBe(
      undefined,
    );
  });

  test('gets the one that its creator has made for it, before a smaller one', () => {
    const claimRef = { namespace: 'default', name: 'data' };
    const volumes = [available('fit', '12Gi'), available('own', '1Ti', { claimRef })];
    expect(plan(claim('data'), { volumes }).volume?.metadata.name).toBe('own');
  });

  test('is told that there is neither volume nor class', () => {
    expect(plan(claim('data')).event).toEqual({
      type: 'Normal',
      reason: 'FailedBinding',
      message: 'no persistent volumes available for this claim and no storage class is set',
    });
  });

  test('is told that its class is not there', () => {
    const { event, steps } = plan(claim('data', { storageClassName: 'fats' }));
    expect(event?.reason).toBe('ProvisioningFailed');
    expect(event?.message).toBe('storageclass.storage.k8s.io "fats" not found');
    expect(steps, 'it stays Pending').toHaveLength(1);
  });

  test('gets the default class when it names none, and stays without when it says so', () => {
    const marked = storageClass('std', { metadata: { name: 'std', annotations: {} } });
    const { storageClassName: _, ...spec } = claim('data').spec;
    const unclassed = { ...claim('data'), spec };
    const [step] = plan(unclassed, { classes: [marked] }).steps;
    const body = step?.({ claim: unclassed, volume: undefined }, 0)?.body as PersistentVolumeClaim;
    expect(body.spec.storageClassName).toBe('std');
    expect(plan(claim('data'), { classes: [marked] }).event?.reason).toBe('FailedBinding');
  });
});

describe('a claim of a class with a provisioner', () => {
  const own = claim('data', { storageClassName: 'fast' });

  test('is given to the CSI driver, also to the one that took an old plugin over', () => {
    const provisioners = ['disk.example.com', 'kubernetes.io/gce-pd'].map((provisioner) => {
      const [step] = plan(own, { classes: [storageClass('fast', { provisioner })] }).steps;
      const body = step?.({ claim: own, volume: undefined }, 0)?.body;
      return body?.metadata.annotations?.['volume.kubernetes.io/storage-provisioner'];
    });
    expect(provisioners).toEqual(['disk.example.com', 'pd.csi.storage.gke.io']);
  });

  test('is not given to a class whose volumes somebody has to make', () => {
    const local = storageClass('fast', { provisioner: 'kubernetes.io/no-provisioner' });
    expect(plan(own, { classes: [local] }).event?.message).toContain('no volume plugin matched');
  });

  test('waits for its pod to have a node when the class says so', () => {
    const late = storageClass('fast', { volumeBindingMode: 'WaitForFirstConsumer' });
    const volumes = [available('fit', '12Gi', { storageClassName: 'fast' })];
    const alone = plan(own, { classes: [late], volumes });
    expect(alone.event?.reason).toBe('WaitForFirstConsumer');
    expect(alone.volume, 'which volume will do depends on the node').toBe(undefined);
    const used = plan(own, { classes: [late], pods: ['web-0', 'web-1'] });
    expect(used.event?.message).toBe('waiting for pods web-0,web-1 to be scheduled');
    const annotations = { 'volume.kubernetes.io/selected-node': 'node-1' };
    const placed = claim('data', { storageClassName: 'fast' }, { annotations });
    expect(plan(placed, { classes: [late] }).event?.reason).toBe('ExternalProvisioning');
  });
});

describe('a claim that names its volume', () => {
  test('waits for it, takes it when it fits, and says why not', () => {
    const own = claim('data', { volumeName: 'disk-1' });
    expect(plan(own).event).toBe(undefined);
    expect(plan(own, { volumes: [available('disk-1', '10Gi')] }).steps).toHaveLength(4);
    const { event } = plan(own, { volumes: [available('disk-1', '5Gi')] });
    expect(event?.reason).toBe('VolumeMismatch');
    expect(event?.message).toBe(
      'Cannot bind to requested volume "disk-1": requested PV is too small',
    );
  });

  test('is told when another claim has it', () => {
    const claimRef = { namespace: 'default', name: 'other', uid: 'u2' };
    const volumes = [available('disk-1', '10Gi', { claimRef })];
    const { event } = plan(claim('data', { volumeName: 'disk-1' }), { volumes });
    expect(event?.message).toBe('volume "disk-1" already bound to a different claim.');
  });
});

describe('a claim that was bound', () => {
  const annotations = { 'pv.kubernetes.io/bind-completed': 'yes' };
  const own = claim('data', { volumeName: 'disk-1' }, { annotations, uid: 'u1' });

  test('is lost with its volume, or when that is bound to another claim', () => {
    expect(plan(own).event?.reason).toBe('ClaimLost');
    const claimRef = { namespace: 'default', name: 'data', uid: 'u2' };
    const volumes = [available('disk-1', '10Gi', { claimRef })];
    expect(plan(own, { volumes }).event?.reason).toBe('ClaimMisbound');
  });

  test('needs no write when both sides are complete', () => {
    const claimRef = { namespace: 'default', name: 'data', uid: 'u1' };
    const bound = {
      ...volume('disk-1', '10Gi', { claimRef }),
      status: { phase: 'Bound' as const },
    };
    const status = {
      phase: 'Bound' as const,
      accessModes: ['ReadWriteOnce' as const],
      capacity: { storage: '10Gi' },
    };
    const complete = { ...own, status };
    expect(requests(complete, plan(complete, { volumes: [bound] }))).toEqual([]);
  });
});
