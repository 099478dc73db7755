// The four runtimes as distributions of their CRI calls. A machine profile may replace any of them.
import type { DistributionSpec } from '../../kernel/distributions.js';
import type { RuntimeName, RuntimeProfile } from '../cri.js';
import {
  containerdConstants,
  crioConstants,
  dockerConstants,
  rktConstants,
  runtimeConstants,
} from './constants.js';

/** Medians of one runtime, µs; 0 where the call does nothing. */
interface Medians {
  readonly runPodSandboxUs: number;
  readonly createContainerUs: number;
  readonly startContainerUs: number;
  readonly stopContainerUs: number;
}

/** The distribution of a call from its median. */
function callTime(medianUs: number): DistributionSpec {
  if (medianUs === 0) return { kind: 'constant', value: 0 };
  return { kind: 'logNormal', p50: medianUs, p99: medianUs * runtimeConstants.p99ToMedian };
}

function profileOf(medians: Medians): RuntimeProfile {
  return {
    runPodSandbox: callTime(medians.runPodSandboxUs),
    networkAdd: callTime(runtimeConstants.networkAddUs),
    createContainer: callTime(medians.createContainerUs),
    startContainer: callTime(medians.startContainerUs),
    stopContainer: callTime(medians.stopContainerUs),
    stopPodSandbox: callTime(runtimeConstants.stopPodSandboxUs),
  };
}

/** Every runtime by name. */
export const runtimeProfiles: Readonly<Record<RuntimeName, RuntimeProfile>> = {
  containerd: profileOf(containerdConstants),
  'cri-o': profileOf(crioConstants),
  docker: profileOf(dockerConstants),
  rkt: profileOf(rktConstants),
};

/** A runtime whose pods start and stop after exact times, like the agents of recorded timelines. */
export function exactProfile(startUs: number, stopUs: number): RuntimeProfile {
  const nothing: DistributionSpec = { kind: 'constant', value: 0 };
  return {
    runPodSandbox: nothing,
    networkAdd: nothing,
    createContainer: nothing,
    startContainer: { kind: 'constant', value: startUs },
    stopContainer: { kind: 'constant', value: stopUs },
    stopPodSandbox: nothing,
  };
}
