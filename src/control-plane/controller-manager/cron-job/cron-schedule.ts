// Cron expressions: five fields with lists, ranges, steps and names, or a macro. A day counts when
// it is in the month's days or the week's days; where one of them is a star, when it is in both.
// Times are UTC: simulated time 0 is Thursday, 1 January 1970, 00:00. Left out: time zones.
// Source: robfig/cron v3 parser.go and spec.go, as kube-controller-manager uses it (standard
// parser); Kubernetes docs, CronJob.

interface Field {
  readonly from: number;
  readonly to: number;
  readonly names: readonly string[];
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const DAYS = 'sun mon tue wed thu fri sat'.split(' ');

const fields: readonly Field[] = [
  { from: 0, to: 59, names: [] },
  { from: 0, to: 23, names: [] },
  { from: 1, to: 31, names: [] },
  { from: 1, to: 12, names: MONTHS },
  { from: 0, to: 6, names: DAYS },
];

const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const SECOND_US = 1_000_000;
const MINUTE_US = 60 * SECOND_US;
const MINUTES_PER_DAY = 1440;
/** The calendar repeats after this many days; what has no time in it never has one. */
const DAYS_PER_CYCLE = 146_097;

/** Values of one field, and whether it is a star. */
interface Values {
  readonly allowed: ReadonlySet<number>;
  readonly isStar: boolean;
}

/** Month (1 to 12) and day (1 to 31). */
interface CivilDate {
  readonly month: number;
  readonly day: number;
}

/** When something is due. */
export interface Schedule {
  /** The first time after `afterUs`, µs; undefined when there is none ever (30 February). */
  next(afterUs: number): number | undefined;
}

/** The schedule of an expression, or of `@every 90s`; undefined when it is neither. */
export function parseSchedule(text: string): Schedule | undefined {
  const every = /^@every\s+(.+)$/.exec(text.trim());
  if (every === null) return CronSchedule.parse(text);
  const periodUs = periodOf(every[1] ?? '');
  if (periodUs === undefined) return undefined;
  return { next: (afterUs) => Math.floor(afterUs / SECOND_US) * SECOND_US + periodUs };
}

/** Whole seconds of a Go duration in hours, minutes and seconds, µs; at least one second. */
function periodOf(text: string): number | undefined {
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  if (parts === null || text === '') return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return Math.max(1, hours * 3600 + minutes * 60 + seconds) * SECOND_US;
}

class CronSchedule implements Schedule {
  readonly #minutes: readonly number[];
  readonly #daysOfMonth: Values;
  readonly #months: Values;
  readonly #daysOfWeek: Values;

  private constructor([minute, hour, dayOfMonth, month, dayOfWeek]: readonly Values[]) {
    const hours = [...(hour as Values).allowed].sort((a, b) => a - b);
    const minutes = [...(minute as Values).allowed].sort((a, b) => a - b);
    this.#minutes = hours.flatMap((each) => minutes.map((at) => each * 60 + at));
    this.#daysOfMonth = dayOfMonth as Values;
    this.#months = month as Values;
    this.#daysOfWeek = dayOfWeek as Values;
  }

  static parse(text: string): CronSchedule | undefined {
    const words = (macros[text.trim()] ?? text).trim().split(/\s+/);
    if (words.length !== fields.length) return undefined;
    const values = words.map((word, index) => valuesOf(word, fields[index] as Field));
    if (values.some((each) => each === undefined)) return undefined;
    return new CronSchedule(values as readonly Values[]);
  }

  /** O(days until then). */
  next(afterUs: number): number | undefined {
    const first = Math.floor(afterUs / MINUTE_US) + 1;
    const firstDay = Math.floor(first / MINUTES_PER_DAY);
    for (let day = firstDay; day <= firstDay + DAYS_PER_CYCLE; day++) {
      if (!this.#hasDay(day)) continue;
      const from = first - day * MINUTES_PER_DAY;
      const minute = this.#minutes.find((each) => each >= from);
      if (minute !== undefined) return (day * MINUTES_PER_DAY + minute) * MINUTE_US;
    }
    return undefined;
  }

  #hasDay(epochDay: number): boolean {
    const { month, day } = civilDate(epochDay);
    if (!this.#months.allowed.has(month)) return false;
    const isOfMonth = this.#daysOfMonth.allowed.has(day);
    const isOfWeek = this.#daysOfWeek.allowed.has((epochDay + 4) % 7);
    const isEither = !this.#daysOfMonth.isStar && !this.#daysOfWeek.isStar;
    return isEither ? isOfMonth || isOfWeek : isOfMonth && isOfWeek;
  }
}

function valuesOf(word: string, field: Field): Values | undefined {
  const allowed = new Set<number>();
  for (const part of word.split(',')) {
    const range = rangeOf(part, field);
    if (range === undefined) return undefined;
    for (let value = range.from; value <= range.to; value += range.step) allowed.add(value);
  }
  return { allowed, isStar: /^[*?](\/1)?$/.test(word) };
}

/** `5`, `1-5`, `*`, each with `/step`; a single value with a step goes on to the end. */
function rangeOf(
  part: string,
  field: Field,
): { readonly from: number; readonly to: number; readonly step: number } | undefined {
  const [range = '', stepText, ...rest] = part.split('/');
  const step = stepText === undefined ? 1 : wholeNumber(stepText);
  if (rest.length > 0 || step === undefined || step === 0) return undefined;
  if (range === '*' || range === '?') return { from: field.from, to: field.to, step };
  const [lowText = '', highText, ...more] = range.split('-');
  const from = numberOf(lowText, field);
  const own = stepText === undefined ? from : field.to;
  const to = highText === undefined ? own : numberOf(highText, field);
  if (more.length > 0 || from === undefined || to === undefined) return undefined;
  return from < field.from || to > field.to || from > to ? undefined : { from, to, step };
}

function numberOf(text: string, { names, from }: Field): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  return named < 0 ? wholeNumber(text) : named + from;
}

function wholeNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/**
 * The date of a day counted from 1 January 1970.
 * Source: Howard Hinnant, chrono-compatible low-level date algorithms, civil_from_days.
 */
function civilDate(epochDay: number): CivilDate {
  const shifted = epochDay + 719_468;
  const era = Math.floor(shifted / DAYS_PER_CYCLE);
  const dayOfEra = shifted - era * DAYS_PER_CYCLE;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524);
  const yearOfEra = Math.floor((dayOfEra - leapDays + Math.floor(dayOfEra / 146_096)) / 365);
  const years = 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const dayOfYear = dayOfEra - years;
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { month, day };
}
