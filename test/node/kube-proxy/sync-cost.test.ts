// What a sync costs, against the published figures that the fits come from.

import { describe, expect, test } from 'vitest';
import {
  natRules,
  partialLines,
  type SyncWork,
  syncUs,
} from '../../../src/node/kube-proxy/sync-cost.js';

const nothing: SyncWork = {
  servicePorts: 0,
  endpoints: 0,
  changedPorts: 0,
  changedEndpoints: 0,
  changedEntries: 0,
  isFull: false,
  isSaved: false,
};
const seconds = (mode: Parameters<typeof syncUs>[0], work: Partial<SyncWork>): number =>
  syncUs(mode, { ...nothing, ...work }) / 1_000_000;

describe('iptables', () => {
  const large = { servicePorts: 10_000, endpoints: 100_000 };

  test('has 320,005 nat rules for 10,000 services of 10 endpoints (reference vector 5)', () => {
    expect(natRules(10_000, 100_000)).toBe(320_005);
    expect(seconds('iptables', { ...large, isFull: true })).toBeCloseTo(11.7, 1);
  });

  test('writes 10,036 lines for one of them, in 1.5 s, or 3.6 s with iptables-save (vector 6)', () => {
    const one = { ...large, changedPorts: 1, changedEndpoints: 10, changedEntries: 1 };
    expect(partialLines({ ...nothing, ...one })).toBe(10_036);
    expect(seconds('iptables', one)).toBeCloseTo(1.5, 1);
    expect(seconds('iptables', { ...one, isSaved: true })).toBeCloseTo(3.6, 1);
  });

  test('takes 2.8 s for the measured partial sync of kubernetes#138073', () => {
    // 3,595 services, 138,792 endpoints, 38,841 lines
    const changedEndpoints = (38_841 - 5 - 3_595 - 270) / 3;
    const work = {
      servicePorts: 3_595,
      endpoints: 138_792,
      changedPorts: 270,
      changedEndpoints,
    };
    expect(seconds('iptables', work)).toBeGreaterThan(2.84 * 0.97);
    expect(seconds('iptables', work)).toBeLessThan(2.84 * 1.03);
  });

  test('costs 120 ms at least for a full sync, next to nothing for a small change', () => {
    const small = { servicePorts: 10, endpoints: 100 };
    expect(seconds('iptables', { ...small, isFull: true })).toBeGreaterThan(0.12);
    const change = { ...small, changedPorts: 1, changedEndpoints: 10, isSaved: true };
    expect(seconds('iptables', change)).toBeLessThan(0.01);
  });
});

describe('the other modes', () => {
  test('ipvs lists everything and writes what has changed', () => {
    const work = { servicePorts: 1_000, endpoints: 9_000, changedEntries: 10 };
    expect(seconds('ipvs', work)).toBeCloseTo(0.3008, 4);
    expect(seconds('ipvs', { ...work, isFull: true })).toBeCloseTo(1.1, 4);
  });

  test('nftables adds one service among 10,000 in about 141 ms (kubernetes#126013)', () => {
    const work = { servicePorts: 10_000, endpoints: 20_000, changedPorts: 1, changedEndpoints: 2 };
    expect(seconds('nftables', work)).toBeGreaterThan(0.1);
    expect(seconds('nftables', work)).toBeLessThan(0.141);
  });

  test('nftables writes 250,000 endpoints within the published 2 to 13 minutes', () => {
    const work = { servicePorts: 5_006, endpoints: 250_000, isFull: true };
    expect(seconds('nftables', work)).toBeGreaterThan(132);
    expect(seconds('nftables', work)).toBeLessThan(795);
  });

  test('userspace runs commands for services, and none for endpoints', () => {
    expect(seconds('userspace', { changedPorts: 2 })).toBeCloseTo(0.04, 6);
    expect(seconds('userspace', { changedEntries: 100 })).toBeCloseTo(0.001, 6);
  });

  test('only nftables is free of the size of the cluster', () => {
    const change = { changedPorts: 1, changedEndpoints: 10, changedEntries: 1 };
    const grows = (mode: Parameters<typeof syncUs>[0]): boolean =>
      seconds(mode, { ...change, servicePorts: 10_000, endpoints: 100_000 }) >
      2 * seconds(mode, { ...change, servicePorts: 100, endpoints: 1_000 });
    expect([grows('iptables'), grows('ipvs'), grows('nftables')]).toEqual([true, true, false]);
  });
});
