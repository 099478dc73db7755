// Feature gates that test cases set.
import { expect, test } from 'vitest';
import { defaultFeatureGates } from '../../../src/control-plane/scheduler/feature-gates.js';
import { gateNotice, isObeyed, knownGates } from '../../../src/workload/scheduler-perf/gates.js';

test('every gate of the scheduler is obeyed, and there is nothing to say about its state', () => {
  for (const gate of Object.keys(defaultFeatureGates)) {
    expect(isObeyed(gate)).toBe(true);
    expect([gateNotice(gate, true), gateNotice(gate, false)]).toEqual([undefined, undefined]);
  }
});

test('a gate that is fixed here has a notice in its other state', () => {
  expect(gateNotice('DynamicResourceAllocation', true)).toBeUndefined();
  expect(gateNotice('DynamicResourceAllocation', false)).toBe(
    'feature gate DynamicResourceAllocation is off in the file; it is on here',
  );
  expect(gateNotice('GangScheduling', true)).toBe(
    'feature gate GangScheduling is on in the file; it is off here',
  );
});

test('a gate that nobody knows has one in both states', () => {
  const notice = 'feature gate Nothing is not known; it has no effect';
  expect([gateNotice('Nothing', true), gateNotice('Nothing', false)]).toEqual([notice, notice]);
  expect(isObeyed('Nothing')).toBe(false);
});

test('known gates are told once each', () => {
  expect(new Set(knownGates).size).toBe(knownGates.length);
  expect(knownGates).toContain('SchedulerQueueingHints');
  expect(knownGates).toContain('DRADeviceTaints');
});
