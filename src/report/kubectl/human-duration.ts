// Ages as kubectl shows them: two units while the first is small, then one.
// Source: Kubernetes v1.36 apimachinery util/duration HumanDuration.

const units = [
  { name: 'y', seconds: 365 * 86_400 },
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3_600 },
  { name: 'm', seconds: 60 },
  { name: 's', seconds: 1 },
] as const;

/** From so many of a unit on (`below` the next entry), whether the next smaller unit is shown. */
const steps = [
  { belowSeconds: 120, unit: 4, withNext: false },
  { belowSeconds: 600, unit: 3, withNext: true },
  { belowSeconds: 3 * 3_600, unit: 3, withNext: false },
  { belowSeconds: 8 * 3_600, unit: 2, withNext: true },
  { belowSeconds: 48 * 3_600, unit: 2, withNext: false },
  { belowSeconds: 8 * 86_400, unit: 1, withNext: true },
  { belowSeconds: 2 * 365 * 86_400, unit: 1, withNext: false },
  { belowSeconds: 8 * 365 * 86_400, unit: 0, withNext: true },
  { belowSeconds: Number.POSITIVE_INFINITY, unit: 0, withNext: false },
] as const;

/** `5m30s` of µs; `<invalid>` for a time that lies more than a second ahead. */
export function humanDuration(us: number): string {
  const seconds = Math.trunc(us / 1_000_000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  const step = steps.find(({ belowSeconds }) => seconds < belowSeconds) ?? steps[8];
  const unit = units[step.unit];
  const whole = `${Math.floor(seconds / unit.seconds)}${unit.name}`;
  // Years go with days; every other unit with the next smaller one.
  const next = units[step.unit + 1];
  if (!step.withNext || next === undefined) return whole;
  const rest = Math.floor((seconds % unit.seconds) / next.seconds);
  return rest === 0 ? whole : `${whole}${rest}${next.name}`;
}
