// When probes succeed and fail. A probe asks at the instants of its grid, once the container runs
// and its initial delay has passed; the container answers well from some instant on, for good. So
// each outcome is one instant that can be computed, however many questions lie before it.
// Left out: containers that stop answering again, but for want of CPU (prober.ts), and errors of
// the probe itself.
// Source: Kubernetes v1.36 pkg/kubelet/prober/worker.go (reference: nodes-controllers §1.11).
import type { Probe } from '../../api/probe.js';
import type { SimTime } from '../../kernel/time.js';
import type { KubeletSettings } from './constants.js';

/** What a probe meets. */
export interface ProbeTarget {
  /** One instant of the probe's grid. */
  readonly tickUs: SimTime;
  /** Not before this instant; later when the initial delay has not passed. */
  readonly fromUs: SimTime;
  /** When the container was started. */
  readonly startedUs: SimTime;
  /** From then on it answers well; Infinity for never. */
  readonly ableUs: SimTime;
}

export function probePeriodUs(probe: Probe): number {
  return (probe.periodSeconds ?? 10) * 1_000_000;
}

/** What one question takes. */
export function probeCostUs(probe: Probe, settings: KubeletSettings): number {
  return probe.exec === undefined ? settings.networkProbeUs : settings.execProbeUs;
}

/** What one question takes with that share of a core; Infinity when it takes too long. */
export function answerUs(probe: Probe, settings: KubeletSettings, share: number): number {
  const aloneUs = probeCostUs(probe, settings);
  if (probe.exec === undefined) return aloneUs;
  const takesUs = Math.round(aloneUs / share);
  return takesUs > probeTimeoutUs(probe) ? Number.POSITIVE_INFINITY : takesUs;
}

export function probeTimeoutUs(probe: Probe): number {
  return (probe.timeoutSeconds ?? 1) * 1_000_000;
}

/** The next question not before a time. */
export function questionUs(probe: Probe, target: ProbeTarget, fromUs: SimTime): SimTime {
  return Math.max(firstQuestionUs(probe, target), tickFrom(probe, target.tickUs, fromUs));
}

/** The first question that is asked. */
function firstQuestionUs(probe: Probe, target: ProbeTarget): SimTime {
  const delayedUs = target.startedUs + (probe.initialDelaySeconds ?? 0) * 1_000_000;
  return tickFrom(probe, target.tickUs, Math.max(delayedUs, target.fromUs));
}

/** When as many good answers as asked for have come in a row; Infinity for never. */
export function successUs(probe: Probe, target: ProbeTarget): SimTime {
  if (target.ableUs === Number.POSITIVE_INFINITY) return target.ableUs;
  const first = Math.max(firstQuestionUs(probe, target), target.ableUs);
  const more = (probe.successThreshold ?? 1) - 1;
  return tickFrom(probe, target.tickUs, first) + more * probePeriodUs(probe);
}

/** When as many bad answers as allowed have come in a row; Infinity when it answers well before. */
export function failureUs(probe: Probe, target: ProbeTarget): SimTime {
  const more = (probe.failureThreshold ?? 3) - 1;
  const last = firstQuestionUs(probe, target) + more * probePeriodUs(probe);
  return last < target.ableUs ? last : Number.POSITIVE_INFINITY;
}

function tickFrom(probe: Probe, tickUs: SimTime, fromUs: SimTime): SimTime {
  const periodUs = probePeriodUs(probe);
  return tickUs + Math.ceil((fromUs - tickUs) / periodUs) * periodUs;
}
