// Cost-aware scoring: pods go to the cheapest node that can take them. The price of a node is a
// label, as autoscalers and billing tools set it; a node without one counts as the dearest.
//
// Runs at: PreScore, Score and NormalizeScore. Arguments: priceLabel, the name of the label.

import {
  type CycleState,
  type NamedPluginFactory,
  type Node,
  type PreScorePlugin,
  type ScorePlugin,
  skip,
} from 'kubeclock';

const name = 'CostAware';

/** Prices are compared in whole ten-thousandths, since scores are integers. */
const unitsPerPrice = 10_000;

export const CostAware = {
  name,
  create: (args) => {
    const { priceLabel = 'example.com/price-per-hour' } = (args ?? {}) as { priceLabel?: unknown };
    if (typeof priceLabel !== 'string') throw new Error('priceLabel is not the name of a label');

    // A Node is the same object until it changes, so what is read from one may be kept with it.
    const prices = new WeakMap<Node, number>();
    const priceOf = (node: Node | undefined): number => {
      if (node === undefined) return Number.NaN;
      let price = prices.get(node);
      if (price === undefined) {
        price = Math.round(Number(node.metadata.labels?.[priceLabel]) * unitsPerPrice);
        prices.set(node, price);
      }
      return price;
    };

    return {
      name,

      /** Nothing to say where all feasible nodes cost the same. */
      preScore(_state: CycleState, _pod, nodes, snapshot) {
        const { table } = snapshot;
        const seen = new Set<number>();
        for (let i = 0; i < nodes.count; i++) seen.add(priceOf(table.nodes[nodes.rows[i] ?? 0]));
        return seen.size === 1 ? skip : undefined;
      },

      /** The price; what it is worth among the feasible nodes, only normalizeScore can say. */
      score(_state, _pod, nodes, snapshot, scores) {
        const { table } = snapshot;
        let dearest = 0;
        for (let i = 0; i < nodes.count; i++) {
          const price = priceOf(table.nodes[nodes.rows[i] ?? 0]);
          scores[i] = Number.isNaN(price) ? -1 : price;
          dearest = Math.max(dearest, scores[i] ?? 0);
        }
        for (let i = 0; i < nodes.count; i++) if (scores[i] === -1) scores[i] = dearest;
        return undefined;
      },

      /** 100 for the cheapest, 0 for the dearest, in proportion between them. */
      normalizeScore(scores, count) {
        let cheapest = Number.POSITIVE_INFINITY;
        let dearest = 0;
        for (let i = 0; i < count; i++) {
          cheapest = Math.min(cheapest, scores[i] ?? 0);
          dearest = Math.max(dearest, scores[i] ?? 0);
        }
        for (let i = 0; i < count; i++) {
          const saved = dearest - (scores[i] ?? 0);
          scores[i] = dearest === cheapest ? 100 : Math.floor((100 * saved) / (dearest - cheapest));
        }
      },

      eventsToRegister: () => [],
    } satisfies PreScorePlugin & ScorePlugin;
  },
} satisfies NamedPluginFactory;
