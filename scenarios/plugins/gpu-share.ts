// GPU sharing, and scheduling against the fragmentation of GPUs (FGD): pods ask for a part of one
// device or for whole ones, as milli-GPU in the resource alibabacloud.com/gpu-milli.
//
// GpuShare keeps account of devices. Runs at: Filter, Reserve, Bind. Arguments: deviceChoice, which
// device a part goes to: bestFit (default, the least left), worstFit, or leastFragmentation.
// FGD scores nodes by how much the fragmentation of their idle GPUs would grow, for the mix of tasks
// that has come so far. Runs at: Score. It takes GpuShare for granted.
//
// Source: Q. Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with
// Fragmentation Gradient Descent", USENIX ATC 2023. Where they know the mix beforehand, here it is
// counted as pods come.

import {
  type BindPlugin,
  type Binding,
  clusterEvent,
  devicesFor,
  type FilterPlugin,
  GpuFragmentation,
  type GpuTask,
  gpuCountOf,
  gpuIndexAnnotation,
  gpuIndicesOf,
  gpuModelLabel,
  gpuTaskOf,
  milliEachOf,
  type NamedPluginFactory,
  type NodeTable,
  type PodInfo,
  type ReservePlugin,
  type ScorePlugin,
  type Snapshot,
  status,
  type WeightedTask,
  wholeGpuMilli,
} from 'kubeclock';

const noRoom = status('Unschedulable', 'Insufficient GPU devices');
const noWholes = status(
  'UnschedulableAndUnresolvable',
  'the pod wants neither a part of one GPU nor whole ones',
);

/** What is idle on a node. */
interface IdleNode {
  /** Of the row of the node table from which this was read; see `NodeTable.versions`. */
  version: number;
  readonly model: string;
  cpuMilli: number;
  /** Of each device. */
  readonly gpuMilli: Float64Array;
  /** F for the mix of that epoch; NaN: not computed. */
  fragmentation: number;
  epoch: number;
}

/** The devices of all nodes, from the pods on them. */
class Devices {
  /** Of pods whose binding is under way, or bound: indices of devices by uid. */
  readonly given = new Map<string, readonly number[]>();
  readonly #nodes: IdleNode[] = [];

  /** As of the last change of the row. Linear in its pods when it has changed, else constant. */
  of(table: NodeTable, row: number): IdleNode {
    const version = table.versions[row] ?? 0;
    const known = this.#nodes[row];
    if (known !== undefined && known.version === version) return known;
    const node = table.nodes[row];
    const count = node === undefined ? 0 : gpuCountOf(node);
    const model = node?.metadata.labels?.[gpuModelLabel] ?? '';
    const isSame = known?.gpuMilli.length === count && known.model === model;
    const gpuMilli = isSame ? known.gpuMilli : new Float64Array(count);
    const idle: IdleNode = isSame
      ? known
      : { version, model, cpuMilli: 0, gpuMilli, fragmentation: Number.NaN, epoch: -1 };
    idle.version = version;
    idle.cpuMilli = (table.cpu.allocatable[row] ?? 0) - (table.cpu.requested[row] ?? 0);
    idle.fragmentation = Number.NaN;
    if (count > 0) this.#fill(gpuMilli, table.pods[row] ?? []);
    this.#nodes[row] = idle;
    return idle;
  }

  #fill(gpuMilli: Float64Array, pods: readonly PodInfo[]): void {
    gpuMilli.fill(wholeGpuMilli);
    for (const { pod, uid } of pods) {
      const noted = this.given.get(uid) ?? gpuIndicesOf(pod);
      if (noted.length === 0) continue;
      const each = milliEachOf(taskOf(pod.spec).gpuMilli);
      for (const index of noted) gpuMilli[index] = (gpuMilli[index] ?? 0) - each;
    }
  }
}

// Pods of one template share their list of containers.
const tasks = new WeakMap<object, GpuTask>();

function taskOf(spec: PodInfo['pod']['spec']): GpuTask {
  let task = tasks.get(spec.containers);
  if (task === undefined) {
    task = gpuTaskOf(spec);
    tasks.set(spec.containers, task);
  }
  return task;
}

/** Pods before the first mix is made of them. */
const firstMix = 50;

/** The tasks that have come so far, and the measure that follows from their mix. */
class Mix {
  fragmentation: GpuFragmentation = new GpuFragmentation([]);
  epoch = 0;
  readonly #seen = new Set<string>();
  readonly #tasks = new Map<string, WeightedTask>();
  #next = firstMix;

  /** Counts a pod once. The measure changes when a quarter more has come than at its last change. */
  see({ uid, pod }: PodInfo): void {
    if (this.#seen.has(uid)) return;
    this.#seen.add(uid);
    const { cpuMilli, gpuMilli, gpuModels } = taskOf(pod.spec);
    const key = `${cpuMilli} ${gpuMilli} ${gpuModels.join(' ')}`;
    const weight = (this.#tasks.get(key)?.weight ?? 0) + 1;
    this.#tasks.set(key, { cpuMilli, gpuMilli, gpuModels, weight });
    if (this.#seen.size < this.#next) return;
    this.#next = Math.floor(this.#seen.size * 1.25);
    this.fragmentation = new GpuFragmentation([...this.#tasks.values()]);
    this.epoch++;
  }

  /** F of a node as it is. */
  of(idle: IdleNode): number {
    if (Number.isNaN(idle.fragmentation) || idle.epoch !== this.epoch) {
      idle.fragmentation = this.fragmentation.amount(idle);
      idle.epoch = this.epoch;
    }
    return idle.fragmentation;
  }
}

/** What the two plugins of one scheduler share; its snapshot is the same object for ever. */
interface Shared {
  readonly devices: Devices;
  readonly mix: Mix;
}

const shared = new WeakMap<Snapshot, Shared>();

function sharedOf(snapshot: Snapshot): Shared {
  let found = shared.get(snapshot);
  if (found === undefined) {
    found = { devices: new Devices(), mix: new Mix() };
    shared.set(snapshot, found);
  }
  return found;
}

function fits({ gpuMilli }: IdleNode, wanted: number): boolean {
  const each = milliEachOf(wanted);
  let missing = devicesFor(wanted);
  for (let d = 0; d < gpuMilli.length && missing > 0; d++) {
    if ((gpuMilli[d] ?? 0) >= each) missing--;
  }
  return missing === 0;
}

/** Places the task on the node, device by device that makes a difference; the least F, and where. */
function leastFragmentation(
  { fragmentation }: Mix,
  { model, cpuMilli, gpuMilli }: IdleNode,
  { cpuMilli: cpu, gpuMilli: gpu }: GpuTask,
): { readonly amount: number; readonly devices: readonly number[] } {
  const left = Float64Array.from(gpuMilli);
  const after = { model, cpuMilli: cpuMilli - cpu, gpuMilli: left };
  if (gpu === 0 || gpu >= wholeGpuMilli) {
    const devices = wholeDevices(gpuMilli, devicesFor(gpu));
    for (const d of devices) left[d] = 0;
    return { amount: fragmentation.amount(after), devices };
  }
  let amount = Number.POSITIVE_INFINITY;
  let device = -1;
  for (let d = 0; d < left.length; d++) {
    const before = gpuMilli[d] ?? 0;
    if (before < gpu || gpuMilli.indexOf(before) < d) continue;
    left[d] = before - gpu;
    const found = fragmentation.amount(after);
    left[d] = before;
    if (found < amount) {
      amount = found;
      device = d;
    }
  }
  return { amount, devices: device < 0 ? [] : [device] };
}

/** The first devices that are idle altogether; none where there are not enough of them. */
function wholeDevices(gpuMilli: Float64Array, count: number): readonly number[] {
  const devices: number[] = [];
  for (let d = 0; d < gpuMilli.length && devices.length < count; d++) {
    if (gpuMilli[d] === wholeGpuMilli) devices.push(d);
  }
  return devices.length < count ? [] : devices;
}

const deviceChoices = ['bestFit', 'worstFit', 'leastFragmentation'] as const;
type DeviceChoice = (typeof deviceChoices)[number];

/** Which devices a task gets on a node that has room for it. */
function chosen(choice: DeviceChoice, mix: Mix, idle: IdleNode, task: GpuTask): readonly number[] {
  const { gpuMilli } = idle;
  if (choice === 'leastFragmentation') return leastFragmentation(mix, idle, task).devices;
  if (task.gpuMilli >= wholeGpuMilli) return wholeDevices(gpuMilli, devicesFor(task.gpuMilli));
  const sign = choice === 'bestFit' ? 1 : -1;
  let device = -1;
  for (let d = 0; d < gpuMilli.length; d++) {
    const left = gpuMilli[d] ?? 0;
    if (left < task.gpuMilli) continue;
    if (device < 0 || sign * (left - (gpuMilli[device] ?? 0)) < 0) device = d;
  }
  return device < 0 ? [] : [device];
}

function deviceChoiceOf(args: unknown): DeviceChoice {
  const { deviceChoice = 'bestFit' } = (args ?? {}) as { deviceChoice?: unknown };
  const found = deviceChoices.find((each) => each === deviceChoice);
  if (found !== undefined) return found;
  throw new Error(`deviceChoice is ${String(deviceChoice)}, not ${deviceChoices.join(', ')}`);
}

export const GpuShare = {
  name: 'GpuShare',
  create: (args, handle) => {
    const choice = deviceChoiceOf(args);
    return {
      name: 'GpuShare',

      filter(_state, pod, snapshot) {
        const { devices, mix } = sharedOf(snapshot);
        mix.see(pod);
        const { gpuMilli } = taskOf(pod.pod.spec);
        if (gpuMilli === 0) return undefined;
        if (gpuMilli > wholeGpuMilli && gpuMilli % wholeGpuMilli !== 0) return () => noWholes;
        const { table } = snapshot;
        return (row) => (fits(devices.of(table, row), gpuMilli) ? undefined : noRoom);
      },

      // Which devices are idle follows from the pods of the node, whatever else happens.
      verdictKey: ({ pod }) => [taskOf(pod.spec).gpuMilli],

      reserve(_state, { pod, uid }, nodeName) {
        const task = taskOf(pod.spec);
        if (task.gpuMilli === 0) return undefined;
        const { snapshot } = handle;
        const { devices, mix } = sharedOf(snapshot);
        const row = snapshot.rowOf(nodeName);
        const given = row === undefined ? [] : chosen(choice, mix, devices.of(snapshot.table, row), task);
        if (given.length === 0) return noRoom;
        devices.given.set(uid, given);
        return undefined;
      },

      unreserve(_state, { uid }) {
        sharedOf(handle.snapshot).devices.given.delete(uid);
      },

      /** The binding carries the devices: no request more than without them. */
      bind(_state, { pod, uid }, nodeName) {
        const given = sharedOf(handle.snapshot).devices.given.get(uid);
        if (given === undefined) return undefined;
        const { name, namespace = '' } = pod.metadata;
        const annotations = { [gpuIndexAnnotation]: given.join('-') };
        const body: Binding = {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { namespace, name, uid, annotations },
          target: { kind: 'Node', name: nodeName },
        };
        return { verb: 'create', resource: 'pods', subresource: 'binding', namespace, name, body };
      },

      // Room comes back with a pod that goes and with a node that comes.
      eventsToRegister: () => roomEvents,
    } satisfies FilterPlugin & ReservePlugin & BindPlugin;
  },
} satisfies NamedPluginFactory;

const roomEvents = [
  { event: clusterEvent('AssignedPod', 'Delete') },
  { event: clusterEvent('Node', 'Add', 'UpdateNodeAllocatable') },
];

/** Scores of one task by row, and the versions of the rows and of the mix that they are for. */
interface KnownScores {
  readonly values: Float64Array;
  readonly versions: Int32Array;
  epoch: number;
}

/** By how many millionths of a GPU the fragments on a node become fewer. */
function gainOf(mix: Mix, idle: IdleNode, task: GpuTask): number {
  return Math.round(1000 * (mix.of(idle) - leastFragmentation(mix, idle, task).amount));
}

export const FGD = {
  name: 'FGD',
  create: () => {
    const known = new Map<GpuTask, KnownScores>();
    const knownFor = (task: GpuTask, { capacity }: NodeTable, epoch: number): KnownScores => {
      const found = known.get(task);
      if (found?.epoch === epoch && found.values.length === capacity) return found;
      const versions = new Int32Array(capacity).fill(-1);
      const made = { values: new Float64Array(capacity), versions, epoch };
      known.set(task, made);
      return made;
    };
    return {
      name: 'FGD',

      /** Between two pods of a kind few nodes change: only those are computed. */
      score(_state, pod, nodes, snapshot, scores) {
        const { devices, mix } = sharedOf(snapshot);
        const task = taskOf(pod.pod.spec);
        const { table } = snapshot;
        const { values, versions } = knownFor(task, table, mix.epoch);
        for (let i = 0; i < nodes.count; i++) {
          const row = nodes.rows[i] ?? 0;
          const version = table.versions[row] ?? 0;
          if (versions[row] !== version) {
            values[row] = gainOf(mix, devices.of(table, row), task);
            versions[row] = version;
          }
          scores[i] = values[row] ?? 0;
        }
        return undefined;
      },

      /** In proportion from 0 for the worst node; 100 is for the best ones alone. */
      normalizeScore(scores, count) {
        let worst = Number.POSITIVE_INFINITY;
        let best = Number.NEGATIVE_INFINITY;
        for (let i = 0; i < count; i++) {
          worst = Math.min(worst, scores[i] ?? 0);
          best = Math.max(best, scores[i] ?? 0);
        }
        for (let i = 0; i < count; i++) {
          const above = (scores[i] ?? 0) - worst;
          scores[i] = best === worst ? 100 : Math.floor((100 * above) / (best - worst));
        }
      },

      eventsToRegister: () => [],
    } satisfies ScorePlugin;
  },
} satisfies NamedPluginFactory;
