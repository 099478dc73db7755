/**
 * Faults of nodes: from what is written to what is performed, and what is wrong with them that no
 * schema can see.
 */

import { z } from 'zod';
import { didYouMean } from '../api/did-you-mean.js';
import type { FieldPath } from '../api/field-path.js';
import {
  type FaultOperation,
  type NetworkGroup,
  type NodeSelection,
  nodeFaults,
  partitionedPackets,
  registryFaults,
} from '../cluster/fault-operation.js';
import type { SelectableNode } from '../cluster/node-selection.js';
import { matchesNode } from '../cluster/node-selection.js';
import type { Timed } from '../cluster/operation.js';
import { distributionOf } from './distribution-text.js';
import { durationUs, signedDurationUs } from './duration.js';
import {
  clockOffset,
  durations,
  list,
  mapping,
  name,
  oneOf,
  positiveDuration,
  positiveNumber,
  text,
  timing,
  wholeNumber,
} from './schema-parts.js';

/** A part of something: more than nothing, at most all of it. */
const share = z
  .number({ error: 'a number above 0 and at most 1, such as 0.3' })
  .gt(0, { error: 'a number above 0 and at most 1, such as 0.3' })
  .max(1, { error: 'a number above 0 and at most 1, such as 0.3' });

const selection = mapping({
  names: list(text('the name of a node'), 'names of nodes', 1)
    .optional()
    .describe('These nodes, such as workers-0.'),
  pool: text('the name of a node pool').optional().describe('Nodes of this pool.'),
  zone: text('the name of a zone').optional().describe('Label topology.kubernetes.io/zone.'),
  labels: z
    .record(z.string(), text('the value of a label'), { error: 'a mapping of labels' })
    .optional()
    .describe('Labels that a node has when it registers.'),
  share: share.optional().describe('Of those that match; which ones, the seed decides.'),
  count: wholeNumber(1, 100_000).optional().describe('At most so many of those that match.'),
});

/** Nodes by name, or by what they have in common. */
const nodeSelection = z
  .union([list(text('the name of a node'), 'names of nodes', 1), selection], {
    error: 'a list of names, or a mapping {names, pool, zone, labels, share, count}',
  })
  .describe('Nodes that are there when the fault strikes and match everything that is stated.');

const networkGroup = z.union(
  [
    z.literal('controlPlane'),
    mapping({
      hosts: list(text('the name of a host'), 'names of hosts', 1).describe(
        'Machines of the control plane.',
      ),
    }),
    list(text('the name of a node'), 'names of nodes', 1),
    selection,
  ],
  {
    error: 'controlPlane, {hosts: [names]}, names of nodes, or {names, pool, zone, labels, share}',
  },
);

/** What every fault may say. */
const faultFields = {
  ...timing,
  name: name('the name of a fault').optional().describe('By which the operation heal knows it.'),
  duration: positiveDuration()
    .optional()
    .describe('Until it heals by itself; when absent, until it is healed by the operation heal.'),
};

/** The schemas of faults of nodes and of what ends them. */
export const faultOperationSchemas = [
  mapping({
    op: z.literal('nodeFault').describe('Machines, kubelets or clocks of nodes fail.'),
    ...faultFields,
    fault: oneOf(nodeFaults).describe(
      'crash: the machine is off and comes back anew; reboot: the same, each node for a downtime ' +
        'of its own; stopKubelet: only the kubelet is down, containers go on; clockSkew: the ' +
        'clock is off by `offset`.',
    ),
    nodes: nodeSelection,
    downtime: durations
      .optional()
      .describe('Of a reboot: to the start of the kubelet; {p50: 60s, p99: 180s} when absent.'),
    offset: clockOffset()
      .optional()
      .describe('Of clockSkew: 90s sets the clock forward, -90s back; at most 24h either way.'),
  }).superRefine((written, context) => {
    const isReboot = written.fault === 'reboot';
    const isSkew = written.fault === 'clockSkew';
    if (isSkew !== (written.offset !== undefined)) {
      const message = isSkew
        ? 'beside clockSkew an offset: 90s or -90s'
        : 'offset only of clockSkew';
      context.addIssue({ code: 'custom', path: [isSkew ? 'fault' : 'offset'], message });
    }
    if (!isReboot && written.downtime !== undefined) {
      const message = 'downtime only of reboot, others have a duration';
      context.addIssue({ code: 'custom', path: ['downtime'], message });
    }
    if (isReboot && written.duration !== undefined) {
      const message = 'duration not of reboot, which has a downtime';
      context.addIssue({ code: 'custom', path: ['duration'], message });
    }
  }),
  mapping({
    op: z.literal('partition').describe('Two groups of machines cannot reach each other.'),
    ...faultFields,
    between: z
      .tuple([networkGroup, networkGroup], { error: 'two groups: [{zone: zone-b}, controlPlane]' })
      .describe('Machines of one group cannot reach those of the other, in both directions.'),
    packets: oneOf(partitionedPackets)
      .optional()
      .describe('dropped, when absent: connections hang; refused: they are turned away at once.'),
  }),
  mapping({
    op: z.literal('registryFault').describe('Images cannot be pulled, or only slowly.'),
    ...faultFields,
    fault: oneOf(registryFaults).describe('down: every pull is refused; slow: by `factor`.'),
    factor: positiveNumber()
      .optional()
      .describe('Of slow: how many times as long pulls take that begin meanwhile.'),
  }).superRefine(({ fault, factor }, context) => {
    if ((fault === 'slow') === (factor !== undefined)) return;
    const message =
      fault === 'slow' ? 'beside slow a factor, such as factor: 10' : 'factor only of slow';
    context.addIssue({ code: 'custom', path: [fault === 'slow' ? 'fault' : 'factor'], message });
  }),
  mapping({
    op: z.literal('heal'),
    ...timing,
    fault: text('the name of a fault').optional().describe('All faults so far when absent.'),
  }).describe('Ends faults.'),
] as const;

/** A fault as written. */
export type FaultOperationText = z.infer<(typeof faultOperationSchemas)[number]>;

/** ASSUMED: a server's firmware, boot loader and init; as a default only. */
const rebootDowntime = { p50: '60s', p99: '180s' } as const;

/** The operation that a text stands for. */
export function faultOperationOf(written: FaultOperationText, common: Timed): FaultOperation {
  if (written.op === 'heal') return { op: 'heal', ...common, fault: written.fault };
  const { name: own = common.source, duration: length } = written;
  const lengthUs = length === undefined ? Number.POSITIVE_INFINITY : durationUs(length);
  const base = { ...common, name: own, durationUs: lengthUs };
  if (written.op === 'partition') {
    const [one, other] = written.between;
    const between = [groupOf(one), groupOf(other)] as const;
    return { op: 'partition', ...base, between, packets: written.packets ?? 'dropped' };
  }
  if (written.op === 'registryFault') {
    const { fault, factor = 1 } = written;
    return { op: 'registryFault', ...base, fault, factor };
  }
  const { fault, nodes, downtime = rebootDowntime, offset } = written;
  return {
    op: 'nodeFault',
    ...base,
    fault,
    nodes: selectionOf(nodes),
    downtime: distributionOf(downtime, durationUs),
    offsetUs: offset === undefined ? 0 : signedDurationUs(offset),
  };
}

function groupOf(group: z.infer<typeof networkGroup>): NetworkGroup {
  if (group === 'controlPlane') return { hosts: 'all' };
  if (!Array.isArray(group) && 'hosts' in group) return { hosts: group.hosts };
  return { nodes: selectionOf(group) };
}

function selectionOf(nodes: z.infer<typeof nodeSelection>): NodeSelection {
  if (Array.isArray(nodes)) return { names: nodes };
  const { names, pool, zone, labels, share: part, count } = nodes;
  return {
    ...(names !== undefined && { names }),
    ...(pool !== undefined && { pool }),
    ...(zone !== undefined && { zone }),
    ...(labels !== undefined && { labels: new Map(Object.entries(labels)) }),
    ...(part !== undefined && { share: part }),
    ...(count !== undefined && { count }),
  };
}

type Report = (steps: FieldPath, message: string, suggestion: string | undefined) => void;

/** What faults may be done to. */
export interface FaultPlaces {
  readonly nodes: readonly SelectableNode[];
  /** Names of machines of the control plane. */
  readonly hosts: readonly string[];
  /** Its pods talk to each other. */
  readonly hasTraffic: boolean;
}

/** Faults so far, and what they may be done to. */
export class FaultSequence {
  readonly #names = new Set<string>();

  /** Reports everything wrong with a fault in such a cluster. */
  check(
    operation: FaultOperation,
    { nodes, hosts, hasTraffic }: FaultPlaces,
    report: Report,
  ): void {
    if (operation.op === 'heal') return this.#checkHeal(operation.fault, report);
    this.add(operation.name, report);
    if (operation.op === 'nodeFault') {
      return checkSelection(operation.nodes, nodes, ['nodes'], report);
    }
    if (operation.op === 'registryFault') return;
    for (const [side, group] of operation.between.entries()) {
      if ('nodes' in group) checkSelection(group.nodes, nodes, ['between', side], report);
      else checkHosts(group.hosts, hosts, ['between', side, 'hosts'], report);
    }
    if (hasTraffic || operation.between.some((group) => 'hosts' in group)) return;
    const without = 'without workload.traffic or workload.dnsTraffic';
    const message = `nothing that is simulated passes between nodes ${without}`;
    report(['between'], message, 'between: [{zone: zone-b}, controlPlane]');
  }

  /** Takes note of one more fault that can be healed; reports a name that is taken. */
  add(own: string, report: Report): void {
    if (this.#names.has(own)) {
      report(['name'], `a fault named "${own}" is there already`, undefined);
    }
    this.#names.add(own);
  }

  #checkHeal(fault: string | undefined, report: Report): void {
    if (this.#names.size === 0) return report([], 'no fault comes before this heal', undefined);
    if (fault === undefined || this.#names.has(fault)) return;
    const near = didYouMean(fault, this.#names);
    const message = `no operation before this one is a fault named "${fault}"`;
    report(['fault'], message, near && `fault: ${near}`);
  }
}

function checkHosts(
  names: readonly string[] | 'all',
  hosts: readonly string[],
  steps: FieldPath,
  report: Report,
): void {
  if (names === 'all') return;
  for (const [index, each] of names.entries()) {
    if (hosts.includes(each)) continue;
    const message = `no host of the control plane is called "${each}"`;
    report([...steps, index], message, didYouMean(each, hosts));
  }
}

/** What is stated must be there, one by one and together. */
function checkSelection(
  selection: NodeSelection,
  nodes: readonly SelectableNode[],
  steps: FieldPath,
  report: Report,
): void {
  const all = (of: (node: SelectableNode) => string | undefined): readonly string[] =>
    [...new Set(nodes.map(of))].flatMap((value) => value ?? []);
  const unknown = (field: string, value: string, known: readonly string[], what: string): void => {
    if (known.includes(value)) return;
    const near = didYouMean(value, known);
    report([...steps, field], `no node ${what} "${value}"`, near);
    isFound = false;
  };
  let isFound = true;
  const { names = [], pool, zone } = selection;
  const allNames = all((node) => node.name);
  for (const each of names) unknown('names', each, allNames, 'is called');
  if (pool !== undefined)
    unknown(
      'pool',
      pool,
      all((node) => node.pool),
      'is in a pool',
    );
  if (zone !== undefined) {
    const zones = all(({ labels }) => labels['topology.kubernetes.io/zone']);
    unknown('zone', zone, zones, 'is in a zone');
  }
  if (!isFound || nodes.some((node) => matchesNode(selection, node))) return;
  report(steps, 'no node matches all of this', undefined);
}
