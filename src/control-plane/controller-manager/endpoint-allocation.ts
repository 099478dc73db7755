// Which zone is to use each endpoint of a Service in topology mode Auto: its own, but for as many
// as bring every zone near its share of the CPU. No zone may get so few that its endpoints would
// have more than a fifth too much to do; where that cannot be, there are no hints at all.
// Left out: endpoints of slices that do not change otherwise keep their hints in the real
// controller, here all are dealt out anew; its Events TopologyAwareHintsEnabled and -Disabled.
// Source: Kubernetes v1.36 staging endpointslice/topologycache.
import type { Endpoint } from '../../api/endpoint-slice.js';
import { controllerManagerConstants as constants } from './constants.js';
import type { CpuShares } from './zone-shares.js';

/** Hints by endpoint; undefined: there are to be none. O(endpoints + zones) */
export function allocateEndpoints(
  endpoints: Iterable<Endpoint>,
  shares: CpuShares | undefined,
): ReadonlyMap<Endpoint, string> | undefined {
  const ready = [...endpoints].filter(({ conditions }) => conditions?.ready === true);
  const wanted = shares && wantedByZone(ready.length, shares);
  if (wanted === undefined || ready.some(({ zone = '' }) => zone === '')) return undefined;
  const hints = new Map(ready.map((endpoint) => [endpoint, endpoint.zone ?? '']));
  const counts = new Map<string, number>();
  for (const zone of hints.values()) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  const { giving, receiving } = exchange(wanted, counts);
  for (const endpoint of ready) {
    const own = endpoint.zone ?? '';
    const spare = giving.get(own) ?? 0;
    const next = [...receiving].find(([, count]) => count > 0);
    if (next === undefined) break;
    if (spare === 0) continue;
    const [zone, count] = next;
    hints.set(endpoint, zone);
    giving.set(own, spare - 1);
    receiving.set(zone, count - 1);
  }
  return hints;
}

/** Endpoints that each zone should have; undefined where one would be overloaded. */
function wantedByZone(endpoints: number, shares: CpuShares): Map<string, number> | undefined {
  if (shares.size > endpoints) return undefined;
  const wanted = new Map<string, number>();
  let least = 0;
  for (const [zone, share] of shares) {
    const desired = share * endpoints;
    const minimum = Math.ceil(desired / (1 + constants.topologyOverloadThreshold));
    wanted.set(zone, Math.max(desired, minimum));
    least += minimum;
  }
  return least > endpoints ? undefined : wanted;
}

/** Whole endpoints that zones give away, and get. */
interface Exchange {
  readonly giving: Map<string, number>;
  readonly receiving: Map<string, number>;
}

/** One endpoint at a time, from the zone with most too many to the one with most too few. */
function exchange(wanted: ReadonlyMap<string, number>, counts: ReadonlyMap<string, number>) {
  const surplus = new Map(
    [...wanted].map(([zone, want]) => [zone, (counts.get(zone) ?? 0) - want]),
  );
  const result: Exchange = { giving: new Map(), receiving: new Map() };
  for (;;) {
    const [from, tooMany] = most(surplus, 1);
    const [to, tooFew] = most(surplus, -1);
    const isSettled = tooMany < 1 && tooFew < 1;
    if (isSettled || tooMany < 0.5 || tooFew < 0.5) return result;
    surplus.set(from, tooMany - 1);
    surplus.set(to, 1 - tooFew);
    result.giving.set(from, (result.giving.get(from) ?? 0) + 1);
    result.receiving.set(to, (result.receiving.get(to) ?? 0) + 1);
  }
}

/** The zone with the greatest value of that sign, and how great it is; of equals the first. */
function most(values: ReadonlyMap<string, number>, sign: 1 | -1): readonly [string, number] {
  let found: readonly [string, number] = ['', 0];
  for (const [zone, value] of values) if (sign * value > found[1]) found = [zone, sign * value];
  return found;
}
