// The pods of a DaemonSet: which nodes they belong on, what they tolerate and which node they are
// meant for. Source: Kubernetes v1.36 pkg/controller/daemon, util/daemonset_util.go (reference:
// nodes-controllers 3.7).
import type { NodeSelector, NodeSelectorTerm, Toleration } from '../../api/affinity.js';
import type { DaemonSet } from '../../api/daemon-set.js';
import type { Node } from '../../api/node.js';
import { requiredNodeMatcher } from '../../api/node-selector.js';
import type { Pod, PodSpec } from '../../api/pod.js';
import { findUntoleratedTaint } from '../../api/toleration.js';
import { podFromTemplate } from './pod-control.js';
import { REVISION_LABEL } from './revision-history.js';
import { podTemplateHash } from './template-hash.js';

const tolerate = (condition: string, effect: 'NoExecute' | 'NoSchedule'): Toleration => ({
  key: `node.kubernetes.io/${condition}`,
  operator: 'Exists',
  effect,
});

const DAEMON_TOLERATIONS: readonly Toleration[] = [
  tolerate('not-ready', 'NoExecute'),
  tolerate('unreachable', 'NoExecute'),
  tolerate('disk-pressure', 'NoSchedule'),
  tolerate('memory-pressure', 'NoSchedule'),
  tolerate('pid-pressure', 'NoSchedule'),
  tolerate('unschedulable', 'NoSchedule'),
];

/** Tolerations of a daemon pod: those of the template and those every daemon has. */
function daemonTolerations({ tolerations = [], hostNetwork }: PodSpec): Toleration[] {
  const added =
    hostNetwork === true
      ? [...DAEMON_TOLERATIONS, tolerate('network-unavailable', 'NoSchedule')]
      : DAEMON_TOLERATIONS;
  const isGiven = ({ key, effect, operator }: Toleration): boolean =>
    tolerations.some(
      (own) => own.key === key && own.effect === effect && own.operator === operator,
    );
  return [...tolerations, ...added.filter((each) => !isGiven(each))];
}

/** The pod of a DaemonSet for one node. */
export function daemonPod(set: DaemonSet, node: string): Pod {
  const { template } = set.spec;
  const { metadata, spec, ...pod } = podFromTemplate(set, template);
  const labels = { ...metadata.labels, [REVISION_LABEL]: podTemplateHash(template) };
  return {
    ...pod,
    metadata: { ...metadata, labels },
    spec: { ...spec, affinity: affinityTo(spec, node), tolerations: daemonTolerations(spec) },
  };
}

/** The template's affinity, with every term of its node selector asking for this node. */
function affinityTo({ affinity }: PodSpec, node: string): NonNullable<PodSpec['affinity']> {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }] as const;
  const { requiredDuringSchedulingIgnoredDuringExecution: required, ...preferred } =
    affinity?.nodeAffinity ?? {};
  const terms = required?.nodeSelectorTerms ?? [{}];
  const nodeSelectorTerms = terms.map((term): NodeSelectorTerm => ({ ...term, matchFields }));
  const selector: NodeSelector = { nodeSelectorTerms };
  return {
    ...affinity,
    nodeAffinity: { ...preferred, requiredDuringSchedulingIgnoredDuringExecution: selector },
  };
}

/** The node that a daemon pod runs on or is meant for; '' when it names none. */
export function nodeOfDaemonPod({ spec }: Pod): string {
  if (spec.nodeName !== undefined) return spec.nodeName;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields = [] } of required?.nodeSelectorTerms ?? []) {
    const field = matchFields.find(({ key }) => key === 'metadata.name');
    if (field?.values?.length === 1) return field.values[0] ?? '';
  }
  return '';
}

/** Whether a node gets a pod, and whether one that it has may stay. */
export interface DaemonVerdict {
  readonly shouldRun: boolean;
  readonly mayStay: boolean;
}

const NO: DaemonVerdict = { shouldRun: false, mayStay: false };

/**
 * Judges nodes for one version of a DaemonSet's template. Nodes are immutable, so that each is
 * judged once.
 */
export class DaemonNodeJudge {
  readonly #spec: PodSpec;
  readonly #tolerations: readonly Toleration[];
  readonly #matches: (node: Node) => boolean;
  readonly #verdicts = new WeakMap<Node, DaemonVerdict>();

  constructor({ template }: DaemonSet['spec']) {
    this.#spec = template.spec;
    this.#tolerations = daemonTolerations(template.spec);
    this.#matches = requiredNodeMatcher(template.spec);
  }

  judge(node: Node): DaemonVerdict {
    const known = this.#verdicts.get(node);
    if (known !== undefined) return known;
    const verdict = this.#verdictOf(node);
    this.#verdicts.set(node, verdict);
    return verdict;
  }

  #verdictOf(node: Node): DaemonVerdict {
    const { nodeName } = this.#spec;
    if (nodeName !== undefined && nodeName !== node.metadata.name) return NO;
    if (!this.#matches(node)) return NO;
    const taints = node.spec?.taints ?? [];
    const refusing = findUntoleratedTaint(taints, this.#tolerations, ['NoSchedule', 'NoExecute']);
    if (refusing === undefined) return { shouldRun: true, mayStay: true };
    const mayStay = findUntoleratedTaint(taints, this.#tolerations, ['NoExecute']) === undefined;
    return { shouldRun: false, mayStay };
  }
}
