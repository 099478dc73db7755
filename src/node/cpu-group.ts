// Control groups of one node as far as somebody in them works: a tree in which each group deals out
// what it gets among its members by their weights.
// Left out: what a group may not use (cpu.max) but in its leaves, time slices.
// Source: Linux Documentation/admin-guide/cgroup-v2.rst (CPU, weights).
import { divide, type Sharer } from '../stats/fair-division.js';

export class CpuGroup implements Sharer {
  /** cpu.weight. */
  weight: number;
  /** Milli-CPU: its own of a leaf, the sum of its members else. */
  demand = 0;
  share = 0;
  readonly members: CpuGroup[] = [];

  constructor(weight: number) {
    this.weight = weight;
  }

  add(member: CpuGroup): CpuGroup {
    this.members.push(member);
    return member;
  }

  remove(member: CpuGroup): void {
    this.members.splice(this.members.indexOf(member), 1);
    if (this.members.length === 0) this.demand = 0;
  }

  /** Deals an amount out down to the leaves. O(members, all the way down). */
  deal(amount: number): void {
    this.#ask();
    this.#give(amount);
  }

  #ask(): number {
    if (this.members.length === 0) return this.demand;
    let sum = 0;
    for (const member of this.members) sum += member.#ask();
    this.demand = sum;
    return sum;
  }

  #give(amount: number): void {
    this.share = Math.min(amount, this.demand);
    if (this.members.length === 0) return;
    divide(this.share, this.members);
    for (const member of this.members) member.#give(member.share);
  }
}
