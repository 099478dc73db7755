// Raft by the sections of D. Ongaro, Consensus: Bridging Theory and Practice (2014), and what etcd
// adds to it: pre-vote, check-quorum, progress states, ReadIndex.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../../../src/control-plane/etcd/raft/message.js';
import { Group } from './group.js';

const to =
  (...members: number[]) =>
  ({ to: receiver, from }: Message): boolean =>
    members.includes(receiver) || members.includes(from);
const types = (group: Group): string[] =>
  group.wire.map(({ type, from, to: receiver }) => `${type} ${from}>${receiver}`);

/** A group that member 0 leads from the start. */
function ledGroup(members = 3, options = {}): Group {
  const group = new Group({ members, ...options });
  for (const raft of group.members) raft.bootstrap(0);
  return group;
}

describe('leader election (3.4, 9.6)', () => {
  test('a member that hears of no leader asks with a pre-vote and enters no term before it has a quorum', () => {
    const group = new Group({ members: 3 });
    group.tick(1, 11);
    group.work(1);
    expect(group.member(1).role).toBe('preCandidate');
    expect(group.member(1).term).toBe(0);
    expect(types(group)).toEqual(['MsgPreVote 1>0', 'MsgPreVote 1>2']);
    group.settle();
    expect(group.member(1).role).toBe('leader');
    expect(group.members.map(({ term, lead }) => [term, lead])).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
  });

  test('a member alone elects itself', () => {
    const group = new Group({ members: 1 });
    group.elect(0);
    group.propose(0, 'a');
    group.settle();
    expect(group.applied).toEqual([['a']]);
  });

  test('the own vote counts when it is durable, not before', () => {
    const group = new Group({ members: 1 });
    const raft = group.member(0);
    group.tick(0, 10);
    raft.takeReady();
    expect(raft.role).toBe('preCandidate');
    raft.advance();
    expect(raft.role).toBe('candidate');
    expect(raft.takeReady().isVoteChanged).toBe(true);
    expect(raft.role).toBe('candidate');
    raft.advance();
    expect(raft.role).toBe('leader');
  });

  test('a new leader commits an entry of its own term', () => {
    const group = new Group({ members: 3 });
    group.elect(2);
    expect(group.members.map(({ log }) => [log.lastIndex, log.committed])).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
  });

  test('a member whose log is behind is not elected', () => {
    const group = ledGroup();
    group.propose(0, 'a');
    group.settle(to(2));
    group.crash(0);
    for (let i = 0; i < 60; i++) {
      group.tick(2);
      group.tick(1, i % 2);
      group.settle();
      if (group.leader !== undefined) break;
    }
    expect(group.leader).toBe(group.member(1));
    group.settle();
    expect(group.applied[1]).toEqual(['a']);
  });

  test('a member that returns from isolation disturbs nobody and keeps its term', () => {
    const group = ledGroup();
    group.tick(2, 60);
    group.settle(to(2));
    expect(group.member(2).term).toBe(1);
    group.tick(2, 30);
    group.settle();
    expect(group.leader).toBe(group.member(0));
    expect(group.members.map(({ term }) => term)).toEqual([1, 1, 1]);
  });

  test('votes within the election timeout of a known leader are ignored', () => {
    const group = ledGroup();
    group.tick(1, 9);
    group.tick(2, 30);
    group.settle((message) => to(0)(message));
    expect(group.member(2).role).not.toBe('leader');
    group.tick(1, 1);
    group.tick(2, 30);
    group.settle((message) => to(0)(message));
    expect(group.member(2).role).toBe('leader');
  });

  test('a leader that hears of no quorum for an election timeout steps down', () => {
    const group = ledGroup();
    group.tick(0, 10);
    group.settle(() => true);
    expect(group.member(0).role).toBe('leader');
    group.tick(0, 10);
    group.settle(() => true);
    expect(group.member(0).role).toBe('follower');
    expect(group.member(0).lead).toBe(-1);
  });

  test('a leader with one follower of two stays', () => {
    const group = ledGroup();
    for (let i = 0; i < 60; i++) {
      group.tick(0);
      group.settle(to(2));
    }
    expect(group.member(0).role).toBe('leader');
  });

  test('an old leader that hears of a newer term follows', () => {
    const group = ledGroup();
    group.tick(1, 20);
    group.tick(2, 20);
    group.elect(1, to(0));
    expect(group.member(0).role).toBe('leader');
    group.tick(0);
    group.settle();
    expect(group.member(0).role).toBe('follower');
    group.tick(1);
    group.settle();
    expect(group.member(0).lead).toBe(1);
  });

  test('a vote survives a crash: nobody votes twice in a term', () => {
    const group = new Group({ members: 3 });
    group.elect(0, to(2));
    const { term } = group.member(1);
    group.crash(1);
    group.restart(1);
    expect(group.member(1).term).toBe(term);
    const fields = { index: 9, logTerm: 9, entries: [], commit: 0, reject: false, rejectHint: 0 };
    group.member(1).step({ type: 'MsgVote', from: 2, to: 1, term, context: 1, ...fields });
    group.work(1);
    expect(group.wire.find(({ type }) => type === 'MsgVoteResp')?.reject).toBe(true);
  });

  test('leadership is handed over in one round, and proposals are refused meanwhile', () => {
    const group = ledGroup();
    group.propose(0, 'a');
    group.member(0).transferLeadership(1);
    expect(group.propose(0, 'b')).toBe(false);
    group.settle();
    expect(group.leader).toBe(group.member(1));
    expect(group.member(1).term).toBe(2);
  });
});

describe('log replication (3.5, 3.6)', () => {
  test('an entry is committed when a quorum has it, and is applied everywhere', () => {
    const group = ledGroup(5);
    group.propose(0, 'a');
    group.settle(to(3, 4));
    expect(group.applied).toEqual([['a'], ['a'], ['a'], [], []]);
    group.tick(0);
    group.settle();
    expect(group.applied.every(([first]) => first === 'a')).toBe(true);
  });

  test('without a quorum nothing is committed', () => {
    const group = ledGroup(5);
    group.propose(0, 'a');
    group.settle(to(2, 3, 4));
    expect(group.applied.flat()).toEqual([]);
  });

  test('a leader does not wait for its own disk once a quorum of followers has the entry', () => {
    const group = ledGroup();
    const leader = group.member(0);
    group.propose(0, 'a');
    const { messages, persistTo } = leader.takeReady();
    expect(persistTo).toBe(2);
    for (const message of messages) group.member(message.to).step(message);
    for (const id of [1, 2]) {
      const { messages: answers } = group.member(id).takeReady();
      group.member(id).advance();
      for (const answer of answers) leader.step(answer);
    }
    expect(leader.log.committed).toBe(2);
    expect(leader.log.stable).toBe(1);
  });

  test('an entry of an old term is committed only together with one of the new term (figure 3.7)', () => {
    const group = ledGroup();
    group.propose(0, 'old');
    group.work(0);
    group.wire.length = 0;
    group.crash(0);
    group.restart(0);
    group.tick(1, 10);
    group.tick(2, 10);
    group.elect(0, ({ type }) => type === 'MsgApp' || type === 'MsgAppResp');
    expect(group.member(0).log.committed).toBe(1);
    group.tick(0);
    group.settle();
    expect(group.applied).toEqual([['old'], ['old'], ['old']]);
  });

  test('what contradicts the new leader is overwritten', () => {
    const group = ledGroup();
    for (const name of ['x', 'y', 'z']) group.propose(0, name);
    group.settle(to(1, 2));
    group.tick(1, 20);
    group.tick(2, 20);
    group.elect(1, to(0));
    group.propose(1, 'a');
    group.settle(to(0));
    group.tick(1);
    group.settle();
    expect(group.applied).toEqual([['a'], ['a'], ['a']]);
    expect(group.member(0).log.lastIndex).toBe(group.member(1).log.lastIndex);
  });

  test('lost messages are found out by the next heartbeat', () => {
    const group = ledGroup();
    group.propose(0, 'a');
    group.settle(({ type }) => type === 'MsgApp');
    expect(group.applied.flat()).toEqual([]);
    group.tick(0);
    group.settle();
    expect(group.applied).toEqual([['a'], ['a'], ['a']]);
  });

  test('a follower forwards proposals to its leader, and refuses them without one', () => {
    const group = ledGroup();
    expect(group.propose(1, 'a')).toBe(true);
    group.settle();
    expect(group.applied[1]).toEqual(['a']);
    const alone = new Group({ members: 3 });
    expect(alone.propose(1, 'a')).toBe(false);
  });

  test('what comes while a pass is at work belongs to the next one', () => {
    const group = ledGroup();
    const follower = group.member(1);
    const ready = follower.takeReady();
    follower.propose({ bytes: 1 });
    follower.readIndex(1);
    expect(ready.messages).toEqual([]);
    follower.advance();
    expect(follower.takeReady().messages).toHaveLength(2);
    follower.advance();
    expect(follower.hasReady).toBe(false);
  });

  test('only the last of several answers in one pass is sent', () => {
    const group = ledGroup();
    for (const name of ['a', 'b', 'c']) {
      group.propose(0, name);
      group.work(0);
    }
    while (group.wire.length > 0) group.deliver();
    group.work(1);
    expect(types(group)).toEqual(['MsgAppResp 1>0']);
    expect(group.wire[0]?.index).toBe(4);
  });
});

describe('flow control', () => {
  test('a message carries entries up to its limit, and at least one', () => {
    const group = ledGroup(3, { maxSizePerMsgBytes: 250 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) group.propose(0, name);
    group.propose(0, 'big', 1000);
    group.work(0);
    const sizes = group.wire.filter(({ to: receiver }) => receiver === 1);
    expect(sizes.map(({ entries }) => entries.length)).toEqual([2, 2, 1, 1]);
  });

  test('a follower that does not answer gets no more than the allowed messages', () => {
    const group = ledGroup(3, { maxInflightMsgs: 4 });
    for (let i = 0; i < 10; i++) {
      group.propose(0, `${i}`);
      group.work(0);
    }
    const sent = (): number =>
      group.wire.filter((each) => each.to === 1 && each.entries.length > 0).length;
    expect(sent()).toBe(4);
    group.settle();
    expect(group.applied[1]).toHaveLength(10);
  });

  test('committed entries are handed on in pieces of the limit', () => {
    const group = ledGroup(1, { maxSizePerMsgBytes: 250 });
    for (const name of ['a', 'b', 'c']) group.propose(0, name);
    const raft = group.member(0);
    raft.takeReady();
    raft.advance();
    const first = raft.takeReady();
    expect([first.applyFrom, first.applyTo]).toEqual([1, 3]);
    raft.advance();
    expect(raft.hasReady).toBe(true);
  });

  test('a follower behind the cut-off log gets a snapshot, then entries again', () => {
    const group = ledGroup();
    for (let i = 0; i < 20; i++) group.propose(0, `${i}`);
    group.settle(to(2));
    group.member(0).log.compact(15);
    for (let i = 0; i < 3; i++) {
      group.tick(0);
      group.work(0);
      if (group.wire.some(({ type }) => type === 'MsgSnap')) break;
      group.settle();
    }
    group.settle();
    expect(group.applied[2]).toEqual(group.applied[0]);
    group.propose(0, 'after');
    group.settle();
    expect(group.applied[2]?.at(-1)).toBe('after');
  });

  test('a lost snapshot is sent again', () => {
    const group = ledGroup();
    for (let i = 0; i < 20; i++) group.propose(0, `${i}`);
    group.settle(to(2));
    group.member(0).log.compact(15);
    for (let i = 0; i < 3; i++) {
      group.tick(0);
      group.settle(({ type }) => type === 'MsgSnap');
    }
    group.member(0).reportSnapshot(2, false);
    group.tick(0);
    group.settle();
    group.tick(0);
    group.settle();
    expect(group.applied[2]).toHaveLength(20);
  });
});

describe('ReadIndex (6.4)', () => {
  const states = (group: Group, id: number) => {
    const found: unknown[] = [];
    for (let round = 0; round < 10; round++) {
      for (const [member, raft] of group.members.entries()) {
        if (!raft.hasReady) continue;
        const { messages, readStates } = raft.takeReady();
        if (member === id) found.push(...readStates);
        raft.advance();
        group.wire.push(...messages);
      }
      while (group.wire.length > 0) group.deliver();
    }
    return found;
  };

  test('the leader answers with its commit index after a quorum has confirmed it', () => {
    const group = ledGroup();
    group.member(0).readIndex(7);
    expect(group.member(0).takeReady().readStates).toEqual([]);
    group.member(0).advance();
    group.member(0).readIndex(8);
    expect(states(group, 0)).toEqual([
      { index: 1, context: 7 },
      { index: 1, context: 8 },
    ]);
  });

  test('a follower asks the leader', () => {
    const group = ledGroup();
    group.propose(0, 'a');
    group.settle();
    group.member(2).readIndex(5);
    expect(states(group, 2)).toEqual([{ index: 2, context: 5 }]);
  });

  test('a leader that has lost its quorum confirms nothing', () => {
    const group = ledGroup();
    group.member(0).readIndex(7);
    group.work(0);
    group.wire.length = 0;
    expect(group.member(0).hasReady).toBe(false);
  });

  test('a new leader lets reads wait for its first commit', () => {
    const group = new Group({ members: 3 });
    group.elect(0, ({ type }) => type === 'MsgApp' || type === 'MsgAppResp');
    group.member(0).readIndex(3);
    expect(group.member(0).hasReady).toBe(false);
    group.tick(0);
    const [state] = states(group, 0) as { index: number }[];
    expect(group.member(0).log.term(state?.index ?? 0)).toBe(group.member(0).term);
  });

  test('a single member confirms itself', () => {
    const group = ledGroup(1);
    group.member(0).readIndex(1);
    expect(group.member(0).takeReady().readStates).toEqual([{ index: 1, context: 1 }]);
  });

  test('without a leader no read can be asked for', () => {
    expect(new Group({ members: 3 }).member(0).readIndex(1)).toBe(false);
  });
});

type Step =
  | { readonly do: 'tick' | 'work' | 'crash' | 'restart' | 'cut'; readonly id: number }
  | { readonly do: 'propose'; readonly id: number }
  | { readonly do: 'deliver' | 'lose'; readonly at: number };

const step = (members: number): fc.Arbitrary<Step> => {
  const id = fc.nat({ max: members - 1 });
  const at = fc.nat({ max: 12 });
  return fc.oneof(
    { weight: 12, arbitrary: fc.record({ do: fc.constant('tick' as const), id }) },
    { weight: 20, arbitrary: fc.record({ do: fc.constant('work' as const), id }) },
    { weight: 30, arbitrary: fc.record({ do: fc.constant('deliver' as const), at }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('lose' as const), at }) },
    { weight: 8, arbitrary: fc.record({ do: fc.constant('propose' as const), id }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), id }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const), id }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), id }) },
  );
};

/** Any order of events; messages may be lost, overtake each other, and members crash. */
function perform(group: Group, steps: readonly Step[]): void {
  let proposals = 0;
  for (const each of steps) {
    if (each.do === 'deliver') group.deliver(each.at % Math.max(1, group.wire.length));
    else if (each.do === 'lose') group.wire.splice(each.at, 1);
    else if (each.do === 'tick') group.tick(each.id, 4);
    else if (each.do === 'work') group.work(each.id);
    else if (each.do === 'propose') group.propose(each.id, `p${++proposals}`);
    else if (each.do === 'crash' && !group.isDown(each.id)) group.crash(each.id);
    else if (each.do === 'restart' && group.isDown(each.id)) group.restart(each.id);
    else if (each.do === 'cut') {
      const { log } = group.member(each.id);
      log.compact(Math.max(log.compacted, log.applied - 3));
    }
  }
}

describe('for any order of events', () => {
  test.each([1, 3, 5])('%i members are safe, and agree when all is well again', (members) => {
    fc.assert(
      fc.property(
        fc.array(step(members), { maxLength: 400 }),
        fc.array(fc.integer({ min: 10, max: 19 }), { minLength: 7, maxLength: 7 }),
        (steps, timeouts) => {
          let draws = 0;
          const drawn = (): number => timeouts[draws++ % timeouts.length] as number;
          const group = new Group({ members, timeouts: drawn, maxInflightMsgs: 4 });
          perform(group, steps);
          for (const id of group.members.keys()) if (group.isDown(id)) group.restart(id);
          for (let i = 0; i < 200; i++) {
            // Members tick out of step, so that votes are not split for ever.
            group.tick(i % members);
            if (i % 3 === 0) for (const id of group.members.keys()) group.tick(id);
            group.settle();
          }
          expect(group.leader).toBeDefined();
          for (const applied of group.applied) expect(applied).toEqual(group.applied[0]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
