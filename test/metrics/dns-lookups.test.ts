// Lookups of pods: what dns.csv says of each interval, and what thresholds can ask for.
import { describe, expect, test } from 'vitest';
import { DnsLookups } from '../../src/metrics/dns-lookups.js';

const secondUs = 1_000_000;

/** Two kinds of lookups over three seconds. */
function newLookups(): DnsLookups {
  const lookups = new DnsLookups(secondUs);
  lookups.ended('shop', 'NOERROR', 1_000, false, 100_000);
  lookups.ended('shop', 'NOERROR', 3_000, true, 999_999);
  lookups.ended('mail', 'timeout', 5 * secondUs, false, 1_500_000);
  lookups.ended('shop', 'NXDOMAIN', 2_000, false, 2_000_000);
  return lookups;
}

describe('rows of lookups', () => {
  test('come by kind, then by the interval in which they ended; empty ones are left out', () => {
    const rows = newLookups().rows.map(({ traffic, timeUs, lookups }) => [
      traffic,
      timeUs / secondUs,
      lookups,
    ]);
    expect(rows).toEqual([
      ['shop', 1, 2],
      ['shop', 3, 1],
      ['mail', 2, 1],
    ]);
  });

  test('count outcomes and answers that were not true any more', () => {
    const [first, second, third] = newLookups().rows;
    expect(first?.outcomes).toEqual({ NOERROR: 2, NXDOMAIN: 0, SERVFAIL: 0, timeout: 0 });
    expect([first?.stale, second?.stale]).toEqual([1, 0]);
    expect([second?.outcomes.NXDOMAIN, third?.outcomes.timeout]).toEqual([1, 1]);
  });

  test('sum up the times of their interval alone', () => {
    const [first, second] = newLookups().rows;
    expect([first?.meanUs, first?.p50Us, first?.maxUs]).toEqual([2_000, 2_000, 3_000]);
    expect([second?.meanUs, second?.p99Us, second?.maxUs]).toEqual([2_000, 2_000, 2_000]);
  });

  test('are none without lookups', () => {
    expect(new DnsLookups(secondUs).rows).toEqual([]);
  });
});

describe('samples of lookups', () => {
  test('are times by kind and outcome, in seconds', () => {
    const samples = newLookups().samplesOf('dns_lookup_seconds') ?? [];
    expect(samples.map(({ labels, values }) => [[...labels.values()].join(' '), values])).toEqual([
      ['shop NOERROR', [0.001, 0.003]],
      ['mail timeout', [5]],
      ['shop NXDOMAIN', [0.002]],
    ]);
  });

  test('of stale answers are as many as there were', () => {
    const samples = newLookups().samplesOf('dns_stale_lookups') ?? [];
    expect(samples.flatMap(({ values }) => values)).toEqual([1]);
  });

  test('are undefined for a metric of something else', () => {
    expect(newLookups().samplesOf('pods_ready')).toBeUndefined();
  });
});
