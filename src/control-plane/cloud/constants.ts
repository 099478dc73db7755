// What the APIs and machines of clouds take, one table a kind of cloud. Medians and 99th
// percentiles of log-normal times. Few of these figures were ever published with their
// distribution; a scenario states its own where it knows better.
import { type Constants, defineConstants } from '../../stats/constants.js';

const summary = 'reference: nodes-controllers 4';
const assumedQuota = 'ASSUMED: a bucket as EC2 documents it for its own API';

const shared = {
  throttledAnswerUs: {
    value: 50_000,
    unit: 'µs',
    source: 'ASSUMED: a call that is refused at the door costs a round trip',
  },
  groupPollUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'ASSUMED: a group notices within a second that it is smaller than asked for',
  },
} as const;

/** What all clouds have in common. */
export const cloudConstants: Constants<typeof shared> = defineConstants('cloud', shared);

type Row = readonly [p50Us: number, p99Us: number, source: string];

interface Figures {
  readonly call: Row;
  readonly create: Row;
  readonly boot: Row;
  readonly nodeReady: Row;
  readonly loadBalancer: Row;
  readonly loadBalancerPerNodeUs: readonly [us: number, source: string];
  readonly route: Row;
}

type Entry = { readonly value: number; readonly unit: string; readonly source: string };

type Names =
  | 'callP50Us'
  | 'callP99Us'
  | 'createP50Us'
  | 'createP99Us'
  | 'bootP50Us'
  | 'bootP99Us'
  | 'nodeReadyP50Us'
  | 'nodeReadyP99Us'
  | 'loadBalancerP50Us'
  | 'loadBalancerP99Us'
  | 'loadBalancerPerNodeUs'
  | 'routeP50Us'
  | 'routeP99Us'
  | 'readQps'
  | 'readBurst'
  | 'writeQps'
  | 'writeBurst';

/** The figures of one kind of cloud. */
export type CloudFigures = Constants<Readonly<Record<Names, Entry>>>;

const time = (value: number, source: string): Entry => ({ value, unit: 'µs', source });
const rate = (value: number, unit: string): Entry => ({ value, unit, source: assumedQuota });

function cloud<const G extends string>(group: G, figures: Figures): CloudFigures {
  const { call, create, boot, nodeReady, loadBalancer, loadBalancerPerNodeUs, route } = figures;
  const [perNodeUs, perNodeSource] = loadBalancerPerNodeUs;
  return defineConstants(group, {
    callP50Us: time(call[0], call[2]),
    callP99Us: time(call[1], call[2]),
    createP50Us: time(create[0], create[2]),
    createP99Us: time(create[1], create[2]),
    bootP50Us: time(boot[0], boot[2]),
    bootP99Us: time(boot[1], boot[2]),
    nodeReadyP50Us: time(nodeReady[0], nodeReady[2]),
    nodeReadyP99Us: time(nodeReady[1], nodeReady[2]),
    loadBalancerP50Us: time(loadBalancer[0], loadBalancer[2]),
    loadBalancerP99Us: time(loadBalancer[1], loadBalancer[2]),
    loadBalancerPerNodeUs: time(perNodeUs, perNodeSource),
    routeP50Us: time(route[0], route[2]),
    routeP99Us: time(route[1], route[2]),
    readQps: rate(20, 'calls/s'),
    readBurst: rate(100, 'calls'),
    writeQps: rate(5, 'calls/s'),
    writeBurst: rate(50, 'calls'),
  });
}

const call: Row = [150_000, 2_000_000, `${summary}.1, cloud call`];
const create: Row = [3_000_000, 8_000_000, `${summary}.5, NodeClaim to launch; p99 ASSUMED`];
const nodeReady: Row = [15_000_000, 45_000_000, `${summary}.5, CNI, taints and DaemonSets`];
const route: Row = [5_000_000, 30_000_000, `${summary}.3, CreateRoute on GCE`];
const membersAtOnce = [0, `${summary}.2: members are set with the rest`] as const;

export const awsCloud: CloudFigures = cloud('cloud-aws', {
  call,
  create,
  boot: [38_000_000, 75_000_000, `${summary}.5, boot to registration`],
  nodeReady,
  loadBalancer: [10_000_000, 30_000_000, `${summary}.2, address of a load balancer`],
  loadBalancerPerNodeUs: membersAtOnce,
  route,
});

export const gceCloud: CloudFigures = cloud('cloud-gce', {
  call,
  create,
  boot: [60_000_000, 150_000_000, `${summary}.5, boot to registration`],
  nodeReady,
  loadBalancer: [45_000_000, 120_000_000, `${summary}.2, EnsureLoadBalancer`],
  loadBalancerPerNodeUs: membersAtOnce,
  route,
});

export const azureCloud: CloudFigures = cloud('cloud-azure', {
  call,
  create,
  boot: [100_000_000, 240_000_000, `${summary}.5, boot to registration`],
  nodeReady,
  loadBalancer: [45_000_000, 120_000_000, 'ASSUMED: as on GCE'],
  loadBalancerPerNodeUs: membersAtOnce,
  route,
});

export const openstackCloud: CloudFigures = cloud('cloud-openstack', {
  call,
  create,
  boot: [60_000_000, 150_000_000, 'ASSUMED: as on GCE'],
  nodeReady,
  loadBalancer: [132_000_000, 180_000_000, `${summary}.2, Octavia, 2.2 min; p99 ASSUMED`],
  loadBalancerPerNodeUs: [13_800_000, `${summary}.2, Octavia adds members serially, 0.23 min each`],
  route,
});

export const bareMetalCloud: CloudFigures = cloud('cloud-bare-metal', {
  call,
  create,
  boot: [300_000_000, 900_000_000, 'ASSUMED: firmware, network boot and installation'],
  nodeReady,
  loadBalancer: [200_000, 1_000_000, `${summary}.2, MetalLB, below 1 s`],
  loadBalancerPerNodeUs: membersAtOnce,
  route,
});
