// Which changes of pods and nodes may let a pod in that constraints have kept out.
// Source: kube-scheduler v1.36 plugins/podtopologyspread/plugin.go; reference: scheduler 2.13.

import type { Node } from '../../../../api/node.js';
import type { Labels } from '../../../../api/object-meta.js';
import type { Pod } from '../../../../api/pod.js';
import { namespaceOf } from '../../framework/affinity-term.js';
import type { QueueingHint } from '../../framework/plugin.js';
import type { SpreadConstraint } from './spread-constraint.js';

/** Whether a pod can count for the constraints of `pod`: it is on a node, or `pod` itself. */
function isInvolved(changed: Pod, pod: Pod): boolean {
  if (changed.metadata.uid === pod.metadata.uid) return true;
  return (
    (changed.spec.nodeName ?? '') !== '' &&
    namespaceOf(changed) === namespaceOf(pod) &&
    changed.metadata.deletionTimestamp === undefined
  );
}

/** A pod was added, changed or deleted. `constraints` are the hard ones of `pod`. */
export function hintForPodChange(
  pod: Pod,
  constraints: readonly SpreadConstraint[],
  before: Pod | undefined,
  after: Pod | undefined,
): QueueingHint {
  for (const changed of [before, after]) {
    if (changed !== undefined && !isInvolved(changed, pod)) return 'QueueSkip';
  }
  const counts = (changed: Pod | undefined, { matches }: SpreadConstraint): boolean =>
    changed !== undefined && matches(changed.metadata.labels);
  if (before === undefined || after === undefined) {
    return answer(constraints.some((each) => counts(before ?? after, each)));
  }
  const honorsTaints = constraints.some(({ honorsNodeTaints }) => honorsNodeTaints);
  const isItself = pod.metadata.uid === after.metadata.uid;
  if (isItself && honorsTaints && !sameTolerations(before, after)) {
    return 'Queue';
  }
  return answer(constraints.some((each) => counts(before, each) !== counts(after, each)));
}

/** A node was added, changed or deleted. */
export function hintForNodeChange(
  constraints: readonly SpreadConstraint[],
  before: Node | undefined,
  after: Node | undefined,
): QueueingHint {
  const hasKeys = (node: Node | undefined): boolean =>
    constraints.every(
      ({ topologyKey }) => labelValue(node?.metadata.labels, topologyKey) !== undefined,
    );
  if (before === undefined || after === undefined) return answer(hasKeys(before ?? after));
  if (hasKeys(before) !== hasKeys(after)) return 'Queue';
  if (!hasKeys(after)) return 'QueueSkip';
  const hasMoved = constraints.some(
    ({ topologyKey }) =>
      labelValue(before.metadata.labels, topologyKey) !==
      labelValue(after.metadata.labels, topologyKey),
  );
  return answer(hasMoved || !sameTaints(before, after));
}

function labelValue(labels: Labels | undefined, key: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
}

function answer(isWorthATry: boolean): QueueingHint {
  return isWorthATry ? 'Queue' : 'QueueSkip';
}

function sameTolerations(before: Pod, after: Pod): boolean {
  const text = ({ spec }: Pod): string =>
    JSON.stringify(
      (spec.tolerations ?? []).map(({ key, operator, value, effect, tolerationSeconds }) => [
        key,
        operator,
        value,
        effect,
        tolerationSeconds,
      ]),
    );
  return text(before) === text(after);
}

function sameTaints(before: Node, after: Node): boolean {
  const text = ({ spec }: Node): string =>
    JSON.stringify(
      (spec?.taints ?? []).map(({ key, value, effect, timeAdded }) => [
        key,
        value,
        effect,
        timeAdded,
      ]),
    );
  return text(before) === text(after);
}
