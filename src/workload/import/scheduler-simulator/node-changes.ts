/**
 * What people do to nodes while a cluster is recorded: cordons and taints. Labels are a patch, and
 * what kubelets and controllers write is the simulator's.
 */

import { isTree, type Tree } from '../../../scenario/yaml-tree.js';
import { lastingTaints } from '../cluster-dump/node-pools.js';
import { nameOf } from '../live-object.js';
import { changesBetween } from './object-changes.js';

/** Operations that make of one state of a node the other. */
export function nodeChanges(before: Tree, after: Tree): readonly Tree[] {
  const name = nameOf(after)?.name ?? '';
  const cordoned = (node: Tree): boolean => specOf(node)['unschedulable'] === true;
  const taints = taintChanges(taintsOf(before), taintsOf(after));
  const labels = changesBetween({ metadata: before['metadata'] }, { metadata: after['metadata'] });
  return [
    ...(cordoned(before) === cordoned(after)
      ? []
      : [{ op: cordoned(after) ? 'cordon' : 'uncordon', nodes: [name] }]),
    ...(taints.length > 0 ? [{ op: 'taint', nodes: [name], taints }] : []),
    ...(labels === undefined
      ? []
      : [{ op: 'update', target: { kind: 'Node', name }, patch: labels }]),
  ];
}

function specOf({ spec }: Tree): Tree {
  return isTree(spec) ? spec : {};
}

/** As kubectl writes them: `key=value:effect`. That of a cordon comes with the cordon. */
function taintsOf(node: Tree): readonly string[] {
  return lastingTaints(specOf(node)['taints'])
    .filter(({ key }) => key !== 'node.kubernetes.io/unschedulable')
    .map(({ key, value = '', effect }) => {
      const equals = value === '' ? '' : `=${String(value)}`;
      return `${String(key)}${equals}:${String(effect)}`;
    });
}

/** What is new is set; what is no more is taken away, by its key and effect. */
function taintChanges(before: readonly string[], after: readonly string[]): readonly string[] {
  const withoutValue = (taint: string): string => taint.replace(/=[^:]*/, '');
  const kept = new Set(after.map(withoutValue));
  return [
    ...before.flatMap((each) => (kept.has(withoutValue(each)) ? [] : [`${withoutValue(each)}-`])),
    ...after.filter((each) => !before.includes(each)),
  ];
}
