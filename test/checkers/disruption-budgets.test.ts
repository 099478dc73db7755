import { describe, expect, test } from 'vitest';
import type { Pod } from '../../src/api/pod.js';
import type {
  PodDisruptionBudget,
  PodDisruptionBudgetStatus,
} from '../../src/api/pod-disruption-budget.js';
import { DisruptionBudgets } from '../../src/checkers/disruption-budgets.js';
import { pod, Story } from '../metrics/story.js';
import { serve } from './served.js';

const labels = { app: 'shop' };

function budget(status: PodDisruptionBudgetStatus): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'shop', namespace: 'default', uid: 'budget' },
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    status,
  };
}

function told(): Story & { readonly checker: DisruptionBudgets } {
  let checker: DisruptionBudgets | undefined;
  const story = new Story((simulation) => {
    checker = new DisruptionBudgets(simulation);
    return [checker];
  });
  story.at(2_000_000).put(budget({ disruptionsAllowed: 1 }));
  for (const name of ['a', 'b']) story.put(pod(name, { labels })).bind(name).ready(name);
  story.phase('a', 'Running').phase('b', 'Running');
  return Object.assign(story, { checker: checker as unknown as DisruptionBudgets });
}

function evict(story: ReturnType<typeof told>, name: string, code = 201): void {
  if (code < 300) story.terminate(name);
  const subresource = 'eviction';
  const request = { verb: 'create', resource: 'pods', name, subresource } as const;
  serve(story.checker, {}, request, code);
}

const charge = (...names: readonly string[]): PodDisruptionBudget =>
  budget({
    disruptionsAllowed: 0,
    disruptedPods: Object.fromEntries(names.map((name) => [name, 1])),
  });

describe('evictions', () => {
  test('that the budget has been charged with are sound', () => {
    const story = told().put(charge('a'));
    evict(story, 'a');
    evict(story, 'b', 429);
    expect(story.checker.violations).toEqual([]);
  });

  test('of healthy pods past the budget are not', () => {
    const story = told();
    evict(story, 'a');
    expect(story.checker.violations).toEqual([
      '2 s: default/a is evicted, and shop is not charged with it',
    ]);
  });

  test('of pods that are not healthy, or that no budget selects, need no charge', () => {
    const story = told().unready('a').put(pod('other')).bind('other').ready('other');
    story.phase('other', 'Running');
    evict(story, 'a');
    evict(story, 'other');
    expect(story.checker.violations).toEqual([]);
  });

  test('count for one pod, not for the next of its name', () => {
    const story = told().put(charge('a'));
    evict(story, 'a');
    story.remove('Pod', 'a').put(budget({ disruptionsAllowed: 1 }));
    const next: Pod = pod('a', { labels });
    story.put(next).bind('a').ready('a').phase('a', 'Running');
    evict(story, 'a');
    expect(story.checker.violations).toHaveLength(1);
  });

  test('are forgiven a budget that is gone', () => {
    const story = told().remove('PodDisruptionBudget', 'shop');
    evict(story, 'a');
    expect(story.checker.violations).toEqual([]);
  });
});

describe('a budget', () => {
  test.each([
    ['is charged while it allows nothing', [charge('a'), charge('a', 'b')]],
    ['is charged with two at once', [charge('a', 'b')]],
    ['allows less than nothing', [budget({ disruptionsAllowed: -1 })]],
    [
      'is charged and allows as much as before',
      [budget({ disruptionsAllowed: 1, disruptedPods: { a: 1 } })],
    ],
  ])('that %s is a violation', (_, writes) => {
    expect(told().put(...writes).checker.violations).toHaveLength(1);
  });

  test('is worked out anew by its controller', () => {
    const writes = [
      charge('a'),
      budget({ disruptionsAllowed: 0 }),
      budget({ disruptionsAllowed: 1 }),
    ];
    expect(told().put(...writes, charge('b')).checker.violations).toEqual([]);
  });
});
