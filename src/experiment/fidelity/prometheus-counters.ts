// Counters in the text that /metrics serves, and what they have counted between two scrapes.
// Source: Prometheus text exposition format 0.0.4.

/** Values by series: name and labels as written. */
type Series = ReadonlyMap<string, number>;

/** The samples of the named families. */
function seriesOf(text: string, families: ReadonlySet<string>): Series {
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    const end = line.search(/[{ ]/);
    if (end < 0 || !families.has(line.slice(0, end))) continue;
    const space = line.lastIndexOf('} ') + 1 || end;
    series.set(line.slice(0, space), Number(line.slice(space).trim().split(' ')[0]));
  }
  return series;
}

function labelOf(series: string, label: string): string {
  return new RegExp(`[{,]${label}="([^"]*)"`).exec(series)?.[1] ?? '';
}

/** Increase of every series of one family; a series that is new began at 0. */
function increases(before: string, after: string, family: string): ReadonlyMap<string, number> {
  const families = new Set([family]);
  const start = seriesOf(before, families);
  const grown = new Map<string, number>();
  for (const [series, value] of seriesOf(after, families)) {
    const increase = value - (start.get(series) ?? 0);
    if (increase !== 0) grown.set(series, increase);
  }
  return grown;
}

/**
 * Requests by `PATCH pods/status` between two scrapes of an apiserver, whatever their answer;
 * watches, lists and what is no resource are left out.
 */
export function requestIncreases(before: string, after: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [series, count] of increases(before, after, 'apiserver_request_total')) {
    const [verb, resource] = [labelOf(series, 'verb'), labelOf(series, 'resource')];
    if (resource === '' || verb === 'WATCH' || verb === 'LIST') continue;
    const subresource = labelOf(series, 'subresource');
    const key = `${verb} ${resource}${subresource === '' ? '' : `/${subresource}`}`;
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
  return counts;
}

/** Puts between two scrapes of etcd. */
export function putIncrease(before: string, after: string): number {
  let puts = 0;
  for (const count of increases(before, after, 'etcd_mvcc_put_total').values()) puts += count;
  return puts;
}
