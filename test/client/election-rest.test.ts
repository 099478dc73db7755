// Leader election at rest: nothing is sent while a leader is well, and who takes over, when, is as
// if everything had been.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Lease } from '../../src/api/lease.js';
import { ElectionRest } from '../../src/client/election-rest.js';
import { LazyHeartbeats } from '../../src/client/lazy-heartbeats.js';
import { LeaderElector } from '../../src/client/leader-elector.js';
import { TestControlPlane } from '../support/control-plane.js';

const SECOND = 1_000_000;

/** Three candidates for a lease, of which the first leads, at rest or not. */
class Election extends TestControlPlane {
  readonly story: { readonly us: number; readonly text: string }[] = [];
  readonly heartbeats = new LazyHeartbeats(this.simulation);
  readonly electors: readonly LeaderElector[];

  constructor(isLazy: boolean, seed = 'test') {
    super({ seed });
    const rest = isLazy ? new ElectionRest(this.heartbeats, () => this.simulation.now) : undefined;
    const tell = (text: string): void => {
      this.story.push({ us: this.simulation.now, text });
    };
    this.electors = [0, 1, 2].map((i) => {
      return new LeaderElector(this.simulation, {
        lease: 'kube-scheduler',
        identity: `scheduler-${i}`,
        client: this.client(),
        rest,
        onStartedLeading: () => tell(`scheduler-${i} leads`),
        onStoppedLeading: () => tell(`scheduler-${i} stops`),
      });
    });
    for (const elector of this.electors) elector.start();
  }

  get writes(): number {
    return this.log.events.filter(({ event }) => event.object.kind === 'Lease').length;
  }

  get lease(): Lease {
    return this.etcd.snapshot().values.find(({ kind }) => kind === 'Lease') as Lease;
  }
}

/** What becomes of an election whose leader does something after so many µs. */
function both(atUs: number, seed: string, act: (election: Election) => void): readonly Election[] {
  return [false, true].map((isLazy) => {
    const election = new Election(isLazy, seed);
    election.wait(atUs);
    act(election);
    election.wait(60 * SECOND);
    return election;
  });
}

describe('an election at rest', () => {
  let election: Election;

  beforeEach(() => {
    election = new Election(true);
    election.wait(20 * SECOND);
  });

  test('writes nothing and reads nothing for a day', () => {
    const { writes } = election;
    const { events } = election.simulation;
    election.wait(86_400 * SECOND);
    expect(election.writes).toBe(writes);
    expect(election.simulation.events - events).toBeLessThan(2_000); // etcd compacts meanwhile
    expect(election.story).toHaveLength(1);
    expect(election.electors[0]?.isLeader).toBe(true);
  });

  test('goes on as ever while something is wrong, and rests again after that', () => {
    election.wait(3_600 * SECOND);
    const before = election.writes;
    election.heartbeats.disturb('split', 100 * SECOND);
    election.wait(400 * SECOND);
    const sent = election.writes - before;
    expect(sent).toBeGreaterThan(195);
    expect(sent).toBeLessThan(205);
    election.wait(3_600 * SECOND);
    expect(election.writes - before - sent).toBeLessThan(3);
    expect(election.story).toHaveLength(1);
  });

  test('knows a candidate no more that has ended', () => {
    election.electors[1]?.stop();
    election.electors[0]?.stop();
    election.wait(60 * SECOND);
    expect(election.story.map(({ text }) => text)).toEqual([
      'scheduler-0 leads',
      'scheduler-2 leads',
    ]);
  });
});

test.each([31.4, 47.1, 60, 71.93, 81])(
  'a leader that dies after %d s is succeeded as ever',
  (s) => {
    const [eager, lazy] = both(s * SECOND, `seed-${s}`, ({ electors }) => electors[0]?.stop());
    const [expected, found] = [eager, lazy].map((each) => each?.story[1]);
    expect(found?.text).toBe(expected?.text);
    expect(Math.abs((found?.us ?? 0) - (expected?.us ?? 0))).toBeLessThan(100_000);
  },
);

test('a leader that lets go is succeeded as ever', () => {
  const [eager, lazy] = both(40 * SECOND, 'release', ({ electors }) => {
    electors[0]?.release(() => {});
  });
  const [expected, found] = [eager, lazy].map((each) => each?.story[1]);
  expect(found?.text).toBe(expected?.text);
  expect(Math.abs((found?.us ?? 0) - (expected?.us ?? 0))).toBeLessThan(100_000);
  expect(lazy?.lease.spec?.leaseTransitions).toBe(1);
});

test('a successor rests in its turn', () => {
  const [, lazy] = both(40 * SECOND, 'turn', ({ electors }) => electors[0]?.stop());
  const writes = lazy?.writes;
  lazy?.wait(3_600 * SECOND);
  expect(lazy?.writes).toBe(writes);
});
