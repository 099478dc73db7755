// Leader election: who leads, who takes over when, and what a leader does whose writes fail.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Event } from '../../src/api/event.js';
import type { Lease } from '../../src/api/lease.js';
import { heldLease, LeaderElector } from '../../src/client/leader-elector.js';
import { Simulation } from '../../src/kernel/simulation.js';
import { TestControlPlane } from '../support/control-plane.js';
import { answer, ScriptedServer } from '../support/scripted-server.js';

const SECOND = 1_000_000;

/** Candidates for one lease on a control plane. */
class Election extends TestControlPlane {
  /** `a leads`, `a stops` with the time in seconds. */
  readonly story: [number, string][] = [];
  readonly electors: LeaderElector[];

  constructor(count: number, preload: readonly Lease[] = [], seed = 'test') {
    super({ preload, seed });
    const tell = (text: string): void => {
      this.story.push([this.simulation.now / SECOND, text]);
    };
    this.electors = Array.from({ length: count }, (_, i) => {
      const identity = `scheduler-${i}`;
      return new LeaderElector(this.simulation, {
        lease: 'kube-scheduler',
        identity,
        client: this.client(),
        onStartedLeading: () => tell(`${identity} leads`),
        onStoppedLeading: () => tell(`${identity} stops`),
      });
    });
  }

  get leases(): Lease[] {
    return this.etcd.snapshot().values.filter(({ kind }) => kind === 'Lease') as Lease[];
  }

  get holder(): string | undefined {
    return this.leases[0]?.spec?.holderIdentity;
  }

  renewals(): number {
    return this.log.events.filter(({ event }) => event.object.kind === 'Lease').length;
  }
}

describe('the first candidate', () => {
  const election = new Election(1);
  election.electors[0]?.start();
  election.wait(SECOND);

  test('creates the lease and leads at once', () => {
    expect(election.story).toHaveLength(1);
    expect(election.story[0]?.[0]).toBeLessThan(0.1);
    expect(election.leases[0]?.spec).toMatchObject({
      holderIdentity: 'scheduler-0',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
    });
    const [event] = election.etcd
      .snapshot()
      .values.filter(({ kind }) => kind === 'Event') as readonly Event[];
    expect(event).toMatchObject({ reason: 'LeaderElection', message: 'scheduler-0 became leader' });
  });

  test('renews it every 2 s with one write', () => {
    const before = election.renewals();
    election.wait(100 * SECOND);
    const writes = election.renewals() - before;
    expect(writes).toBeGreaterThanOrEqual(49);
    expect(writes).toBeLessThanOrEqual(50);
  });
});

describe('a second candidate', () => {
  test('waits as long as the lease is renewed, with a look every 2 to 4.4 s', () => {
    const election = new Election(2);
    for (const elector of election.electors) elector.start();
    election.wait(300 * SECOND);
    expect(election.story.map(([, text]) => text)).toEqual(['scheduler-0 leads']);
  });

  test('takes over at its next look when the leader lets go', () => {
    const election = new Election(2);
    for (const elector of election.electors) elector.start();
    election.wait(10 * SECOND);
    let releasedAt = 0;
    election.electors[0]?.release(() => {
      releasedAt = election.simulation.now / SECOND;
    });
    election.wait(10 * SECOND);
    expect(releasedAt).toBeGreaterThan(10);
    expect(releasedAt).toBeLessThan(10.1);
    const [, [at, text]] = election.story as [unknown, [number, string]];
    expect(text).toBe('scheduler-1 leads');
    expect(at - releasedAt).toBeLessThan(4.5);
    expect(election.leases[0]?.spec).toMatchObject({
      holderIdentity: 'scheduler-1',
      leaseTransitions: 1,
    });
  });

  test('takes over 15 s to 19.4 s after it last saw a renewal, when the leader dies', () => {
    const gaps = Array.from({ length: 20 }, (_, i) => {
      const election = new Election(2, [], `seed-${i}`);
      for (const elector of election.electors) elector.start();
      election.wait(10 * SECOND + i * 143_000);
      const diedAt = election.simulation.now / SECOND;
      election.electors[0]?.stop();
      election.wait(60 * SECOND);
      expect(election.holder).toBe('scheduler-1');
      return (election.story[1]?.[0] ?? Number.NaN) - diedAt;
    });
    // The lease may be 2 s old when the leader dies, and 4.4 s old when it is first seen so.
    expect(Math.min(...gaps)).toBeGreaterThan(15 - 2);
    expect(Math.max(...gaps)).toBeLessThan(15 + 4.4 + 4.4);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    expect(mean).toBeGreaterThan(14);
    expect(mean).toBeLessThan(20);
  });
});

test('a new process of a leader that released takes over at once: its first look finds no holder', () => {
  const election = new Election(2);
  election.electors[0]?.start();
  election.wait(10 * SECOND);
  election.electors[0]?.release(() => {});
  election.wait(SECOND / 10);
  const startedAt = election.simulation.now / SECOND;
  election.electors[1]?.start();
  election.wait(SECOND);
  expect((election.story[1]?.[0] ?? Number.NaN) - startedAt).toBeLessThan(0.05);
});

test('a holder from before the run carries on and is not taken over', () => {
  const election = new Election(2, [heldLease('kube-scheduler', 'scheduler-0')]);
  election.electors[0]?.startAsLeader(election.leases[0] as Lease);
  election.electors[1]?.start();
  expect(election.electors[0]?.isLeader).toBe(true);
  election.wait(120 * SECOND);
  expect(election.story).toEqual([]);
  expect(election.holder).toBe('scheduler-0');
});

describe('a leader', () => {
  function scripted(): {
    server: ScriptedServer;
    stoppedAt: () => number;
    run: (s: number) => void;
  } {
    const simulation = new Simulation('election');
    const server = new ScriptedServer(simulation);
    let stopped = Number.NaN;
    const elector = new LeaderElector(simulation, {
      lease: 'kube-scheduler',
      identity: 'scheduler-0',
      client: server.client(),
      onStartedLeading: () => {},
      onStoppedLeading: () => {
        stopped = simulation.now / SECOND;
      },
    });
    const held = heldLease('kube-scheduler', 'scheduler-0');
    server.script = () => answer(200, { object: held });
    elector.startAsLeader(held);
    return { server, stoppedAt: () => stopped, run: (s) => simulation.run(s * SECOND) };
  }

  test('stops 10 s after its renewals began to fail', () => {
    const { server, stoppedAt, run } = scripted();
    run(20);
    server.script = () => answer(500);
    run(60);
    expect(stoppedAt()).toBeGreaterThan(30);
    expect(stoppedAt()).toBeLessThan(32.1);
  });

  test('stops as well when no answer comes at all', () => {
    const { server, stoppedAt, run } = scripted();
    run(20);
    server.serviceUs = () => 1000 * SECOND;
    run(60);
    expect(stoppedAt()).toBeGreaterThan(30);
    expect(stoppedAt()).toBeLessThan(32.1);
  });

  test('carries on when the trouble is over before', () => {
    const { server, stoppedAt, run } = scripted();
    const works = server.script;
    for (let from = 20; from < 200; from += 20) {
      run(from);
      server.script = () => answer(500);
      run(from + 7);
      server.script = works;
    }
    run(300);
    expect(stoppedAt()).toBeNaN();
  });

  test('stops at once when it finds somebody else’s name on the lease', () => {
    const { server, stoppedAt, run } = scripted();
    run(20);
    const other = heldLease('kube-scheduler', 'scheduler-1');
    server.script = ({ request }) =>
      request.verb === 'get' ? answer(200, { object: other }) : answer(409);
    run(60);
    expect(stoppedAt()).toBeLessThan(22.1);
  });
});

test('whoever stops and starts when, at no time do two believe that they lead', () => {
  const step = fc.record({
    elector: fc.integer({ min: 0, max: 2 }),
    how: fc.constantFrom('stop', 'release'),
    waitUs: fc.integer({ min: 1, max: 30 * SECOND }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 3 }), fc.nat(1000), (steps, seed) => {
      const election = new Election(3, [], String(seed));
      for (const elector of election.electors) elector.start();
      const gone = new Set<number>();
      for (const { elector, how, waitUs } of steps) {
        election.wait(waitUs);
        if (gone.has(elector)) continue;
        gone.add(elector);
        if (how === 'stop') election.electors[elector]?.stop();
        else election.electors[elector]?.release(() => {});
        expect(election.electors.filter(({ isLeader }) => isLeader).length).toBeLessThan(2);
      }
      election.wait(60 * SECOND);
      const leaders = election.electors.filter(({ isLeader }) => isLeader);
      expect(leaders).toHaveLength(gone.size === 3 ? 0 : 1);
    }),
    { numRuns: 40, seed: 11 },
  );
});
