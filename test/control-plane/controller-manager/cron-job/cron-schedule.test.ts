// Cron expressions: what they mean, on the calendar that begins with simulated time 0.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseSchedule,
  type Schedule,
} from '../../../../src/control-plane/controller-manager/cron-job/cron-schedule.js';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const schedule = (text: string): Schedule => {
  const parsed = parseSchedule(text);
  if (parsed === undefined) throw new Error(`${text} is no schedule`);
  return parsed;
};

/** The first `count` times after `afterUs`, as ISO dates to the minute. */
function times(text: string, count: number, afterUs = 0): string[] {
  const found: string[] = [];
  let at: number | undefined = afterUs;
  for (let i = 0; i < count && at !== undefined; i++) {
    at = schedule(text).next(at);
    if (at !== undefined) found.push(new Date(at / 1000).toISOString().slice(0, 16));
  }
  return found;
}

describe('a schedule', () => {
  test.each([
    ['*/5 * * * *', ['1970-01-01T00:05', '1970-01-01T00:10']],
    ['0 * * * *', ['1970-01-01T01:00', '1970-01-01T02:00']],
    ['@hourly', ['1970-01-01T01:00', '1970-01-01T02:00']],
    ['30 6,18 * * *', ['1970-01-01T06:30', '1970-01-01T18:30', '1970-01-02T06:30']],
    ['0 9-11/2 * * *', ['1970-01-01T09:00', '1970-01-01T11:00', '1970-01-02T09:00']],
    ['50/3 0 * * *', ['1970-01-01T00:50', '1970-01-01T00:53', '1970-01-01T00:56']],
    ['0 0 * * mon', ['1970-01-05T00:00', '1970-01-12T00:00']],
    ['0 0 * * 1-5', ['1970-01-02T00:00', '1970-01-05T00:00']],
    ['@weekly', ['1970-01-04T00:00', '1970-01-11T00:00']],
    ['0 0 29 2 *', ['1972-02-29T00:00', '1976-02-29T00:00']],
    ['0 0 31 Jan,Mar *', ['1970-01-31T00:00', '1970-03-31T00:00']],
    ['@monthly', ['1970-02-01T00:00', '1970-03-01T00:00']],
    ['@yearly', ['1971-01-01T00:00', '1972-01-01T00:00']],
  ])('%s comes at its times', (text, expected) => {
    expect(times(text, expected.length)).toEqual(expected);
  });

  test('with days of the month and of the week comes on either, with a star on both', () => {
    expect(times('0 0 13 * fri', 3)).toEqual([
      '1970-01-02T00:00',
      '1970-01-09T00:00',
      '1970-01-13T00:00',
    ]);
    expect(times('0 0 */2 * fri', 3)).toEqual([
      '1970-01-02T00:00',
      '1970-01-03T00:00',
      '1970-01-05T00:00',
    ]);
  });

  test('comes after the given time, never at it', () => {
    const hourly = schedule('0 * * * *');
    expect(hourly.next(HOUR - 1)).toBe(HOUR);
    expect(hourly.next(HOUR)).toBe(2 * HOUR);
    expect(hourly.next(HOUR + 1)).toBe(2 * HOUR);
  });

  test('of a day that there is not never comes', () => {
    expect(schedule('0 0 30 2 *').next(0)).toBeUndefined();
  });

  test('in a period comes that long after the last whole second', () => {
    expect(schedule('@every 1m30s').next(10 * SECOND + 7)).toBe(100 * SECOND);
    expect(schedule('@every 2h').next(0)).toBe(2 * HOUR);
    expect(schedule('@every 0s').next(0)).toBe(SECOND);
  });
});

test.each([
  '* * * *',
  '60 * * * *',
  '* 24 * * *',
  '* * 0 * *',
  '* * * 13 *',
  '* * * * 7',
  '5-1 * * * *',
  '*/0 * * * *',
  '1/2/3 * * * *',
  'x * * * *',
  '@often',
  '@every',
  '@every soon',
])('%s is no schedule', (text) => {
  expect(parseSchedule(text)).toBeUndefined();
});

test('its next time is the first minute that fits, whatever the expression', () => {
  const field = (from: number, to: number) =>
    fc.oneof(fc.constant('*'), fc.integer({ min: from, max: to }).map(String));
  const words = fc.tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6));
  const property = ([minute, hour, day, month, weekday]: string[], afterUs: number): void => {
    const next = schedule([minute, hour, day, month, weekday].join(' ')).next(afterUs);
    const fits = (at: number): boolean => {
      const date = new Date(at / 1000);
      const is = (text: string | undefined, value: number) =>
        text === '*' || Number(text) === value;
      const isOfMonth = is(day, date.getUTCDate());
      const isOfWeek = is(weekday, date.getUTCDay());
      const isEither = day !== '*' && weekday !== '*';
      const isDay = isEither ? isOfMonth || isOfWeek : isOfMonth && isOfWeek;
      const isMonth = is(month, date.getUTCMonth() + 1);
      return is(minute, date.getUTCMinutes()) && is(hour, date.getUTCHours()) && isDay && isMonth;
    };
    expect(next).toBeGreaterThan(afterUs);
    expect(fits(next as number)).toBe(true);
    const start = (Math.floor(afterUs / MINUTE) + 1) * MINUTE;
    const end = Math.min(next as number, start + 3 * DAY);
    for (let at = start; at < end; at += MINUTE) if (fits(at)) throw new Error(`${at} fits too`);
  };
  fc.assert(fc.property(words, fc.integer({ min: 0, max: 400 * DAY }), property), { numRuns: 60 });
});
