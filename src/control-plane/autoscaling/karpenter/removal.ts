// How Karpenter takes a node away.
import type { Taint } from '../../../api/node.js';
import type { RemovalEvent, RemovalTimes } from '../node-remover.js';
import { karpenterConstants as constants } from './constants.js';

/** Name of the process, of its lease, and the first part of the names of its events. */
export const karpenterName = 'karpenter';

interface Removal {
  readonly name: string;
  readonly taintKey: string;
  readonly nodeEvent: RemovalEvent;
  readonly podEvent: RemovalEvent;
  readonly deletesNode: boolean;
  readonly times: RemovalTimes;
}

/** What is done with a node that is to go. */
export const removal: Removal = {
  name: karpenterName,
  taintKey: 'karpenter.sh/disrupted',
  nodeEvent: { reason: 'DisruptionTerminating', message: 'Disrupting Node' },
  podEvent: { reason: 'Evicted', message: 'Evicted pod' },
  deletesNode: true,
  times: {
    delayAfterTaintUs: 0,
    evictionRetryUs: constants.evictionRetryUs,
    evictionsUs: Number.POSITIVE_INFINITY,
    headroomUs: 0,
    podsGonePollUs: constants.drainPollUs,
    maxGraceSeconds: Number.POSITIVE_INFINITY,
  },
};

/** Of a node that is on its way out, or waits for what replaces it. */
export const disruptedTaint: Taint = { key: removal.taintKey, effect: 'NoSchedule' };
