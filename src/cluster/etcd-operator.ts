// Whoever does things to etcd during a run: faults strike and are mended, and an operator compacts,
// defragments and disarms alarms with etcdctl, on the machine of the member that it talks to. An
// operation on the leader waits until there is one.
import type { Connection } from '../control-plane/etcd/connection.js';
import type { Etcd } from '../control-plane/etcd/etcd.js';
import type { EventKind, Simulation } from '../kernel/simulation.js';
import type { DriverOptions } from './driver.js';
import type { EtcdFaultOperation, EtcdOperation } from './etcd-operation.js';
import type { HealOperation } from './fault-operation.js';
import type { Operation } from './operation.js';

/** Between two looks at what is waited for: a leader, the end of a process or a compaction. */
const LOOK_INTERVAL_US = 100_000;

/** A fault that has struck. */
interface Struck {
  readonly operation: EtcdFaultOperation;
  readonly member: number;
  isMended: boolean;
}

export class EtcdOperator {
  readonly #simulation: Simulation;
  readonly #etcd: Etcd;
  /** To all members, and to each alone. */
  readonly #all: Connection;
  readonly #each: readonly Connection[];
  readonly #looked: EventKind;
  readonly #mended: EventKind;
  readonly #answered: EventKind;
  readonly #struck: Struck[] = [];
  /** What is done at the next look: one thing at a time, since operations come one after the other. */
  #waiting: (() => void) | undefined;
  /** Members that are still to be defragmented, and the connection whose answer is awaited. */
  #members: number[] = [];
  #asked: Connection | undefined;
  #onDone: (() => void) | undefined;

  /** `members`: how many etcd has. */
  constructor(simulation: Simulation, etcd: Etcd, members: number) {
    this.#simulation = simulation;
    this.#etcd = etcd;
    const ends = Array.from({ length: members }, (_, member) => {
      return { member, up: undefined, down: undefined };
    });
    this.#all = etcd.connect('etcdctl', ends);
    this.#each = ends.map((end, member) => etcd.connect(`etcdctl-${member}`, [end]));
    this.#looked = simulation.defineEvent('etcdctl.StatusLooked', () => this.#looksAgain());
    this.#mended = simulation.defineEvent('etcd-fault.FaultMended', (index) => this.#mend(index));
    this.#answered = simulation.defineEvent('etcdctl.RequestAnswered', (_, ticket) => {
      this.#asked?.result(ticket);
      this.#goOn();
    });
  }

  /** Begins an operation; `onDone` is called when the next one may begin. */
  perform(operation: EtcdOperation | HealOperation, onDone: () => void): void {
    switch (operation.op) {
      case 'etcdFault':
        return this.#withMember(operation.member, (member) => {
          this.#strike(operation, member);
          onDone();
        });
      case 'heal':
        this.#heal(operation.fault);
        return onDone();
      case 'defrag':
        if (operation.member === 'all') {
          return this.#defragment([...this.#each.keys()], onDone);
        }
        return this.#withMember(operation.member, (member) => this.#defragment([member], onDone));
      case 'compact':
        this.#onDone = () => this.#whenCompacted(onDone);
        this.#asked = this.#all;
        return this.#all.compact(this.#etcd.snapshot().revision, this.#answered, 0);
      case 'disarm':
        this.#onDone = onDone;
        this.#asked = this.#all;
        return this.#all.disarmAlarms(this.#answered, 0);
    }
  }

  /** Mends what has a name: the fault of that name, or all when it is undefined. */
  #heal(fault: string | undefined): void {
    for (const [index, { operation }] of this.#struck.entries()) {
      const { name } = operation;
      if (name !== undefined && (fault === undefined || fault === name)) this.#mend(index);
    }
  }

  #withMember(member: number | 'leader', act: (member: number) => void): void {
    const found = member === 'leader' ? this.#etcd.leader : member;
    if (found !== undefined) return act(found);
    this.#lookAgain(() => this.#withMember(member, act));
  }

  #whenCompacted(onDone: () => void): void {
    if (!this.#etcd.isCompacting) return onDone();
    this.#lookAgain(() => this.#whenCompacted(onDone));
  }

  #lookAgain(act: () => void): void {
    this.#waiting = act;
    this.#simulation.after(LOOK_INTERVAL_US, this.#looked);
  }

  #looksAgain(): void {
    const act = this.#waiting;
    this.#waiting = undefined;
    act?.();
  }

  #defragment(members: number[], onDone: () => void): void {
    this.#members = members;
    this.#onDone = onDone;
    this.#goOn();
  }

  /** The last request is answered: the next member, if any is left. */
  #goOn(): void {
    const member = this.#members.shift();
    if (member === undefined) {
      this.#asked = undefined;
      return this.#onDone?.();
    }
    this.#asked = this.#each[member] as Connection;
    this.#asked.defragment(this.#answered, 0);
  }

  #strike(operation: EtcdFaultOperation, member: number): void {
    const { faults } = this.#etcd;
    const { durationUs, factor, delayUs } = operation;
    switch (operation.fault) {
      case 'crash':
        faults.crash(member);
        break;
      case 'stop':
        faults.shutDown(member);
        break;
      case 'pause':
        faults.pause(member);
        break;
      case 'partition':
        faults.isolate(member, true);
        break;
      case 'slowDisk':
        faults.degradeDisks(member, factor);
        break;
      case 'stallDisk':
        return faults.stallDisks(member, durationUs);
      case 'fullDisk':
        faults.fillDisk(member, true);
        break;
      case 'slowNetwork':
        faults.delayMessages(member, delayUs);
        break;
      case 'slowCpu':
        faults.slow(member, factor);
        break;
    }
    this.#struck.push({ operation, member, isMended: false });
    if (durationUs === Number.POSITIVE_INFINITY) return;
    this.#simulation.after(durationUs, this.#mended, this.#struck.length - 1);
  }

  #mend(index: number): void {
    const struck = this.#struck[index] as Struck;
    const { operation, member } = struck;
    if (struck.isMended) return;
    if (operation.fault === 'stop' && this.#etcd.isLeaving(member)) {
      this.#simulation.after(LOOK_INTERVAL_US, this.#mended, index); // it is still handing over
      return;
    }
    struck.isMended = true;
    const { faults } = this.#etcd;
    switch (operation.fault) {
      case 'stop':
      case 'crash':
        faults.start(member);
        break;
      case 'pause':
        faults.resume(member);
        break;
      case 'partition':
        faults.isolate(member, false);
        break;
      case 'slowDisk':
        faults.degradeDisks(member, 1);
        break;
      case 'stallDisk':
        break;
      case 'fullDisk':
        faults.fillDisk(member, false);
        faults.start(member);
        break;
      case 'slowNetwork':
        faults.delayMessages(member, 0);
        break;
      case 'slowCpu':
        faults.slow(member, 1);
        break;
    }
  }
}

/** Operations that are about etcd. */
const etcdOperations: ReadonlySet<Operation['op']> = new Set([
  'etcdFault',
  'compact',
  'defrag',
  'disarm',
]);

/** Performs operations on etcd; does nothing where no operation is one. */
export function etcdPerformer(
  simulation: Simulation,
  etcd: Etcd,
  operations: readonly Operation[],
): DriverOptions['operateEtcd'] {
  if (!operations.some(({ op }) => etcdOperations.has(op))) return (_, onDone) => onDone();
  const operator = new EtcdOperator(simulation, etcd, etcd.memberCount);
  return (operation, onDone) => operator.perform(operation, onDone);
}
