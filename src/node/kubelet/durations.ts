// Small arithmetic of time that the parts of a kubelet share: grids, drawn durations, and durations
// that a pod states in its annotations.
import type { Pod } from '../../api/pod.js';
import { assert } from '../../kernel/assert.js';
import { type Distribution, distribution } from '../../kernel/distributions.js';
import type { SimTime } from '../../kernel/time.js';

/** First instant of the grid `phase + k x period` that is not before `at`; `at` for period 0. */
export function nextTick(at: SimTime, phaseUs: number, periodUs: number): SimTime {
  if (periodUs === 0) return at;
  return phaseUs + Math.ceil((at - phaseUs) / periodUs) * periodUs;
}

/** A log-normal duration by its median and 99th percentile, a constant where they are equal. */
export function durationOf(p50Us: number, p99Us: number): Distribution {
  return distribution(
    p50Us === p99Us
      ? { kind: 'constant', value: p50Us }
      : { kind: 'logNormal', p50: p50Us, p99: p99Us },
  );
}

/** Annotations by which a pod says what its containers do; see docs/MODEL.md. */
export const behaviour = {
  /** Containers exit with code 0 so long after their start. */
  runTime: 'kubeclock.dev/run-time',
  /** Init containers take so long. */
  initRunTime: 'kubeclock.dev/init-run-time',
  /** Containers are able to serve so long after their start; `never` for never. */
  readyAfter: 'kubeclock.dev/ready-after',
  /** `true`: containers stop only when they are killed. */
  ignoresSigterm: 'kubeclock.dev/ignores-sigterm',
} as const;

const unitsUs: ReadonlyMap<string, number> = new Map([
  ['us', 1],
  ['ms', 1_000],
  ['s', 1_000_000],
  ['m', 60_000_000],
  ['h', 3_600_000_000],
]);

/** Microseconds in a duration as Go writes it: `1m30s`, `250ms`, `0.5s`; `never` is Infinity. */
export function parseDuration(text: string): number | undefined {
  if (text === 'never') return Number.POSITIVE_INFINITY;
  if (!/^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h))+$/.test(text)) return undefined;
  let totalUs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/g)) {
    totalUs += Number(amount) * (unitsUs.get(unit as string) as number);
  }
  return Math.round(totalUs);
}

/**
 * The duration that an annotation of a pod states, µs; undefined without the annotation.
 * @throws AssertionError when its text is no duration.
 */
export function annotatedDuration(pod: Pod, key: string): number | undefined {
  const text = pod.metadata.annotations?.[key];
  if (text === undefined) return undefined;
  const durationUs = parseDuration(text);
  assert(
    durationUs !== undefined,
    `${pod.metadata.name}: ${key} "${text}" is no duration like 30s`,
  );
  return durationUs;
}
