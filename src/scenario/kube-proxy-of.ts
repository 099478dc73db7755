/**
 * How kube-proxies work, in a cluster and on the nodes of a pool: mode, version, how often they may
 * sync, how fast their machines are.
 * Source: reference nodes-controllers §0.2 and §2.1-2.3 for what changed with which version.
 */

import type { FieldPath } from '../api/field-path.js';
import type { KubeProxySpec } from '../cluster/cluster-spec.js';
import { kubeProxyConstants } from '../node/kube-proxy/constants.js';
import { durationUs } from './duration.js';
import type { SpecProblem } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';
import { duration, mapping, oneOf, positiveNumber } from './schema-parts.js';

const modes = ['iptables', 'ipvs', 'nftables', 'userspace'] as const;

type Mode = (typeof modes)[number];

/** Versions whose kube-proxies differ from each other, or from the next. */
const oldest = 19;
const newest = 36;
const versions: readonly string[] = Array.from(
  { length: newest - oldest + 1 },
  (_, index) => `1.${oldest + index}`,
);

/** The last with the userspace mode, and the first with nftables. */
const lastUserspace = 25;
const firstNftables = 29;
/** The first that writes only what has changed, and the first whose runner counts from ends. */
const firstPartialSync = 27;
const firstCompletionRunner = 35;
/** The first that, with more than 1,000 endpoints, does without full syncs (kubernetes#138571). */
const firstSparedSync = 34;
/** The first that keeps a second between syncs. */
const firstMinSyncPeriod = 20;

/** `kubeProxy` of a cluster or of a node pool. */
export const kubeProxy = mapping({
  mode: oneOf(modes).optional().describe('How it programs its rules; iptables when absent.'),
  version: oneOf(versions)
    .optional()
    .describe(
      'Of kube-proxy; 1.36 when absent, 1.25 with userspace. Full syncs only up to 1.26, one an ' +
        'hour also with many endpoints up to 1.33, a token bucket of two syncs up to 1.34.',
    ),
  minSyncPeriod: duration()
    .optional()
    .describe('Between syncs; 1s when absent, 0s with ipvs and up to 1.19.'),
  cpuFactor: positiveNumber()
    .optional()
    .describe('A sync takes so many times as long as on the machines of published figures.'),
});

type KubeProxyText = NonNullable<ScenarioSpec['kubeProxy']>;

function minorOf({ mode, version }: KubeProxyText): number {
  if (version !== undefined) return Number(version.slice(2));
  return mode === 'userspace' ? lastUserspace : newest;
}

/** In the notation of a scenario. */
export function defaultMinSyncPeriod(text: KubeProxyText): string {
  return text.mode === 'ipvs' || minorOf(text) < firstMinSyncPeriod ? '0s' : '1s';
}

/** What a pool states, with what it leaves to the cluster: a mode or a version stands alone. */
function ofPool(cluster: KubeProxyText, pool: KubeProxyText): KubeProxyText {
  if (pool.mode === undefined && pool.version === undefined) return { ...cluster, ...pool };
  const { mode, cpuFactor } = cluster;
  return { ...(mode && { mode }), ...(cpuFactor !== undefined && { cpuFactor }), ...pool };
}

/** The spec of a cluster, or of a pool that states some of it anew. */
export function kubeProxyOf(cluster: KubeProxyText = {}, pool: KubeProxyText = {}): KubeProxySpec {
  const text = ofPool(cluster, pool);
  const minor = minorOf(text);
  const { mode = 'iptables' } = text;
  const isHourly = mode === 'iptables' && minor >= firstPartialSync && minor < firstSparedSync;
  const { fullSyncPeriodUs } = kubeProxyConstants;
  return {
    mode,
    minSyncPeriodUs: durationUs(text.minSyncPeriod ?? defaultMinSyncPeriod(text)),
    runner: minor < firstCompletionRunner ? 'tokenBucket' : 'completion',
    writesAll: minor < firstPartialSync && mode === 'iptables',
    ...(isHourly && { fullSyncPeriodUs }),
    cpuFactor: text.cpuFactor ?? 1,
  };
}

/** Modes that a version does not have. */
export function kubeProxyProblems(spec: ScenarioSpec): readonly SpecProblem[] {
  const problems: SpecProblem[] = [];
  const check = (text: KubeProxyText, steps: FieldPath): void => {
    const minor = minorOf(text);
    const fault = faultOf(text.mode ?? 'iptables', minor);
    if (fault === undefined) return;
    const message = `kube-proxy 1.${minor} has no mode ${text.mode}: ${fault}`;
    problems.push({ steps, message });
  };
  if (spec.kubeProxy !== undefined) check(spec.kubeProxy, ['kubeProxy']);
  for (const [index, pool] of (spec.nodePools ?? []).entries()) {
    if (pool.kubeProxy === undefined) continue;
    check(ofPool(spec.kubeProxy ?? {}, pool.kubeProxy), ['nodePools', index, 'kubeProxy']);
  }
  return problems;
}

function faultOf(mode: Mode, minor: number): string | undefined {
  if (mode === 'userspace' && minor > lastUserspace) return `1.${lastUserspace} was the last`;
  if (mode === 'nftables' && minor < firstNftables) return `1.${firstNftables} is the first`;
  return undefined;
}
