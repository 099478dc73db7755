// Candidates for one Lease on a control plane: who leads, since when, and what a crash costs.
import { describe, expect, test } from 'vitest';
import type { Lease } from '../../src/api/lease.js';
import { ApiClient } from '../../src/client/api-client.js';
import type { Connection } from '../../src/client/connection.js';
import { LeaderElector } from '../../src/client/leader-election.js';
import { TestControlPlane } from '../support/control-plane.js';

const SECOND = 1_000_000;

class Election {
  readonly plane = new TestControlPlane();
  /** `a leads@0.1`, `a stopped@…` in order. */
  readonly log: string[] = [];

  candidate(identity: string, connection: Connection = this.plane.connection()): LeaderElector {
    const { simulation, transport } = this.plane;
    const note = (what: string) => () => {
      this.log.push(`${identity} ${what}`);
      this.times.push(simulation.now / SECOND);
    };
    return new LeaderElector({
      simulation,
      lease: 'kube-scheduler',
      identity,
      client: new ApiClient(transport, { name: identity, user: identity, connection }),
      onStartedLeading: note('leads'),
      onStoppedLeading: note('stopped'),
    });
  }

  readonly times: number[] = [];

  get lease(): Lease | undefined {
    const { values } = this.plane.etcd.snapshot();
    return values.find(({ kind }) => kind === 'Lease') as Lease | undefined;
  }

  get writes(): number {
    return this.plane.log.events.length;
  }
}

describe('a single candidate', () => {
  test('creates the Lease, leads at once and renews every two seconds', () => {
    const election = new Election();
    election.candidate('a').start();
    election.plane.run(60 * SECOND);
    expect(election.log).toEqual(['a leads']);
    expect(election.lease?.spec).toMatchObject({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
    });
    expect(election.writes).toBe(30);
  });

  test('that cannot reach the API server stops ten seconds after its last renewal', () => {
    const election = new Election();
    const connection = election.plane.connection();
    election.candidate('a', connection).start();
    election.plane.run(5 * SECOND);
    connection.server = { receive: () => {} };
    election.plane.run(60 * SECOND);
    expect(election.log).toEqual(['a leads', 'a stopped']);
    expect(election.times[1]).toBeGreaterThan(13.9);
    expect(election.times[1]).toBeLessThan(14.2);
  });
});

describe('of two candidates', () => {
  test('only the first leads, however long the second waits', () => {
    const election = new Election();
    const first = election.candidate('a');
    const second = election.candidate('b');
    first.start();
    second.start();
    election.plane.run(300 * SECOND);
    expect([first.isLeading, second.isLeading]).toEqual([true, false]);
    expect(election.log).toEqual(['a leads']);
  });

  test('the second takes over within a retry period when the first gives the Lease back', () => {
    const election = new Election();
    const first = election.candidate('a');
    const second = election.candidate('b');
    first.start();
    election.plane.run(SECOND);
    second.start();
    election.plane.run(20 * SECOND);
    let releasedUs = 0;
    first.stop(true, () => {
      releasedUs = election.plane.simulation.now;
    });
    election.plane.run(40 * SECOND);
    expect(releasedUs).toBeGreaterThan(20 * SECOND);
    expect(releasedUs).toBeLessThan(20.1 * SECOND);
    expect(election.log).toEqual(['a leads', 'b leads']);
    // Jitter factor 1.2 on 2 s, and the requests.
    expect(election.times[1]).toBeLessThan(20 + 4.41);
    expect(election.lease?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  test('the second waits 15 to 19.4 s when the first crashes, whatever the seed of its looks', () => {
    for (const name of ['b', 'c', 'd', 'e', 'f', 'g']) {
      const election = new Election();
      const first = election.candidate('a');
      const second = election.candidate(name);
      first.start();
      election.plane.run(SECOND);
      second.start();
      election.plane.run(20 * SECOND);
      const lastRenewal = (election.lease?.spec?.renewTime ?? 0) / SECOND;
      first.stop(false);
      election.plane.run(60 * SECOND);
      const gap = (election.times[1] ?? 0) - lastRenewal;
      expect(gap).toBeGreaterThan(15);
      // Seen up to one look late, and then up to one look after it has expired.
      expect(gap).toBeLessThan(15 + 2 * 4.4);
    }
  });

  test('a candidate that was started again while it still holds the Lease leads at once', () => {
    const election = new Election();
    const first = election.candidate('a');
    first.start();
    election.plane.run(10 * SECOND);
    first.stop(false);
    first.start();
    election.plane.run(10 * SECOND + 100_000);
    expect(first.isLeading).toBe(true);
  });
});
