// Ranges of pod addresses for nodes.
import { describe, expect, test } from 'vitest';
import { type Cidr, cidrOf, formatCidr } from '../../../../src/api/cidr.js';
import type { Event } from '../../../../src/api/event.js';
import type { Node } from '../../../../src/api/node.js';
import { CidrSet } from '../../../../src/control-plane/controller-manager/node-ipam/cidr-set.js';
import { ControllerBench } from '../controller-bench.js';

const text = (range: Cidr | undefined): string => (range === undefined ? '' : formatCidr(range));

describe('a set of ranges', () => {
  const four = (): CidrSet => new CidrSet(cidrOf('10.0.0.0/22'), 24);

  test('gives them out in order, and no more than there are', () => {
    const set = four();
    const given = Array.from({ length: 5 }, () => text(set.allocate()));
    expect(given).toEqual(['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24', '10.0.3.0/24', '']);
  });

  test('passes over what nodes have already', () => {
    const set = four();
    set.occupy(cidrOf('10.0.0.0/24'));
    set.occupy(cidrOf('10.0.0.0/24'));
    set.occupy(cidrOf('10.0.2.0/24'));
    expect([1, 2, 3].map(() => text(set.allocate()))).toEqual(['10.0.1.0/24', '10.0.3.0/24', '']);
  });

  test('gives a range that came back out last', () => {
    const set = four();
    const first = set.allocate() as Cidr;
    set.release(first);
    expect(text(set.allocate())).toBe('10.0.1.0/24');
    set.release(first);
    const rest = Array.from({ length: 4 }, () => text(set.allocate()));
    expect(rest).toEqual(['10.0.2.0/24', '10.0.3.0/24', '10.0.0.0/24', '']);
  });

  test('does not mind ranges of other clusters and sizes', () => {
    const set = four();
    set.occupy(cidrOf('10.9.0.0/24'));
    set.release(cidrOf('10.0.0.0/25'));
    expect(text(set.allocate())).toBe('10.0.0.0/24');
  });
});

const node = (name: string, podCIDR?: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: podCIDR === undefined ? {} : { podCIDR, podCIDRs: [podCIDR] },
});

const bench = (clusterCidr: string): ControllerBench =>
  new ControllerBench({ nodeCidrs: { clusterCidr, maskBits: 24 } });

const rangeOf = (of: ControllerBench, name: string): string | undefined =>
  of.get(node(name))?.spec.podCIDR;

describe('the controller', () => {
  test('gives every new node the next range, also in the list of ranges', () => {
    const one = bench('10.244.0.0/16');
    one.create(node('held', '10.244.0.0/24'));
    one.wait(1_000_000);
    for (const name of ['a', 'b']) one.create(node(name));
    one.wait(1_000_000);
    expect(['held', 'a', 'b'].map((name) => rangeOf(one, name))).toEqual([
      '10.244.0.0/24',
      '10.244.1.0/24',
      '10.244.2.0/24',
    ]);
    expect(one.get(node('a'))?.spec.podCIDRs).toEqual(['10.244.1.0/24']);
  });

  test('tells a node for which there is none, and gives it the range of one that goes', () => {
    const small = bench('10.244.0.0/24');
    small.create(node('a'));
    small.wait(1_000_000);
    small.create(node('b'));
    small.wait(10_000_000);
    expect(rangeOf(small, 'b')).toBeUndefined();
    const [event] = small
      .stored<Event>('Event')
      .filter(({ reason }) => reason === 'CIDRNotAvailable');
    expect(event).toMatchObject({
      type: 'Normal',
      message: 'Node b status is now: CIDRNotAvailable',
      involvedObject: { kind: 'Node', name: 'b' },
    });
    small.ask(node('a'), { verb: 'delete' });
    small.wait(30_000_000);
    expect(rangeOf(small, 'b')).toBe('10.244.0.0/24');
  });

  test('gives ranges to many nodes at the rate of its client', () => {
    const many = new ControllerBench({
      limit: { qps: 20, burst: 30 },
      nodeCidrs: { clusterCidr: '10.244.0.0/16', maskBits: 24 },
    });
    for (let i = 0; i < 70; i++) many.create(node(`n${i}`));
    many.wait(5_000_000);
    const given = many.stored<Node>('Node').map(({ spec }) => spec.podCIDR);
    expect(new Set(given).size).toBe(70);
    const seconds = many.secondsOf('Node', 'MODIFIED');
    expect((seconds.at(-1) ?? 0) - (seconds[0] ?? 0)).toBeGreaterThan(1.5);
  });
});
