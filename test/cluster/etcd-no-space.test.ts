// A database that is full, from its first refused write to the recovery of the last node.
// Source: reference: controlplane E3.10.
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { loadNamed } from '../support/scenarios.js';

const RECOVERY_US = 90_000_000;

describe('a database that has reached its quota', () => {
  const result = runScenario(loadNamed('etcd-no-space'));
  const created = result.pods.map(({ createdUs }) => createdUs);
  const notReady = result.kubernetesEvents.filter(({ reason, involved }) => {
    return reason === 'NodeNotReady' && involved.startsWith('Node/');
  });

  test('refuses every write: nothing is created until there is room again', () => {
    const full = created.filter((time) => time > 30_000_000 && time < RECOVERY_US);
    expect(full).toEqual([]);
    const writes = result.requests.find(
      ({ verb, resource }) => verb === 'create' && resource === 'pods',
    );
    expect(writes?.errors).toBeGreaterThan(100);
  });

  test('takes no renewals of leases, and answers all reads', () => {
    const renewals = result.requests.find(
      ({ verb, client, resource }) =>
        verb === 'update' && resource === 'leases' && client === 'system:nodes',
    );
    expect(renewals?.errors).toBeGreaterThan(20 * 5);
    const reads = result.requests.filter(({ verb }) => verb === 'get' || verb === 'list');
    expect(reads.reduce((sum, { errors }) => sum + errors, 0)).toBe(0);
  });

  test('lets nodes be marked NotReady, whose grace of 50 s is over, once that can be written', () => {
    expect(notReady.length).toBeGreaterThan(5);
    for (const { timeUs } of notReady) {
      expect(timeUs).toBeGreaterThan(RECOVERY_US);
      expect(timeUs).toBeLessThan(RECOVERY_US + 10_000_000);
    }
  });

  test('after compaction, defragmentation and the end of the alarm all nodes are Ready again', () => {
    expect(result.nodes.filter(({ ready }) => !ready)).toEqual([]);
  });
});
