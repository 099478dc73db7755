// A cloud with its API: machines, load balancers and routes behind one door.
import type { Simulation } from '../../kernel/simulation.js';
import type { CloudProvider } from '../cloud-provider.js';
import { CloudCalls, type CloudMonitor } from './cloud-calls.js';
import { LoadBalancers } from './cloud-load-balancers.js';
import type { CloudProfile } from './cloud-profile.js';
import { RoutingTable } from './cloud-routes.js';
import {
  InstanceRegistry,
  type InstanceTypeFacts,
  type MachineRoom,
  type NodeGroupSpec,
} from './instance-registry.js';

export interface CloudOptions {
  readonly profile: CloudProfile;
  readonly types: readonly InstanceTypeFacts[];
  readonly groups: readonly NodeGroupSpec[];
  readonly rooms: MachineRoom;
  readonly monitor?: CloudMonitor | undefined;
}

export class Cloud implements CloudProvider {
  readonly name: string;
  readonly instances: InstanceRegistry;
  readonly loadBalancers: LoadBalancers;
  readonly routes: RoutingTable;

  constructor(simulation: Simulation, { profile, types, groups, rooms, monitor }: CloudOptions) {
    const calls = new CloudCalls(simulation, profile, monitor);
    this.name = profile.name;
    this.instances = new InstanceRegistry(simulation, calls, profile, { types, groups, rooms });
    this.loadBalancers = new LoadBalancers(calls, profile);
    this.routes = new RoutingTable(calls, profile);
  }
}
