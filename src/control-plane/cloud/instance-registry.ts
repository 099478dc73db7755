// The machines that a cloud lets, one a node: each is launched, boots until its kubelet registers,
// and is paid for until it is ended. Groups keep the size that is asked for: what is missing is
// launched, also in the place of an instance that somebody has ended.
// Left out: spot instances that the cloud takes back; machines that boot and never join.
// Source: reference: nodes-controllers 4.4, 4.5.
import {
  type Distribution,
  type DistributionSpec,
  distribution,
} from '../../kernel/distributions.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import type {
  CloudAnswer,
  CloudCallback,
  CloudInstance,
  CloudInstances,
  InstanceState,
  LaunchRequest,
  NodeGroup,
} from '../cloud-provider.js';
import type { CloudCalls } from './cloud-calls.js';
import type { CloudProfile } from './cloud-profile.js';
import { cloudConstants as constants } from './constants.js';

/** One row of the catalogue. */
export interface InstanceTypeFacts {
  readonly name: string;
  /** Undefined: nobody has said. */
  readonly pricePerHour: number | undefined;
  /** Undefined: as the profile says. */
  readonly boot: DistributionSpec | undefined;
  /** Most that the cloud has at a time. */
  readonly available: number;
}

export interface NodeGroupSpec {
  /** Of its pool. */
  readonly name: string;
  readonly minSize: number;
  readonly maxSize: number;
}

/** Where machines stand; the assembly's. */
export interface MachineRoom {
  /** Names the next machine of a pool, which joins later or never. */
  reserve(pool: string, zone: string): MachinePlace;
  /** Its kubelet starts; `readyUs` later everything on it works. */
  powerOn(instance: CloudInstance, request: LaunchRequest, readyUs: number): void;
  /** It is off, with everything on it. */
  powerOff(nodeName: string): void;
  /** It is taken away, whether it is off or not. */
  discard(nodeName: string): void;
}

export type MachinePlace = Pick<CloudInstance, 'nodeName' | 'zone' | 'region' | 'instanceType'>;

/** What was let for how long; `endedUs` undefined: still. */
export interface Rental {
  readonly instanceType: string;
  readonly pool: string;
  readonly pricePerHour: number | undefined;
  readonly fromUs: SimTime;
  endedUs: SimTime | undefined;
}

interface Machine {
  instance: CloudInstance;
  readonly request: LaunchRequest;
  readonly rental: Rental;
}

interface Group {
  readonly spec: NodeGroupSpec;
  targetSize: number;
  failedLaunches: number;
  readonly machines: Set<Machine>;
}

const anything = { zone: '', labels: {}, taints: [] };

export class InstanceRegistry implements CloudInstances {
  /** Everything that was ever let, in order. */
  readonly rentals: Rental[] = [];
  readonly #simulation: Simulation;
  readonly #calls: CloudCalls;
  readonly #profile: CloudProfile;
  readonly #rooms: MachineRoom;
  readonly #create: Distribution;
  readonly #boot: Distribution;
  readonly #nodeReady: Distribution;
  readonly #types = new Map<string, InstanceTypeFacts>();
  readonly #groups = new Map<string, Group>();
  /** By node, those that are not terminated. */
  readonly #byNode = new Map<string, Machine>();
  /** By what they were launched with, those that are not terminated. */
  readonly #byToken = new Map<string, Machine>();
  readonly #used = new Map<string, number>();
  readonly #booting: Machine[] = [];
  readonly #booted: EventKind;
  readonly #groupLaunch: EventKind;
  readonly #groupNames: readonly string[];

  constructor(
    simulation: Simulation,
    calls: CloudCalls,
    profile: CloudProfile,
    options: {
      readonly types: readonly InstanceTypeFacts[];
      readonly groups: readonly NodeGroupSpec[];
      readonly rooms: MachineRoom;
    },
  ) {
    this.#simulation = simulation;
    this.#calls = calls;
    this.#profile = profile;
    this.#rooms = options.rooms;
    this.#create = distribution(profile.create);
    this.#boot = distribution(profile.boot);
    this.#nodeReady = distribution(profile.nodeReady);
    for (const type of options.types) this.#types.set(type.name, type);
    for (const spec of options.groups) {
      const group = { spec, targetSize: 0, failedLaunches: 0, machines: new Set<Machine>() };
      this.#groups.set(spec.name, group);
    }
    this.#groupNames = options.groups.map(({ name }) => name);
    this.#booted = simulation.defineEvent('cloud.InstanceBooted', (index) =>
      this.#powerOn(this.#booting[index] as Machine),
    );
    this.#groupLaunch = simulation.defineEvent('cloud.GroupInstanceLaunched', (index) =>
      this.#fill(this.#groups.get(this.#groupNames[index] as string) as Group),
    );
  }

  get groups(): readonly NodeGroup[] {
    return [...this.#groups.values()].map(({ spec, targetSize, failedLaunches, machines }) => ({
      ...spec,
      targetSize,
      failedLaunches,
      instances: [...machines].map(({ instance }) => instance),
    }));
  }

  /** A machine that is up already. */
  adopt(pool: string, place: MachinePlace): CloudInstance {
    const machine = this.#let({ ...anything, pool }, place, 'running');
    const group = this.#groups.get(pool);
    if (group !== undefined) {
      group.targetSize++;
      group.machines.add(machine);
    }
    return machine.instance;
  }

  describe<C>(nodeName: string, onDone: CloudCallback<C>, context: C): void {
    this.#calls.send({
      operation: 'DescribeInstance',
      entity: nodeName,
      isWrite: false,
      perform: () => {
        const machine = this.#byNode.get(nodeName);
        return machine === undefined ? { fault: 'NotFound' } : { instance: machine.instance };
      },
      onDone,
      context,
    });
  }

  create<C>(request: LaunchRequest, onDone: CloudCallback<C>, context: C): void {
    this.#calls.send({
      operation: 'CreateInstance',
      entity: request.pool,
      isWrite: true,
      latency: this.#create,
      perform: () => {
        const { token } = request;
        const earlier = token === undefined ? undefined : this.#byToken.get(token);
        const machine = earlier ?? this.#launch(request);
        if (token !== undefined && machine !== undefined) this.#byToken.set(token, machine);
        return machine === undefined
          ? { fault: 'InsufficientCapacity' }
          : { instance: machine.instance };
      },
      onDone,
      context,
    });
  }

  delete<C>(machineName: string, onDone: CloudCallback<C>, context: C): void {
    this.#calls.send({
      operation: 'DeleteInstance',
      entity: machineName,
      isWrite: true,
      perform: (): CloudAnswer => {
        const machine = this.#byNode.get(machineName) ?? this.#withId(machineName);
        if (machine === undefined) return { fault: 'NotFound' };
        const group = this.#groups.get(machine.instance.pool);
        if (group !== undefined) group.targetSize--;
        this.#end(machine);
        return {};
      },
      onDone,
      context,
    });
  }

  increaseGroup<C>(name: string, by: number, onDone: CloudCallback<C>, context: C): void {
    this.#calls.send({
      operation: 'SetGroupSize',
      entity: name,
      isWrite: true,
      perform: (): CloudAnswer => {
        const group = this.#groups.get(name);
        if (group === undefined) return { fault: 'NotFound' };
        group.targetSize = Math.min(group.targetSize + by, group.spec.maxSize);
        group.failedLaunches = 0;
        this.#fillLater(group);
        return {};
      },
      onDone,
      context,
    });
  }

  /** The instance of a node as it is now; undefined: it is terminated, or never was. */
  instanceOf(nodeName: string): CloudInstance | undefined {
    return this.#byNode.get(nodeName)?.instance;
  }

  /** O(machines). */
  #withId(id: string): Machine | undefined {
    return [...this.#byNode.values()].find(({ instance }) => instance.id === id);
  }

  /** Somebody ends an instance behind the cluster's back; its group replaces it. */
  terminate(nodeName: string): void {
    const machine = this.#byNode.get(nodeName);
    if (machine === undefined) return;
    const group = this.#groups.get(machine.instance.pool);
    this.#end(machine);
    if (group !== undefined) this.#fillLater(group);
  }

  /** Somebody shuts an instance down; it is still paid for. */
  stop(nodeName: string): void {
    const machine = this.#byNode.get(nodeName);
    if (machine === undefined || machine.instance.state === 'stopped') return;
    this.#rename(machine, 'stopped');
    this.#rooms.powerOff(nodeName);
  }

  #fillLater(group: Group): void {
    const stream = this.#simulation.random.stream(
      `cloud/group/${group.spec.name}/${this.rentals.length}`,
    );
    const delayUs = constants.groupPollUs + this.#create.sample(stream);
    const index = this.#groupNames.indexOf(group.spec.name);
    this.#simulation.after(delayUs, this.#groupLaunch, index);
  }

  /** Launches what is missing; what the cloud has not is given up. */
  #fill(group: Group): void {
    while (group.machines.size < group.targetSize) {
      const machine = this.#launch({ ...anything, pool: group.spec.name });
      if (machine === undefined) {
        group.failedLaunches += group.targetSize - group.machines.size;
        group.targetSize = group.machines.size;
        return;
      }
      group.machines.add(machine);
    }
  }

  #launch(request: LaunchRequest): Machine | undefined {
    const place = this.#rooms.reserve(request.pool, request.zone);
    const type = this.#types.get(place.instanceType);
    const used = this.#used.get(place.instanceType) ?? 0;
    if (type !== undefined && used >= type.available) return undefined;
    const machine = this.#let(request, place, 'pending');
    const stream = this.#simulation.random.stream(`cloud/boot/${place.nodeName}`);
    const boot = type?.boot === undefined ? this.#boot : distribution(type.boot);
    this.#simulation.after(boot.sample(stream), this.#booted, this.#booting.push(machine) - 1);
    return machine;
  }

  #let(request: LaunchRequest, place: MachinePlace, state: InstanceState): Machine {
    const { instanceType, zone, nodeName } = place;
    const ordinal = this.rentals.length.toString(16).padStart(17, '0');
    const type = this.#types.get(instanceType);
    const { now } = this.#simulation;
    const instance: CloudInstance = {
      ...place,
      id: `${this.#profile.name}:///${zone}/i-${ordinal}`,
      pool: request.pool,
      state,
      requestedUs: now,
    };
    const rental: Rental = {
      instanceType,
      pool: request.pool,
      pricePerHour: type?.pricePerHour,
      fromUs: now,
      endedUs: undefined,
    };
    this.rentals.push(rental);
    this.#used.set(instanceType, (this.#used.get(instanceType) ?? 0) + 1);
    const machine = { instance, request, rental };
    this.#byNode.set(nodeName, machine);
    return machine;
  }

  #powerOn(machine: Machine): void {
    if (machine.instance.state !== 'pending') return;
    const { nodeName } = machine.instance;
    this.#rename(machine, 'running');
    const stream = this.#simulation.random.stream(`cloud/node-ready/${nodeName}`);
    this.#rooms.powerOn(machine.instance, machine.request, this.#nodeReady.sample(stream));
  }

  #end(machine: Machine): void {
    const { nodeName, instanceType, pool, state } = machine.instance;
    this.#rename(machine, 'terminated');
    this.#byNode.delete(nodeName);
    this.#byToken.delete(machine.request.token ?? '');
    this.#groups.get(pool)?.machines.delete(machine);
    this.#used.set(instanceType, (this.#used.get(instanceType) ?? 0) - 1);
    machine.rental.endedUs = this.#simulation.now;
    if (state !== 'pending') this.#rooms.discard(nodeName);
  }

  #rename(machine: Machine, state: InstanceState): void {
    machine.instance = { ...machine.instance, state };
  }
}
