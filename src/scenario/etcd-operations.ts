/**
 * Operations on etcd: from what is written to what is performed, and what is wrong with them that
 * no schema can see.
 */

import { z } from 'zod';
import type { FieldPath } from '../api/field-path.js';
import { type EtcdFault, type EtcdOperation, etcdFaults } from '../cluster/etcd-operation.js';
import type { Timed } from '../cluster/operation.js';
import { durationUs } from './duration.js';
import {
  duration,
  mapping,
  name,
  oneOf,
  positiveDuration,
  positiveNumber,
  timing,
} from './schema-parts.js';

const memberExpected = "a member's number, from 0, or leader";
const numberOrLeader = z
  .union([z.int().min(0), z.literal('leader')], { error: memberExpected })
  .describe('A number, from 0, or whichever leads at that time.');
const numberLeaderOrAll = z
  .union([z.int().min(0), z.enum(['leader', 'all'])], { error: `${memberExpected}, or all` })
  .optional()
  .describe('A number, from 0, or leader; all, one after the other, when absent.');

/** What a fault must say, and what it alone may say. */
const fieldsOf: Readonly<Partial<Record<EtcdFault, 'factor' | 'delay' | 'duration'>>> = {
  slowDisk: 'factor',
  slowCpu: 'factor',
  slowNetwork: 'delay',
  stallDisk: 'duration',
};

const exampleOf = { factor: 'factor: 10', delay: 'delay: 50ms', duration: 'duration: 3s' };

/** The schemas of the operations on etcd. */
export const etcdOperationSchemas = [
  mapping({
    op: z.literal('etcdFault').describe('A member of etcd, its disk or its network fails.'),
    ...timing,
    name: name('the name of a fault').optional().describe('By which the operation heal knows it.'),
    fault: oneOf(etcdFaults).describe(
      'crash, stop (it hands over first), pause: of the process; partition: cut off from the ' +
        'other members; fullDisk: its next write ends it.',
    ),
    member: numberOrLeader,
    duration: positiveDuration()
      .optional()
      .describe('Until it is mended; when absent, until it is healed by the operation heal.'),
    factor: positiveNumber()
      .optional()
      .describe('Of slowDisk and slowCpu: how many times as long its flushes or its work take.'),
    delay: duration()
      .optional()
      .describe('Of slowNetwork: what messages to and from other members take longer.'),
  }).superRefine((written, context) => {
    const { fault } = written;
    const needed = fieldsOf[fault];
    if (needed !== undefined && written[needed] === undefined) {
      const message = `beside ${fault} a ${needed}, such as ${exampleOf[needed]}`;
      context.addIssue({ code: 'custom', path: ['fault'], message });
    }
    if (fault === 'stallDisk' && written.name !== undefined) {
      const message = 'name not of stallDisk, which nothing but its duration ends';
      context.addIssue({ code: 'custom', path: ['name'], message });
    }
    for (const field of ['factor', 'delay'] as const) {
      if (written[field] === undefined || needed === field) continue;
      const owners = field === 'factor' ? 'slowDisk or slowCpu' : 'slowNetwork';
      context.addIssue({ code: 'custom', path: [field], message: `${field} only of ${owners}` });
    }
  }),
  mapping({ op: z.literal('compact'), ...timing }).describe(
    'etcdctl compact --physical, to the revision of that time.',
  ),
  mapping({ op: z.literal('defrag'), ...timing, member: numberLeaderOrAll }).describe(
    'etcdctl defrag.',
  ),
  mapping({ op: z.literal('disarm'), ...timing }).describe('etcdctl alarm disarm.'),
] as const;

/** An operation on etcd as written. */
export type EtcdOperationText = z.infer<(typeof etcdOperationSchemas)[number]>;

/** The operation that a text stands for. */
export function etcdOperationOf(text: EtcdOperationText, common: Timed): EtcdOperation {
  switch (text.op) {
    case 'etcdFault': {
      const { fault, member, factor = 1, delay } = text;
      const lengthUs =
        text.duration === undefined ? Number.POSITIVE_INFINITY : durationUs(text.duration);
      const what = { fault, member, durationUs: lengthUs, factor, delayUs: durationUs(delay) };
      const named = fault === 'stallDisk' ? {} : { name: text.name ?? common.source };
      return { op: 'etcdFault', ...common, ...named, ...what };
    }
    case 'defrag':
      return { op: 'defrag', ...common, member: text.member ?? 'all' };
    default:
      return { op: text.op, ...common };
  }
}

type Report = (steps: FieldPath, message: string, suggestion: string | undefined) => void;

/** Reports everything wrong with an operation on a cluster of `members`. */
export function checkEtcdOperation(
  operation: EtcdOperation,
  members: number,
  report: Report,
): void {
  const member = 'member' in operation ? operation.member : 0;
  if (typeof member === 'number' && member >= members) {
    const there = members === 1 ? 'is one member' : `are ${members} members`;
    report(['member'], `there ${there} of etcd, numbered from 0`, `member: ${members - 1}`);
  }
  const fault = operation.op === 'etcdFault' ? operation.fault : undefined;
  if (members === 1 && (fault === 'partition' || fault === 'slowNetwork')) {
    const suggestion = 'controlPlane: {etcd: {members: 3}}';
    report(['fault'], 'etcd has one member, which has no others to talk to', suggestion);
  }
}
