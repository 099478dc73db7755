// The queue never loses a pod and never has it twice: random storms of events against a model that
// knows only which pods exist and which are under way.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  assignedPodAdd,
  assignedPodDelete,
  nodeAdd,
} from '../../../../src/control-plane/scheduler/framework/cluster-event.js';
import { Framework } from '../../../../src/control-plane/scheduler/framework/framework.js';
import { Nominator } from '../../../../src/control-plane/scheduler/framework/nominator.js';
import { multiPoint } from '../../../../src/control-plane/scheduler/framework/plugin-set.js';
import { PodInfo } from '../../../../src/control-plane/scheduler/framework/pod-info.js';
import type { QueuedPodInfo } from '../../../../src/control-plane/scheduler/queue/queued-pod-info.js';
import { SchedulingQueue } from '../../../../src/control-plane/scheduler/queue/scheduling-queue.js';
import { makeNode, makePod } from '../cluster-fixture.js';
import { plainPlugins } from '../plain-plugins.js';

const second = 1_000_000;
const rejectors = ['NodeResourcesFit', 'NodeAffinity', 'TaintToleration', 'NodePorts'];

type Step = readonly [kind: number, pod: number, detail: number];

/** Pods that exist: their state in the API, and the entry while it is under way. */
interface Known {
  readonly info: PodInfo;
  readonly entry: QueuedPodInfo | undefined;
}

class Storm {
  now = 0;
  readonly known = new Map<string, Known>();
  readonly queue: SchedulingQueue;

  constructor() {
    const plugins = multiPoint(plainPlugins());
    this.queue = new SchedulingQueue({
      frameworks: [new Framework({ schedulerName: 'default-scheduler', plugins })],
      nominator: new Nominator(),
      podInitialBackoffUs: second,
      podMaxBackoffUs: 10 * second,
      podMaxInUnschedulablePodsUs: 300 * second,
    });
  }

  step([kind, index, detail]: Step): void {
    this.now += detail * 137_000;
    const name = `p-${index}`;
    const known = this.known.get(name);
    const { queue, now } = this;
    if (kind === 0) this.addOrUpdate(name, detail);
    else if (kind === 1) this.delete(name);
    else if (kind <= 3) this.pop();
    else if (kind <= 5) this.finish(name, detail);
    else if (kind === 6) this.move(nodeAdd, makeNode('n'));
    else if (kind === 7) this.move(assignedPodAdd, makePod('e', { spec: { nodeName: 'n' } }));
    else if (kind === 8) {
      const previous = makePod('e', { spec: { nodeName: 'n' } });
      queue.moveAllToActiveOrBackoffQueue(
        { event: assignedPodDelete, previous, object: undefined },
        now,
      );
    } else if (kind === 9) queue.flushBackoffQCompleted(Math.floor(now / second) * second);
    else if (kind === 10) {
      this.now += 30 * second * detail;
      queue.flushUnschedulablePodsLeftover(this.now);
    } else if (kind === 11) {
      if (known !== undefined) queue.activate(known.info, now);
    } else if (known !== undefined) {
      const spec = { ...known.info.pod.spec, schedulingGates: [] };
      this.replace(name, new PodInfo({ ...known.info.pod, spec }));
    }
  }

  private move(
    event: typeof nodeAdd,
    object: ReturnType<typeof makeNode> | ReturnType<typeof makePod>,
  ): void {
    this.queue.moveAllToActiveOrBackoffQueue({ event, previous: undefined, object }, this.now);
  }

  private addOrUpdate(name: string, detail: number): void {
    const spec = {
      priority: detail % 3,
      ...(detail % 4 === 0 && { schedulingGates: [{ name: 'gate' }] }),
    };
    const pod = makePod(name, { spec, labels: { detail: `${detail}` } });
    const known = this.known.get(name);
    if (known === undefined) {
      const info = new PodInfo(pod);
      this.queue.add(info, this.now);
      this.known.set(name, { info, entry: undefined });
    } else {
      // Gates can be taken away, never added.
      const schedulingGates = known.info.pod.spec.schedulingGates ?? [];
      this.replace(name, new PodInfo({ ...pod, spec: { ...pod.spec, schedulingGates } }));
    }
  }

  private replace(name: string, info: PodInfo): void {
    const known = this.known.get(name)!;
    this.queue.update(known.info.pod, info, this.now);
    this.known.set(name, { info, entry: known.entry });
  }

  private delete(name: string): void {
    const known = this.known.get(name);
    if (known === undefined) return;
    this.queue.delete(known.info.pod);
    if (known.entry !== undefined) this.queue.done(known.info.uid);
    this.known.delete(name);
  }

  private pop(): void {
    const hadNext = this.queue.hasNext;
    const entry = this.queue.pop();
    expect(entry !== undefined).toBe(hadNext);
    if (entry === undefined) return;
    const { name } = entry.info.pod.metadata;
    const known = this.known.get(name)!;
    expect(known.entry).toBeUndefined();
    expect(entry.info.pod.spec.schedulingGates ?? []).toEqual([]);
    this.known.set(name, { info: known.info, entry });
  }

  /** A pod under way is bound, rejected, or stopped by an error. */
  private finish(name: string, detail: number): void {
    const known = this.known.get(name);
    if (known?.entry === undefined) return;
    const { entry } = known;
    if (detail % 3 === 0) {
      this.queue.done(known.info.uid);
      this.known.delete(name);
      return;
    }
    const count = detail % 3 === 1 ? 0 : 1 + (detail % 2);
    entry.info = known.info;
    entry.unschedulablePlugins = new Set(rejectors.slice(detail % 3, (detail % 3) + count));
    entry.pendingPlugins = new Set(detail % 5 === 0 ? rejectors.slice(0, 1) : []);
    this.queue.addUnschedulableIfNotPresent(entry, this.now);
    this.known.set(name, { info: known.info, entry: undefined });
  }

  /** Every pod is in one store, or under way; counts agree. */
  check(): void {
    let inQueue = 0;
    for (const [name, { entry, info }] of this.known) {
      const stored = this.queue.get(`default/${name}`);
      expect(stored !== undefined, `${name} is in one place`).toBe(entry === undefined);
      if (stored !== undefined) {
        inQueue++;
        expect(stored.info.pod).toBe(info.pod);
      }
    }
    const { active, backoff, unschedulable, gated } = this.queue.pendingPods;
    expect(active + backoff + unschedulable + gated).toBe(inQueue);
    expect(unschedulable > 0).toBe(this.queue.nextLeftoverUs() !== undefined);
    expect(backoff > 0).toBe(this.queue.nextBackoffFlushUs() !== undefined);
  }
}

describe('the scheduling queue', () => {
  const step = fc.tuple(fc.nat(12), fc.nat(9), fc.nat(12));

  test('keeps every pod in exactly one place under any storm of events', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const storm = new Storm();
        for (const each of steps) {
          storm.step(each);
          storm.check();
        }
      }),
      { numRuns: 400 },
    );
  });

  test('gives every ungated pod back in the end', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const storm = new Storm();
        for (const each of steps) storm.step(each);
        const waiting = [...storm.known].filter(([, { entry, info }]) => {
          return entry === undefined && (info.pod.spec.schedulingGates ?? []).length === 0;
        });
        const { queue } = storm;
        queue.flushUnschedulablePodsLeftover(storm.now + 301 * second);
        queue.flushBackoffQCompleted(storm.now + 400 * second);
        const names = new Set<string>();
        for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
          names.add(entry.info.pod.metadata.name);
        }
        expect([...names].sort()).toEqual(waiting.map(([name]) => name).sort());
      }),
      { numRuns: 300 },
    );
  });
});
