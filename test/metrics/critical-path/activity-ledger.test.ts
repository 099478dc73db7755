import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Caller } from '../../../src/client/api-call.js';
import { activities, causeOf, limitOf } from '../../../src/metrics/critical-path/activities.js';
import { ActivityLedger, pathBetween } from '../../../src/metrics/critical-path/activity-ledger.js';
import { LimitedClient } from '../../../src/metrics/critical-path/client-limits.js';

const client = (): LimitedClient =>
  new LimitedClient({ name: 'a/b', limit: { qps: 20, burst: 30 } } as unknown as Caller);

const partsAt = (ledger: ActivityLedger, now: number) =>
  pathBetween(undefined, ledger.timesAt(now), ledger.clients).map(({ activity, us }) => [
    activity,
    us,
  ]);

describe('a ledger of activities', () => {
  test('charges the time to what is waited for, and names it once', () => {
    const ledger = new ActivityLedger(10);
    ledger.enter(10, 'create', undefined);
    ledger.enter(30, 'image_pull', undefined);
    ledger.enter(35, 'create', undefined);
    expect(partsAt(ledger, 40)).toEqual([
      ['create', 25],
      ['image_pull', 5],
    ]);
  });

  test('charges to the limit of a client the time that it has held requests', () => {
    const ledger = new ActivityLedger(2);
    const limited = client();
    limited.wait(0, 5);
    ledger.enter(2, 'create', limited);
    limited.wait(10, 50);
    expect(partsAt(ledger, 30)).toEqual([
      ['create_limit', 3 + 20],
      ['create', 5],
    ]);
    expect(ledger.clients.get('create_limit')).toBe(limited);
  });

  test('does not charge a limit to what no client does', () => {
    const ledger = new ActivityLedger(0);
    const limited = client();
    ledger.enter(0, 'image_pull', limited);
    limited.wait(0, 100);
    expect(partsAt(ledger, 50)).toEqual([['image_pull', 50]]);
  });

  test('gives the parts between two readings', () => {
    const ledger = new ActivityLedger(0);
    ledger.enter(0, 'schedule', undefined);
    const before = ledger.timesAt(7);
    const after = ledger.timesAt(9);
    expect(pathBetween(before, after, ledger.clients)).toEqual([
      { activity: 'schedule', us: 2, client: undefined },
    ]);
  });

  test('adds up to the time that has passed', () => {
    const step = fc.record({
      gap: fc.nat(1000),
      activity: fc.constantFrom(...activities),
      waitUs: fc.nat(1500),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const ledger = new ActivityLedger(0);
        const limited = client();
        let now = 0;
        for (const { gap, activity, waitUs } of steps) {
          now += gap;
          ledger.enter(now, activity, limited);
          limited.wait(now, waitUs);
        }
        const sum = ledger.timesAt(now + 77).reduce((total, us) => total + us, 0);
        expect(sum).toBe(now + 77);
      }),
    );
  });
});

test('every activity says in words who is at work, no two the same', () => {
  expect(new Set(activities.map(causeOf)).size).toBe(activities.length);
});

test('waiting for a limit comes before the work that it holds up', () => {
  const held = activities.filter((activity) => limitOf(activity) !== undefined);
  expect(held).toEqual(['create', 'bind', 'terminate', 'publish']);
  for (const activity of held) {
    const limit = limitOf(activity) ?? activity;
    expect(activities.indexOf(limit)).toBeLessThan(activities.indexOf(activity));
  }
});
