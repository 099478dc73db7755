// When nodes can be expected never to be promised more than they have.
import { expect, test } from 'vitest';
import type { SchedulerSpec } from '../../src/cluster/cluster-spec.js';
import { readConfiguration } from '../../src/control-plane/scheduler/configuration/read-configuration.js';
import { promisesRoomOnce } from '../../src/experiment/promised-room.js';
import { schedulerPerfMachine } from '../../src/experiment/run-scheduler-perf.js';

const { scheduler } = schedulerPerfMachine().controlPlane;

/** The scheduler with profiles whose plugins are given. */
function withProfiles(...plugins: readonly unknown[]): SchedulerSpec {
  const { configuration } = readConfiguration({
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    profiles: plugins.map((each, index) => ({ schedulerName: `s-${index}`, plugins: each })),
  });
  if (configuration === undefined) throw new Error('the configuration is valid');
  return { ...scheduler, configuration };
}

const none = new Map();
const fit = [{ name: 'NodeResourcesFit' }];

test.each<[string, readonly SchedulerSpec[], boolean]>([
  ['one scheduler with the default plugins promises room once', [scheduler], true],
  ['two schedulers do not', [scheduler, scheduler], false],
  [
    'one without NodeResourcesFit does not',
    [withProfiles({ multiPoint: { disabled: fit } })],
    false,
  ],
  ['one that filters without it does not', [withProfiles({ filter: { disabled: fit } })], false],
  ['one that only scores without it does', [withProfiles({ score: { disabled: fit } })], true],
  [
    'one with a profile that is without it does not',
    [withProfiles({}, { multiPoint: { disabled: fit } })],
    false,
  ],
])('%s', (_, schedulers, expected) => {
  expect(promisesRoomOnce(schedulers, none)).toBe(expected);
});
