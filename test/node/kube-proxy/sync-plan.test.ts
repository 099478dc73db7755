// When a sync writes everything and when only what has changed.

import { describe, expect, test } from 'vitest';
import { ChangeLog } from '../../../src/node/kube-proxy/change-log.js';
import { ServiceMap } from '../../../src/node/kube-proxy/service-map.js';
import { type ProxySettings, SyncPlans } from '../../../src/node/kube-proxy/sync-plan.js';
import { secondUs, service, slice } from './proxy-bench.js';

const minuteUs = 60 * secondUs;
const hourUs = 60 * minuteUs;

/** Whether each of the syncs of one proxy at these times, which begin with its first, is full. */
function fullSyncs(
  endpoints: number,
  more: Partial<ProxySettings>,
  times: readonly number[],
): readonly boolean[] {
  const map = new ServiceMap();
  map.apply(service('web'), false);
  const addresses = Array.from({ length: endpoints }, (_, index) => `10.0.${index}`);
  map.apply(slice('web', addresses), false);
  const log = new ChangeLog();
  log.appendBaseline(1, 0, map);
  const plans = new SyncPlans(log);
  plans.add();
  const settings = { mode: 'iptables', minSyncPeriodUs: secondUs, ...more } as const;
  return times.map((at) => {
    plans.begin(0, settings, 0, 1, at);
    return plans.isFull(0);
  });
}

const few = 10;
const many = 1_001;
const times = [0, 10 * minuteUs, 59 * minuteUs, hourUs + minuteUs, hourUs + 2 * minuteUs];
const hourly = [true, false, false, true, false];
const once = [true, false, false, false, false];

describe('a sync of everything', () => {
  test('comes once an hour while there are few endpoints', () => {
    expect(fullSyncs(few, {}, times)).toEqual(hourly);
  });

  test('is spared in iptables mode when there are more than 1,000', () => {
    expect(fullSyncs(many, {}, times)).toEqual(once);
    expect(fullSyncs(many - 1, {}, times)).toEqual(hourly);
  });

  test('is not spared in other modes', () => {
    expect(fullSyncs(many, { mode: 'nftables' }, times)).toEqual(hourly);
  });

  test('is not spared by versions that do it in a period of their own', () => {
    expect(fullSyncs(many, { fullSyncPeriodUs: hourUs }, times)).toEqual(hourly);
    const often = [0, 30 * secondUs, 61 * secondUs, 100 * secondUs, 125 * secondUs];
    expect(fullSyncs(many, { fullSyncPeriodUs: minuteUs }, often)).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
  });

  test('is each one of versions without partial syncs', () => {
    expect(fullSyncs(many, { writesAll: true }, times)).toEqual(times.map(() => true));
  });
});
