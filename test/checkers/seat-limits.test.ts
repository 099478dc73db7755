import { describe, expect, test } from 'vitest';
import { SeatLimits } from '../../src/checkers/seat-limits.js';
import type { SeatUse } from '../../src/client/observer.js';
import { Simulation } from '../../src/kernel/simulation.js';

const level: SeatUse = {
  name: 'workload-low',
  isExempt: false,
  seatsInUse: 10,
  limit: 10,
  requestsExecuting: 10,
};

function violations(...told: readonly Partial<SeatUse>[]): readonly string[] {
  const simulation = new Simulation('seats');
  simulation.now = 2_000_000;
  const checker = new SeatLimits(simulation);
  for (const change of told) checker.seatsTaken({ ...level, ...change });
  return checker.violations;
}

describe('seats', () => {
  test('may all be taken', () => {
    expect(violations({ seatsInUse: 1, requestsExecuting: 1 }, {})).toEqual([]);
  });

  test('that are not there may not be given', () => {
    expect(violations({ seatsInUse: 11 })).toEqual(['2 s: workload-low uses 11 of 10 seats']);
  });

  test('beyond the limit are for a request that is alone', () => {
    expect(violations({ seatsInUse: 37, requestsExecuting: 1 })).toEqual([]);
    expect(violations({ seatsInUse: 37, requestsExecuting: 2 })).toHaveLength(1);
  });

  test('of the exempt level have no limit', () => {
    expect(violations({ isExempt: true, seatsInUse: 5000, limit: 1 })).toEqual([]);
  });

  test('cannot be fewer than none after one was given', () => {
    expect(violations({ seatsInUse: 0 })).toEqual([
      '2 s: workload-low has given a seat and uses 0',
    ]);
  });
});
