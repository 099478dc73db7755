// The components of the control plane of which one replica leads, wired to their machines.
import type { Lease } from '../api/lease.js';
import { heldLease } from '../client/leader-elector.js';
import type { ControllerManagerMonitor } from '../control-plane/controller-manager/sync-loop.js';
import type { Simulation } from '../kernel/simulation.js';
import type { ClusterSpec, ControlPlaneSpec } from './cluster-spec.js';
import type { ControlPlane } from './control-plane.js';
import { ControllerManagerProcess, controllerManagerName } from './controller-manager-process.js';
import { ElectedProcesses, identityOf } from './elected-process.js';
import { type SchedulerListeners, SchedulerProcess } from './scheduler-process.js';

/** The leases that the first replicas have held since before the run. */
export function heldLeases({
  scheduler,
  additionalSchedulers,
  controllerManager,
}: ControlPlaneSpec): readonly Lease[] {
  const components = [
    { ...controllerManager, name: controllerManagerName },
    scheduler,
    ...additionalSchedulers,
  ];
  return components.map(({ name, leaderElection }) =>
    heldLease(name, identityOf(name, 0, 1), leaderElection),
  );
}

/** What the controllers depend on. */
type ControllersSpec = Pick<ClusterSpec, 'controlPlane' | 'podAutoscaling' | 'storage'>;

/** The controllers; asked to stop they keep their lease, which then has to expire. */
export function electedControllers(
  simulation: Simulation,
  controlPlane: ControlPlane,
  { controlPlane: { controllerManager }, podAutoscaling, storage }: ControllersSpec,
  monitor?: ControllerManagerMonitor,
): ElectedProcesses<ControllerManagerProcess> {
  const { hosts, leaderElection } = controllerManager;
  return new ElectedProcesses(simulation, {
    name: controllerManagerName,
    replicas: hosts.map((host) => controlPlane.process('kube-controller-manager', host)),
    times: leaderElection,
    releasesLease: false,
    build: (host) =>
      new ControllerManagerProcess(simulation, {
        controlPlane,
        spec: controllerManager,
        autoscales: podAutoscaling !== undefined,
        hasStorage: storage !== undefined,
        host,
        monitor,
      }),
  });
}

/** The schedulers, each with replicas of its own; asked to stop they give their lease up. */
export function electedSchedulers(
  simulation: Simulation,
  controlPlane: ControlPlane,
  { scheduler, additionalSchedulers }: ControlPlaneSpec,
  listeners: SchedulerListeners,
): readonly ElectedProcesses<SchedulerProcess>[] {
  return [scheduler, ...additionalSchedulers].map((spec) => {
    const { name, hosts, leaderElection } = spec;
    return new ElectedProcesses(simulation, {
      name,
      replicas: hosts.map((host) => controlPlane.process('kube-scheduler', host, name)),
      times: leaderElection,
      releasesLease: true,
      build: (host) => new SchedulerProcess(simulation, controlPlane, spec, host, listeners),
    });
  });
}
