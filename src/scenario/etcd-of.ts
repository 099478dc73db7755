/**
 * From the etcd of a complete spec to what the assembly builds, and what is wrong with it as a
 * whole.
 */

import { encodedBytes } from '../api/encoded-size.js';
import { formatBytes, quantityValue } from '../api/quantity.js';
import type { ControlPlaneHost, DiskSpec, EtcdServers, EtcdSpec } from '../cluster/cluster-spec.js';
import { kubeletNode, nodeLease } from '../cluster/node-objects.js';
import { defaultEtcdOptions } from '../control-plane/etcd/etcd.js';
import { diskNamed } from './disks.js';
import { distributionOf } from './distribution-text.js';
import { durationUs, formatDuration } from './duration.js';
import { nodePoolOf } from './node-pools.js';
import type { SpecProblem } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';

type ControlPlaneText = NonNullable<ScenarioSpec['controlPlane']>;
type EtcdText = NonNullable<ControlPlaneText['etcd']>;

/** Cores of a machine of etcd's own that says nothing. */
const DEFAULT_CORES = 4;
/** Etcd refuses a longer election timeout. */
const LONGEST_ELECTION_TIMEOUT_US = 50_000_000;
const LEAST_HEARTBEATS = 5;
const MEBI = 1_048_576;

function diskOf(disk: NonNullable<EtcdText['disk']>): DiskSpec {
  if (typeof disk !== 'object') return diskNamed(disk);
  const bytes = disk.bytesPerSecond ?? diskNamed('nvme').bytesPerSecond;
  const fsync = distributionOf(disk.fsync, durationUs);
  return { fsync, bytesPerSecond: quantityValue(String(bytes)) };
}

/** Machines on which only etcd runs. */
function ownHostsOf(hosts: EtcdText['hosts'], members: number): readonly ControlPlaneHost[] {
  if (hosts === undefined) return [];
  if (Array.isArray(hosts)) return hosts;
  const { count = members, cores = DEFAULT_CORES } = hosts;
  return Array.from({ length: count }, (_, index) => ({ name: `etcd-host-${index}`, cores }));
}

/** Etcd of a spec that has its defaults; `shared` are the hosts of the control plane. */
export function etcdOf(text: EtcdText | undefined, shared: readonly string[]): EtcdSpec {
  const members = text?.members ?? 1;
  const ownHosts = ownHostsOf(text?.hosts, members);
  const names = text?.hosts === undefined ? shared : ownHosts.map(({ name }) => name);
  return {
    members,
    hosts: names.slice(0, members),
    ownHosts,
    disk: diskOf(text?.disk ?? 'nvme'),
    walDisk: text?.walDisk === undefined ? undefined : diskOf(text.walDisk),
    options: {
      ...defaultEtcdOptions,
      heartbeatIntervalUs: durationUs(text?.heartbeatInterval),
      electionTimeoutUs: durationUs(text?.electionTimeout),
      quotaBackendBytes: quantityValue(String(text?.quotaBackendBytes ?? 0)),
      watchProgressNotifyIntervalUs: durationUs(text?.watchProgressNotifyInterval),
    },
  };
}

/** Kubeadm lets an apiserver talk to the member beside it, and others to all there are. */
export function etcdServersOf(etcd: EtcdSpec, apiServerHosts: readonly string[]): EtcdServers {
  return apiServerHosts.every((host) => etcd.hosts.includes(host)) ? 'local' : 'all';
}

/** Everything wrong with etcd; `hosts` are those of the control plane, in words that etcd has. */
export function etcdProblems(spec: ScenarioSpec, hosts: readonly string[]): SpecProblem[] {
  const text = spec.controlPlane?.etcd;
  const etcd = etcdOf(text, hosts);
  return [
    ...memberProblems(etcd, text?.hosts === undefined),
    ...timeoutProblems(etcd),
    ...quotaProblems(spec, etcd),
    ...serverProblems(spec, etcd, hosts),
  ];
}

function memberProblems({ members, hosts }: EtcdSpec, isShared: boolean): SpecProblem[] {
  const steps = ['controlPlane', 'etcd', 'members'];
  if (members % 2 === 0) {
    const message = `${members} etcd members tolerate no more failures than ${members - 1}`;
    const suggestion = `members: ${members - 1}`;
    return [{ steps, message, expected: 'an odd number', suggestion }];
  }
  if (members <= hosts.length) return [];
  const message = `${members} etcd members need ${members} hosts, and there are ${hosts.length}`;
  const where = isShared ? 'controlPlane.hosts.count' : 'controlPlane.etcd.hosts.count';
  return [{ steps, message, expected: `one host a member: raise ${where}` }];
}

function timeoutProblems({ options }: EtcdSpec): SpecProblem[] {
  const { heartbeatIntervalUs, electionTimeoutUs } = options;
  const steps = ['controlPlane', 'etcd', 'electionTimeout'];
  const election = formatDuration(electionTimeoutUs);
  if (electionTimeoutUs < LEAST_HEARTBEATS * heartbeatIntervalUs) {
    const least = formatDuration(LEAST_HEARTBEATS * heartbeatIntervalUs);
    const heartbeat = formatDuration(heartbeatIntervalUs);
    const message =
      `--election-timeout[${election}] should be at least as ${LEAST_HEARTBEATS} times as ` +
      `--heartbeat-interval[${heartbeat}]`;
    return [
      { steps, message, expected: `${least} or more`, suggestion: `electionTimeout: ${least}` },
    ];
  }
  if (electionTimeoutUs <= LONGEST_ELECTION_TIMEOUT_US) return [];
  const message = `--election-timeout[${election}] is too long, and should be set less than 50000ms`;
  return [{ steps, message, expected: '50s or less', suggestion: 'electionTimeout: 50s' }];
}

/** The nodes that are there at the start must fit into the database, or no write ever succeeds. */
function quotaProblems(spec: ScenarioSpec, { options }: EtcdSpec): SpecProblem[] {
  let bytes = 0;
  for (const pool of (spec.nodePools ?? []).map((each) => nodePoolOf(each))) {
    const { name, node } = kubeletNode(pool, 0, true);
    bytes += pool.count * (encodedBytes(node) + encodedBytes(nodeLease(name)));
  }
  if (bytes < options.quotaBackendBytes) return [];
  const quota = formatBytes(options.quotaBackendBytes);
  const message = `the nodes take ${Math.ceil(bytes / MEBI)}Mi in etcd, and its quota is ${quota}`;
  const expected = 'a quota that leaves room for more, such as 2Gi';
  return [{ steps: ['controlPlane', 'etcd', 'quotaBackendBytes'], message, expected }];
}

function serverProblems(
  spec: ScenarioSpec,
  etcd: EtcdSpec,
  hosts: readonly string[],
): SpecProblem[] {
  const { etcdServers, replicas = hosts.length } = spec.controlPlane?.apiServer ?? {};
  const lonely = hosts.slice(0, replicas).find((host) => !etcd.hosts.includes(host));
  if (etcdServers !== 'local' || lonely === undefined) return [];
  const message = `there is no member of etcd on ${lonely} for its API server to connect to`;
  const suggestion = 'etcdServers: all';
  return [{ steps: ['controlPlane', 'apiServer', 'etcdServers'], message, suggestion }];
}
