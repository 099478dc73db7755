// What all parts of the kubelet fleet share.
import type { LazyHeartbeats } from '../../client/lazy-heartbeats.js';
import type { ClusterObserver } from '../../client/observer.js';
import type { Slab } from '../../client/slab.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { RuntimeService } from '../cri.js';
import type { NodeCpus } from '../node-cpus.js';
import type { KubeletSettings } from './constants.js';
import type { KubeletMonitor } from './kubelet-monitor.js';
import type { NodeAgent } from './node-agent.js';
import type { PodRecord } from './pod-record.js';
import type { PodServers } from './pod-servers.js';

/** Shared by the parts; nodes and pods are known by index and slot. */
export interface KubeletContext {
  readonly simulation: Simulation;
  readonly settings: KubeletSettings;
  readonly observer: ClusterObserver;
  /** Absent: nobody measures. */
  readonly monitor: KubeletMonitor | undefined;
  readonly runtime: RuntimeService;
  /** Absent: nobody works on the nodes but the runtime. */
  readonly cpus: NodeCpus | undefined;
  readonly agents: readonly NodeAgent[];
  readonly pods: Slab<PodRecord>;
  readonly servers: PodServers;
  /** Absent: all heartbeats are sent. */
  readonly lazyHeartbeats: LazyHeartbeats | undefined;
}
