import { describe, expect, test } from 'vitest';
import { SeatDemand } from '../../../../src/control-plane/apiserver/flow-control/seat-demand.js';

const seconds = (s: number): number => s * 1_000_000;

describe('the demand of a period', () => {
  test('is its mean over time, its deviation and its peak', () => {
    const demand = new SeatDemand(0);
    demand.set(seconds(2), 10);
    demand.set(seconds(6), 0);
    demand.endPeriod(seconds(10));
    expect(demand.average).toBeCloseTo(4, 12);
    expect(demand.deviation).toBeCloseTo(Math.sqrt(40 - 16), 9);
    expect(demand.highWatermark).toBe(10);
  });

  test('begins with what the one before ended with', () => {
    const demand = new SeatDemand(0);
    demand.set(0, 7);
    demand.endPeriod(seconds(10));
    demand.endPeriod(seconds(20));
    expect([demand.average, demand.deviation, demand.highWatermark]).toEqual([7, 0, 7]);
  });

  test('counts a peak of no duration', () => {
    const demand = new SeatDemand(0);
    demand.set(seconds(1), 50);
    demand.set(seconds(1), 0);
    demand.endPeriod(seconds(10));
    expect([demand.average, demand.highWatermark]).toEqual([0, 50]);
  });
});

describe('the smoothed demand', () => {
  test('rises at once to mean and deviation, and halves in five minutes', () => {
    const demand = new SeatDemand(0);
    demand.set(0, 100);
    demand.endPeriod(seconds(10));
    expect(demand.smoothed).toBe(100);
    demand.set(seconds(10), 0);
    for (let period = 2; period <= 31; period++) demand.endPeriod(seconds(10 * period));
    expect(demand.smoothed).toBeGreaterThan(48);
    expect(demand.smoothed).toBeLessThan(52);
  });

  test('is the same whether idle periods are gone through one by one or made up for later', () => {
    const [stepwise, late] = [new SeatDemand(0), new SeatDemand(0)];
    for (const demand of [stepwise, late]) {
      demand.set(seconds(3), 8);
      demand.set(seconds(5), 0);
      demand.endPeriod(seconds(10));
    }
    for (let period = 2; period <= 20; period++) stepwise.endPeriod(seconds(10 * period));
    late.endIdlePeriods(seconds(200), 19);
    expect(late.smoothed).toBe(stepwise.smoothed);
    for (const demand of [stepwise, late]) {
      demand.set(seconds(205), 4);
      demand.endPeriod(seconds(210));
    }
    expect(late.average).toBe(stepwise.average);
    expect(late.smoothed).toBe(stepwise.smoothed);
    expect(late.highWatermark).toBe(stepwise.highWatermark);
  });

  test('of a period of no length changes nothing', () => {
    const demand = new SeatDemand(0);
    demand.set(0, 5);
    demand.endPeriod(0);
    expect(demand.smoothed).toBe(0);
  });
});
