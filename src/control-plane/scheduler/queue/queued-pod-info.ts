// A pod in the scheduling queue, or between two stays in it.
// Source: kube-scheduler v1.36 framework/types.go QueuedPodInfo; reference: scheduler 1.2.

import type { SimTime } from '../../../kernel/time.js';
import type { ClusterEvent } from '../framework/cluster-event.js';
import type { QueueSortKey } from '../framework/plugin.js';
import type { PodInfo } from '../framework/pod-info.js';

/** Lives from the first time the pod is seen until it is bound or gone. */
export class QueuedPodInfo implements QueueSortKey {
  info: PodInfo;
  timestampUs: SimTime;
  /** Breaks ties between entries of one instant, which real clocks do not have. */
  sequence: number;
  /** How often it was popped. */
  attempts = 0;
  /** When it first entered activeQ; the scheduling SLI starts here. */
  initialAttemptUs: SimTime | undefined;
  unschedulableCount = 0;
  consecutiveErrorsCount = 0;
  /** Plugins that rejected the last attempt; their events bring the pod back. */
  unschedulablePlugins: ReadonlySet<string> = noPlugins;
  /** Plugins of the last attempt that wait for something; their events skip the backoff. */
  pendingPlugins: ReadonlySet<string> = noPlugins;
  /** The PreEnqueue plugin that keeps the pod out; '' when none does. */
  gatingPlugin = '';
  /** What that plugin has registered. */
  gatingEvents: readonly ClusterEvent[] = [];
  /** Set when the backoff is computed; undefined before. */
  backoffExpirationUs: SimTime | undefined;

  constructor(info: PodInfo, now: SimTime, sequence: number) {
    this.info = info;
    this.timestampUs = now;
    this.sequence = sequence;
  }

  get key(): string {
    return this.info.key;
  }

  get isGated(): boolean {
    return this.gatingPlugin !== '';
  }

  /** Whether some plugin has rejected the pod, as opposed to an error. */
  get hasRejectors(): boolean {
    return this.unschedulablePlugins.size > 0 || this.pendingPlugins.size > 0;
  }

  /** Forgets who rejected it: a new attempt begins. */
  beginAttempt(): void {
    this.attempts++;
    this.unschedulablePlugins = noPlugins;
    this.pendingPlugins = noPlugins;
    this.gatingPlugin = '';
    this.gatingEvents = [];
    this.backoffExpirationUs = undefined;
  }
}

const noPlugins: ReadonlySet<string> = new Set();
