// Why pods were refused, from what the scheduler has said of them: `0/5 nodes are available: 3
// Insufficient cpu, 2 Too many pods.`
import type { EventRow, PodRow } from '../metrics/run-result.js';
import { ascending } from '../stats/ascending.js';

/** A reason and how often it was given. */
export interface RefusalReason {
  readonly reason: string;
  /** Pods whose last refusal names it. */
  readonly pods: number;
  /** Refusals that name it, by Events. */
  readonly refusals: number;
  /** Nodes that gave it at once, at most; 0 where it is about the pod and not about nodes. */
  readonly mostNodes: number;
}

/** The most frequent reason first. O(pods + Events). */
export function refusalReasons(
  pods: readonly PodRow[],
  events: readonly EventRow[],
): RefusalReason[] {
  const found = new Map<string, { -readonly [K in keyof RefusalReason]: RefusalReason[K] }>();
  const note = (message: string, refusals: number, podCount: number): void => {
    for (const { reason, nodes } of reasonsIn(message)) {
      const row = found.get(reason) ?? { reason, pods: 0, refusals: 0, mostNodes: 0 };
      row.pods += podCount;
      row.refusals += refusals;
      row.mostNodes = Math.max(row.mostNodes, nodes);
      found.set(reason, row);
    }
  };
  for (const { message } of pods) if (message !== '') note(message, 0, 1);
  for (const { reason, message, count } of events) {
    if (reason === 'FailedScheduling') note(message, count, 0);
  }
  return [...found.values()].sort(
    (a, b) =>
      ascending(b.pods, a.pods) ||
      ascending(b.refusals, a.refusals) ||
      ascending(a.reason, b.reason),
  );
}

/** The reasons in a message, and what PostFilter plugins add behind them. */
const refusal =
  /^\d+\/\d+ nodes are available: (.*?)\.?(?: (?:no new claims to deallocate|preemption:).*)?$/s;

/** What a message gives as reasons; the whole message when it is of another form. */
export function reasonsIn(message: string): { readonly reason: string; readonly nodes: number }[] {
  const list = refusal.exec(message)?.[1] ?? message;
  // A reason may hold a comma itself; the next one begins with its count.
  return list.split(/, (?=\d+ )/).map((part) => {
    const [, count, reason] = /^(\d+) (.*)$/s.exec(part) ?? [];
    return reason === undefined ? { reason: part, nodes: 0 } : { reason, nodes: Number(count) };
  });
}
