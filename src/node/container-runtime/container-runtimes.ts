// The container runtimes of all nodes. Calls of one node run side by side until there are more of
// them than cores; beyond that they share it. That one law yields the published start rates of a
// 4-core node (containerd 6-8 pods/s, docker 2.5 pods/s) from the times of single calls.
// Where containers say what CPU they use, the calls get what these leave (node-cpus.ts).
// Left out: the memory and steady CPU use of the daemons.
// Source: reference nodes-controllers §1.22, §7.
import { type Distribution, distribution } from '../../kernel/distributions.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import { nodeCpuConstants } from '../constants.js';
import type { RuntimeName, RuntimeProfile, RuntimeService, RuntimeTimes } from '../cri.js';
import type { NodeCpus } from '../node-cpus.js';
import { ProcessorSharing } from '../processor-sharing.js';
import { runtimeProfiles } from './profiles.js';

function compile(profile: RuntimeProfile): RuntimeTimes<Distribution> {
  return {
    runPodSandbox: distribution(profile.runPodSandbox),
    networkAdd: distribution(profile.networkAdd),
    createContainer: distribution(profile.createContainer),
    startContainer: distribution(profile.startContainer),
    stopContainer: distribution(profile.stopContainer),
    stopPodSandbox: distribution(profile.stopPodSandbox),
  };
}

/** One runtime a node. */
export class ContainerRuntimes implements RuntimeService {
  readonly #stations: ProcessorSharing;
  readonly #profiles: Readonly<Record<RuntimeName, RuntimeProfile>>;
  readonly #compiled = new Map<RuntimeName, RuntimeTimes<Distribution>>();
  readonly #nodes: RuntimeTimes<Distribution>[] = [];

  /** `profiles` replaces the calibrated ones; `cpus`: of the same nodes, shared with their pods. */
  constructor(
    simulation: Simulation,
    profiles: Readonly<Record<RuntimeName, RuntimeProfile>> = runtimeProfiles,
    cpus?: NodeCpus,
  ) {
    const calls = cpus?.systemWork(nodeCpuConstants.threadMilli, (node) =>
      this.#stations.limitChanged(node),
    );
    this.#stations = new ProcessorSharing(simulation, 'container-runtime', calls?.speed);
    this.#profiles = profiles;
  }

  addNode(runtime: RuntimeName, cores: number): void {
    let times = this.#compiled.get(runtime);
    if (times === undefined) {
      times = compile(this.#profiles[runtime]);
      this.#compiled.set(runtime, times);
    }
    this.#nodes.push(times);
    this.#stations.add(cores);
  }

  timesOf(node: number): RuntimeTimes<Distribution> {
    return this.#nodes[node] as RuntimeTimes<Distribution>;
  }

  perform(node: number, aloneUs: number, kind: EventKind, target: number, arg = 0): void {
    this.#stations.run(node, aloneUs, kind, target, arg);
  }
}
