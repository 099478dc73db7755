// Which of several groups that would all help is taken. Ties are broken at random, as upstream.
// Source: kubernetes/autoscaler cluster-autoscaler expander (reference: nodes-controllers 4.4).
// Left out: that `price` also weighs how well nodes suit the size of the cluster.

import type { Pod } from '../../../api/pod.js';
import type { RandomStream } from '../../../kernel/random-stream.js';
import type { AutoscaledGroup, ExpanderName } from './autoscaler-settings.js';

/** A way to help pods. */
export interface ExpansionOption {
  readonly group: AutoscaledGroup;
  readonly nodes: number;
  readonly pods: readonly Pod[];
  /** Share of the CPU and of the memory of the new nodes that stays free, added up. */
  readonly waste: number;
}

/** Lower is better; equal ones are alike. */
const costs: Readonly<Record<ExpanderName, (option: ExpansionOption) => number>> = {
  random: () => 0,
  'least-nodes': ({ nodes }) => nodes,
  'least-waste': ({ waste }) => waste,
  'most-pods': ({ pods }) => -pods.length,
  price: ({ group, nodes, pods }) => {
    const { pricePerHour = Number.POSITIVE_INFINITY } = group;
    return (pricePerHour * nodes) / pods.length;
  },
  priority: ({ group }) => -group.priority,
};

/** One of the options, which must not be empty. */
export function bestOption(
  expander: ExpanderName,
  options: readonly ExpansionOption[],
  stream: RandomStream,
): ExpansionOption {
  const cost = costs[expander];
  const least = options.reduce((low, each) => Math.min(low, cost(each)), Number.POSITIVE_INFINITY);
  const best = options.filter((option) => cost(option) === least);
  return best[best.length === 1 ? 0 : stream.below(best.length)] as ExpansionOption;
}
