// A Raft group without time: a test says who ticks, who works and which messages arrive. Safety is
// watched from outside after every step: sections 3.4 to 3.7 of Ongaro's thesis.
import { expect } from 'vitest';
import type { Message } from '../../../../src/control-plane/etcd/raft/message.js';
import { Raft } from '../../../../src/control-plane/etcd/raft/raft.js';

export interface Payload {
  readonly bytes: number;
  readonly name: string;
}

export interface GroupOptions {
  readonly members: number;
  /** Election timeout in ticks of each member, drawn again and again. */
  readonly timeouts?: (member: number) => number;
  readonly maxInflightMsgs?: number;
  readonly maxSizePerMsgBytes?: number;
}

export class Group {
  readonly members: readonly Raft[];
  /** Messages on their way, in order of sending. */
  readonly wire: Message[] = [];
  /** Names of the entries that each member has applied. */
  readonly applied: string[][];
  /** Everything that any member has applied, by index: it may never change. */
  readonly #history: string[] = ['', ''];
  readonly #leaders = new Map<number, number>();
  readonly #isDown: boolean[];

  constructor(options: GroupOptions) {
    const { members, timeouts = (id) => 10 + id, maxInflightMsgs = 512 } = options;
    this.members = Array.from(
      { length: members },
      (_, id) =>
        new Raft({
          id,
          members,
          electionTicks: 10,
          randomElectionTicks: () => timeouts(id),
          maxSizePerMsgBytes: options.maxSizePerMsgBytes ?? 1_048_576,
          maxInflightMsgs,
        }),
    );
    this.applied = this.members.map(() => []);
    this.#isDown = this.members.map(() => false);
  }

  member(id: number): Raft {
    return this.members[id] as Raft;
  }

  get leader(): Raft | undefined {
    const leaders = this.members.filter(({ role }, id) => role === 'leader' && !this.#isDown[id]);
    return leaders.sort((a, b) => b.term - a.term)[0];
  }

  propose(id: number, name: string, bytes = 100): boolean {
    return this.member(id).propose({ bytes, name } as Payload);
  }

  tick(id: number, times = 1): void {
    for (let i = 0; i < times && !this.#isDown[id]; i++) this.member(id).tick();
  }

  /** One pass of a member: send, persist, apply. */
  work(id: number): void {
    const raft = this.member(id);
    if (this.#isDown[id] || !raft.hasReady) return;
    const ready = raft.takeReady();
    if (ready.restoredTo > 0) {
      this.applied[id] = this.#history.slice(2, ready.restoredTo + 1);
    }
    for (let index = ready.applyFrom + 1; index <= ready.applyTo; index++) {
      const data = raft.log.entry(index).data as Payload | undefined;
      this.#apply(id, index, data?.name ?? '');
    }
    raft.log.applied = ready.applyTo;
    raft.advance();
    this.wire.push(...ready.messages);
    this.check();
  }

  /** Delivers the message at a place of the wire; to a member that is down it is lost. */
  deliver(at = 0): void {
    const [message] = this.wire.splice(at, 1);
    if (message !== undefined && !this.#isDown[message.to]) this.member(message.to).step(message);
  }

  /** Works and delivers until nothing is left; `isLost` drops messages. */
  settle(isLost: (message: Message) => boolean = () => false): void {
    for (;;) {
      for (const id of this.members.keys()) this.work(id);
      if (this.wire.length === 0) {
        if (this.members.some(({ hasReady }, id) => hasReady && !this.#isDown[id])) continue;
        return;
      }
      if (isLost(this.wire[0] as Message)) this.wire.shift();
      else this.deliver();
    }
  }

  /** Ticks a member until it leads. */
  elect(id: number, isLost: (message: Message) => boolean = () => false): void {
    for (let i = 0; i < 40 && this.member(id).role !== 'leader'; i++) {
      this.tick(id);
      this.settle(isLost);
    }
    expect(this.member(id).role).toBe('leader');
  }

  crash(id: number): void {
    this.#isDown[id] = true;
    this.member(id).crash(this.applied[id]?.length ?? 0);
    this.applied[id] = [];
  }

  restart(id: number): void {
    this.#isDown[id] = false;
    // The application of these tests keeps nothing, so that everything is applied again.
    const { log } = this.member(id);
    log.applying = log.compacted;
    log.applied = log.compacted;
    this.applied[id] = this.#history.slice(2, log.compacted + 1);
  }

  isDown(id: number): boolean {
    return this.#isDown[id] === true;
  }

  /** Election Safety, Log Matching and Leader Completeness. */
  check(): void {
    for (const { role, term, log } of this.members) {
      if (role !== 'leader') continue;
      const id = this.members.findIndex((raft) => raft.log === log);
      require((this.#leaders.get(term) ?? id) === id, `two leaders in term ${term}`);
      if (this.#leaders.has(term)) continue;
      this.#leaders.set(term, id);
      for (let index = log.compacted + 1; index < this.#history.length; index++) {
        const data = log.entry(index).data as Payload | undefined;
        const isThere = (data?.name ?? '') === this.#history[index];
        require(isThere, `the leader of term ${term} lacks entry ${index}`);
      }
    }
    for (const a of this.members) for (const b of this.members) if (a !== b) matchLogs(a, b);
  }

  /** State Machine Safety. */
  #apply(id: number, index: number, name: string): void {
    const known = this.#history[index] ?? name;
    require(known === name, `entry ${index} is "${name}" at member ${id}, "${known}" elsewhere`);
    this.#history[index] = name;
    if (name !== '') this.applied[id]?.push(name);
  }
}

/** As expect, which is too slow to be called for every entry. */
function require(holds: boolean, sentence: string): void {
  if (!holds) throw new Error(sentence);
}

/** Logs with the same term at an index are the same up to there. */
function matchLogs(a: Raft, b: Raft): void {
  const first = Math.max(a.log.compacted, b.log.compacted) + 1;
  let isSame = false;
  for (let index = Math.min(a.log.lastIndex, b.log.lastIndex); index >= first; index--) {
    isSame ||= a.log.term(index) === b.log.term(index);
    const isAlike = a.log.entry(index).data === b.log.entry(index).data;
    require(!isSame || isAlike, `entry ${index} differs in one term`);
  }
}
