// A pod with what the scheduler computes from it once: its requests, its host ports, its place in
// the order of priorities. Source: kube-scheduler v1.36 framework types.go; reference: scheduler
// 2.1 and 2.7.

import { claimKeysOf } from '../../../api/claim-volumes.js';
import type { Container } from '../../../api/container.js';
import { extended } from '../../../api/extended.js';
import type { Pod, PodSpec } from '../../../api/pod.js';
import { resizedSpec } from '../../../api/pod-resize.js';
import {
  asksAlike,
  nonZeroRequests,
  podRequests,
  type ResourceAmounts,
  scoringRequests,
} from '../../../api/resource-requests.js';
import { objectKey } from '../../../client/api-request.js';

/** The profile of pods that name none. */
export const defaultSchedulerName = 'default-scheduler';

/** A port on the host that a container claims. */
export interface HostPort {
  readonly ip: string;
  /** `TCP/80`. */
  readonly protocolPort: string;
}

/** Everything that follows from the containers of a spec. */
interface PodAmounts {
  /** What filters and a node's sums count. */
  readonly requests: ResourceAmounts;
  /** With assumptions for containers that state nothing. */
  readonly nonZeroRequests: ResourceAmounts;
  /** What the resource scorers take for the incoming pod. */
  readonly scoringRequests: ResourceAmounts;
  readonly hostPorts: readonly HostPort[];
}

interface KnownAmounts extends PodAmounts {
  /** What they were counted from. */
  readonly spec: PodSpec;
}

// By the list of containers, as in resource-requests.ts.
const knownAmounts = new WeakMap<readonly Container[], KnownAmounts>();

function amountsOf(spec: PodSpec, guess?: KnownAmounts): KnownAmounts {
  if (guess !== undefined && asksAlike(guess.spec, spec)) return guess;
  const known = knownAmounts.get(spec.containers);
  if (known !== undefined && asksAlike(known.spec, spec)) return known;
  const amounts: KnownAmounts = {
    spec,
    requests: podRequests(spec),
    nonZeroRequests: nonZeroRequests(spec),
    scoringRequests: scoringRequests(spec),
    hostPorts: hostPortsOf(spec),
  };
  knownAmounts.set(spec.containers, amounts);
  return amounts;
}

/** Host ports of the containers and of those init containers that keep running. */
function hostPortsOf(spec: PodSpec): readonly HostPort[] {
  const sidecars = (spec.initContainers ?? []).filter(
    ({ restartPolicy }) => restartPolicy === 'Always',
  );
  return [...spec.containers, ...sidecars].flatMap((container) =>
    (container.ports ?? [])
      .filter(({ hostPort }) => (hostPort ?? 0) > 0)
      .map(({ hostIP, protocol, hostPort }) => ({
        ip: hostIP === undefined || hostIP === '' ? '0.0.0.0' : hostIP,
        protocolPort: `${protocol ?? 'TCP'}/${hostPort}`,
      })),
  );
}

/** A pod as the scheduler's cache and queue hold it. */
export class PodInfo {
  readonly pod: Pod;
  readonly uid: string;
  /** `namespace/name`. */
  readonly key: string;
  readonly priority: number;
  /** The profile that schedules it. */
  readonly schedulerName: string;
  /** Whether it has pod affinity or anti-affinity of any kind, and required anti-affinity. */
  readonly hasAffinity: boolean;
  readonly hasRequiredAntiAffinity: boolean;
  /** The claims that its volumes use, as `namespace/name`. */
  readonly claimKeys: readonly string[];
  readonly amounts: KnownAmounts;

  /**
   * `same`: the pod as it was before.
   * @throws QuantityError when an amount of the pod is not a quantity.
   */
  constructor(pod: Pod, same?: PodInfo) {
    const { metadata, spec } = pod;
    this.pod = pod;
    this.key = same?.key ?? objectKey(metadata.namespace, metadata.name);
    this.uid = metadata.uid ?? this.key;
    this.priority = spec.priority ?? 0;
    this.schedulerName = spec.schedulerName ?? defaultSchedulerName;
    // Only on a node there is anything to resize; what is asked of a node is the spec's.
    const counted = (spec.nodeName ?? '') === '' ? spec : resizedSpec(pod);
    this.amounts = amountsOf(counted, same?.amounts);
    const { affinity } = spec;
    const podAntiAffinity = affinity?.podAntiAffinity;
    const required = podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    this.hasAffinity = affinity?.podAffinity !== undefined || podAntiAffinity !== undefined;
    this.hasRequiredAntiAffinity = required !== undefined && required.length > 0;
    this.claimKeys = same?.claimKeys ?? claimKeysOf(pod);
  }

  get requests(): ResourceAmounts {
    return this.amounts.requests;
  }

  get nonZeroRequests(): ResourceAmounts {
    return this.amounts.nonZeroRequests;
  }

  get scoringRequests(): ResourceAmounts {
    return this.amounts.scoringRequests;
  }

  get hostPorts(): readonly HostPort[] {
    return this.amounts.hostPorts;
  }

  /** The node that the pod is bound to, or assumed on; '' for none. */
  get nodeName(): string {
    return this.pod.spec.nodeName ?? '';
  }

  /** The same pod as if it were bound to `nodeName`. */
  on(nodeName: string): PodInfo {
    return new PodInfo({ ...this.pod, spec: extended(this.pod.spec, { nodeName }) }, this);
  }
}
