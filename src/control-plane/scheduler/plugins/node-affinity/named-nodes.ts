// The set of nodes that a required node affinity names, when it names nodes and nothing else can
// match, as the pods of DaemonSets do. Source: kube-scheduler v1.36 plugins/nodeaffinity PreFilter;
// reference: scheduler 2.6.

import type { NodeAffinity, NodeSelectorTerm } from '../../../../api/affinity.js';

/** Names that all of a term's `metadata.name In` fields allow; undefined when it has none. */
function namesOfTerm({ matchFields }: NodeSelectorTerm): ReadonlySet<string> | undefined {
  let names: ReadonlySet<string> | undefined;
  for (const { key, operator, values } of matchFields ?? []) {
    if (key !== 'metadata.name' || operator !== 'In') continue;
    const before = names;
    names = new Set((values ?? []).filter((name) => before === undefined || before.has(name)));
  }
  return names;
}

/**
 * The union over the terms; undefined when some term does not name nodes, or there is no required
 * affinity. Linear in the number of names.
 */
export function namedNodes(affinity: NodeAffinity | undefined): ReadonlySet<string> | undefined {
  const terms = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  if (terms.length === 0) return undefined;
  const union = new Set<string>();
  for (const term of terms) {
    const names = namesOfTerm(term);
    if (names === undefined) return undefined;
    for (const name of names) union.add(name);
  }
  return union;
}
