// The usual way to bring raw scores into 0..100. Source: kube-scheduler v1.36
// plugins/helper/normalize_score.go; reference: scheduler 2.0.

/** The highest score of a plugin. */
export const maxNodeScore = 100;

/**
 * Scales the first `count` scores by their maximum, in integers rounded down; `reverse` makes the
 * lowest raw score the best. Where no score is positive, all become 100 when reversed.
 */
export function defaultNormalizeScore(scores: Float64Array, count: number, reverse: boolean): void {
  let highest = 0;
  for (let i = 0; i < count; i++) highest = Math.max(highest, scores[i]!);
  if (highest === 0) {
    if (reverse) scores.fill(maxNodeScore, 0, count);
    return;
  }
  for (let i = 0; i < count; i++) {
    const scaled = Math.floor((maxNodeScore * scores[i]!) / highest);
    scores[i] = reverse ? maxNodeScore - scaled : scaled;
  }
}
