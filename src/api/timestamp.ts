/**
 * RFC 3339 timestamps, as the API's JSON has them, to and from microseconds.
 *
 * Left out: leap seconds, which the API cannot express either.
 *
 * Source: RFC 3339; days from civil dates by the usual era arithmetic of the Gregorian calendar.
 */

const pattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/;

const secondsPerDay = 86_400;
const microsPerSecond = 1_000_000;

/** Days from 1970-01-01 to a date. Years are counted from March so that a leap day comes last. */
function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const marchMonth = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * marchMonth + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Seconds since 1970 and the digits of the fraction; undefined when `text` is no timestamp. */
function parseParts(text: string): { seconds: number; fraction: string } | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const numberAt = (index: number): number => Number(match[index] ?? '0');
  const [year, month, day] = [numberAt(1), numberAt(2), numberAt(3)];
  const [hour, minute, second] = [numberAt(4), numberAt(5), numberAt(6)];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = (numberAt(10) * 60 + numberAt(11)) * (match[9] === '-' ? -60 : 60);
  const seconds =
    daysFromCivil(year, month, day) * secondsPerDay + hour * 3600 + minute * 60 + second - offset;
  return { seconds, fraction: match[7] ?? '' };
}

/**
 * Microseconds since 1970-01-01T00:00:00Z, finer digits cut off; undefined when `text` is no
 * timestamp, or so far away (before 1685, after 2255) that it would not be a safe integer.
 */
export function parseTimestamp(text: string): number | undefined {
  const parts = parseParts(text);
  if (parts === undefined) return undefined;
  const fraction = Number(parts.fraction.slice(0, 6).padEnd(6, '0'));
  const micros = parts.seconds * microsPerSecond + fraction;
  return Number.isSafeInteger(micros) ? micros : undefined;
}

/** Whether a text is a timestamp, however far away: Go writes year 1 for no time at all. */
export function isTimestamp(text: string): boolean {
  return parseParts(text) !== undefined;
}

/** Two digits or more. */
const padded = (value: number, digits = 2): string => String(value).padStart(digits, '0');

/**
 * RFC 3339 text of microseconds since 1970-01-01T00:00:00Z, with as many digits of a second (0 or
 * 6); finer ones are cut off.
 */
export function formatTimestamp(micros: number, digits: 0 | 6): string {
  const seconds = Math.floor(micros / microsPerSecond);
  const days = Math.floor(seconds / secondsPerDay);
  const { year, month, day } = civilFromDays(days);
  const ofDay = seconds - days * secondsPerDay;
  const clock = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60];
  const fraction = digits === 0 ? '' : `.${padded(micros - seconds * microsPerSecond, 6)}`;
  const date = `${padded(year, 4)}-${padded(month)}-${padded(day)}`;
  return `${date}T${clock.map((part) => padded(part)).join(':')}${fraction}Z`;
}

/** The date that lies so many days after 1970-01-01: the inverse of `daysFromCivil`. */
function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}
