/**
 * The network of the cluster from its text: links, images, the network plugin; and what is wrong
 * with the plugin's settings.
 */

import { formatCidr, isWithin, parseCidr } from '../api/cidr.js';
import { quantityValue } from '../api/quantity.js';
import type { CniSpec, FlannelSpec, LinkSpec, NetworkSpec } from '../cluster/cluster-spec.js';
import type { DistributionSpec } from '../kernel/distributions.js';
import {
  type NetworkConfig,
  networkConfig,
  subnetCount,
} from '../network/flannel/subnet-config.js';
import { scenarioDefaults } from './constants.js';
import { type DistributionText, distributionOf } from './distribution-text.js';
import { durationUs } from './duration.js';
import type { SpecProblem } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';

type NetworkText = NonNullable<ScenarioSpec['network']>;
type FlannelText = NonNullable<NetworkText['flannel']>;

/** kube-flannel.yml's. */
export const defaultFlannelNetwork = '10.244.0.0/16';

const durations = (text: DistributionText | undefined): DistributionSpec =>
  distributionOf(text ?? '0', durationUs);

const bytes = (value: string | number | undefined): number => quantityValue(String(value ?? 0));

function linkOf(text: NetworkText['node']): LinkSpec {
  return { delay: durations(text?.delay), bytesPerSecond: bytes(text?.bytesPerSecond) };
}

/** The network of a cluster whose text is checked. */
export function networkOf(text: NetworkText): NetworkSpec {
  const sizes = Object.entries(text.imageSizes ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    controlPlane: linkOf(text.controlPlane),
    node: linkOf(text.node),
    registryBytesPerSecond: bytes(
      text.registry?.bytesPerSecond ?? scenarioDefaults.registryBytesPerSecond,
    ),
    imageSizes: new Map(sizes.map(([image, size]) => [image, bytes(size)])),
    imageBytes: distributionOf(text.defaultImageSize ?? '0', quantityValue),
    cni: cniOf(text),
  };
}

function cniOf({ cni = 'generic', flannel = {} }: NetworkText): CniSpec {
  if (cni !== 'flannel') return { type: cni };
  const config = configOf(flannel);
  // A faulty one is never run.
  return 'network' in config
    ? { type: cni, flannel: flannelOf(flannel, config) }
    : { type: 'none' };
}

const configOf = (text: FlannelText): ReturnType<typeof networkConfig> =>
  networkConfig({ ...text, network: text.network ?? defaultFlannelNetwork });

function flannelOf(text: FlannelText, config: NetworkConfig): FlannelSpec {
  const { backend = {}, reservations = [] } = text;
  return {
    subnetManager: text.subnetManager ?? 'kube',
    config,
    backend: { type: backend.type ?? 'vxlan', directRouting: backend.directRouting === true },
    reservations: new Map(
      reservations.flatMap(({ node, subnet }) => {
        const cidr = parseCidr(subnet);
        return cidr === undefined ? [] : [[node, cidr] as const];
      }),
    ),
  };
}

/** What is wrong with the network plugin's settings. */
export function networkProblems({ network = {} }: ScenarioSpec): readonly SpecProblem[] {
  const { cni = 'generic', flannel } = network;
  if (flannel === undefined) return [];
  const steps = ['network', 'flannel'] as const;
  if (cni !== 'flannel') {
    const message = `the settings of flannel are not used with cni: ${cni}`;
    return [{ steps, message, suggestion: 'cni: flannel' }];
  }
  const config = configOf(flannel);
  if (!('network' in config)) {
    return config.map(({ field, message }) => ({ steps: [...steps, field], message }));
  }
  return [...backendProblems(flannel), ...reservationProblems(flannel, config)];
}

function backendProblems({ backend }: FlannelText): readonly SpecProblem[] {
  const { type = 'vxlan', directRouting } = backend ?? {};
  if (directRouting === undefined || type === 'vxlan') return [];
  const steps = ['network', 'flannel', 'backend', 'directRouting'];
  return [{ steps, message: `directRouting belongs to vxlan, and the backend is ${type}` }];
}

function reservationProblems(
  { reservations = [], subnetManager = 'kube' }: FlannelText,
  config: NetworkConfig,
): readonly SpecProblem[] {
  const below = ['network', 'flannel', 'reservations'];
  if (reservations.length > 0 && subnetManager === 'kube') {
    const message = 'reservations are kept in etcd, and subnetManager is kube';
    return [{ steps: below, message, suggestion: 'subnetManager: etcd' }];
  }
  const owners = new Map<string, string>();
  return reservations.flatMap(({ node, subnet }, index) => {
    const steps = [...below, index, 'subnet'];
    const cidr = parseCidr(subnet);
    const isOne = cidr !== undefined && cidr.bits === config.subnetBits;
    if (!isOne || !isWithin(cidr, config.network) || !isInRange(cidr.first, config)) {
      const message = `${subnet} is not one of the subnets that nodes are given`;
      return [{ steps, message, expected: rangeText(config) }];
    }
    const owner = owners.get(subnet);
    owners.set(subnet, node);
    return owner === undefined
      ? []
      : [{ steps, message: `${subnet} is reserved for ${owner} already` }];
  });
}

const isInRange = (first: number, { subnetMin, subnetMax }: NetworkConfig): boolean =>
  first >= subnetMin && first <= subnetMax;

function rangeText({ subnetMin, subnetMax, subnetBits: bits }: NetworkConfig): string {
  return `${formatCidr({ first: subnetMin, bits })} to ${formatCidr({ first: subnetMax, bits })}`;
}

/** Sentences about the network that the reader of the results must know. */
export function networkNotices(spec: ScenarioSpec): readonly string[] {
  const { cni, flannel = {} } = spec.network ?? {};
  const pools = spec.nodePools ?? [];
  const nodes = pools.reduce((sum, { count }) => sum + count, 0);
  if (cni === 'none') {
    return ['There is no network plugin: nodes stay NotReady, only pods of the host network run.'];
  }
  if (cni !== 'flannel') return [];
  const config = configOf(flannel);
  const isAllocating = spec.controlPlane?.controllerManager?.allocateNodeCIDRs === true;
  const isOfKube = (flannel.subnetManager ?? 'kube') === 'kube';
  const segments = [...new Set(pools.map(({ segment = '' }) => segment))];
  const notices: string[] = [];
  if (isOfKube && !isAllocating) {
    notices.push(
      'Nodes that come later get no podCIDR, which flannel waits for: set ' +
        'controlPlane.controllerManager.allocateNodeCIDRs, or network.flannel.subnetManager to etcd.',
    );
  }
  if (flannel.backend?.type === 'host-gw' && segments.length > 1) {
    const names = segments.map((name) => (name === '' ? 'the default one' : name)).join(', ');
    notices.push(
      `host-gw knows no way between L2 networks: pods in ${names} do not reach each other.`,
    );
  }
  if ('network' in config && flannel.subnetManager === 'etcd' && subnetCount(config) < nodes) {
    const count = subnetCount(config);
    notices.push(`The network of flannel has ${count} subnets for ${nodes} nodes.`);
  }
  return notices;
}
