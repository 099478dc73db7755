// Which of the best nodes is taken. kube-scheduler 1.35 and 1.36 turn the list into a binary heap
// ordered by score alone and take its root, so the choice among equals follows from the order of
// the list. Source: kube-scheduler v1.36 schedule_one.go selectHost; reference: scheduler 1.9.

/**
 * Index of the first maximum in pre-order of the implicit binary tree over the list (children of i
 * are 2i + 1 and 2i + 2), which is what building the heap brings to its root. Linear in `count`,
 * and O(1) after the maximum is known when the first entries hold it.
 */
export function selectHost(totals: Float64Array, count: number): number {
  let best = totals[0]!;
  for (let i = 1; i < count; i++) if (totals[i]! > best) best = totals[i]!;
  let i = 0;
  while (totals[i]! !== best) {
    if (2 * i + 1 < count) {
      i = 2 * i + 1;
      continue;
    }
    // Up from a leaf, until there is a sibling to the right that has not been visited.
    while (i % 2 === 0 || i + 1 >= count) i = (i - 1) >> 1;
    i++;
  }
  return i;
}
