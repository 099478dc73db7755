// What a search has found, in sentences and as JSON.
import { conditionText } from '../../experiment/sweep/condition.js';
import type { SearchAnswer } from '../../experiment/sweep/search.js';
import type { FoundBoundaries, SweepResult } from '../../experiment/sweep/sweep-result.js';
import type { JsonValue } from '../stable-json.js';
import { printable } from '../text-table.js';

/** What is looked for, and an answer for every combination of the other parameters. */
export function searchLines({ search: found, parameters, seeds }: SweepResult): readonly string[] {
  if (found === undefined) return [];
  const { goal, conditions } = found.search;
  const kind = goal.direction === 'max' ? 'Largest' : 'Smallest';
  const what = conditions.map(conditionText).join(' and ');
  const all = seeds === 1 ? 'in the run' : `in all of ${seeds} runs`;
  const heading = `${kind} ${printable(goal.name)} with ${what} ${all}:`;
  const others = parameters.filter(({ name }) => name !== goal.name);
  return [
    heading,
    ...found.answers.map((answer) => {
      const label = others.map(({ name }, i) => `${name}=${answer.values[i]}`).join(' ');
      const text = answerText(answer, found);
      return printable(label === '' ? text : `${label}: ${text}`);
    }),
  ];
}

/** `5 (6 does not hold)`. */
function answerText(answer: SearchAnswer, { search }: FoundBoundaries): string {
  const { value, failing, exceptions, isPartial } = answer;
  const ends = search.goal.values;
  const range = `${ends[0]} to ${ends.at(-1)}`;
  if (value === undefined && failing === undefined) return 'not known: no run was made';
  const found =
    value === undefined
      ? `none of ${range}: ${failing} does not hold`
      : failing === undefined
        ? `${value}, the end of ${range}: all hold that were looked at`
        : `${value} (${failing} does not hold)`;
  const open = isPartial ? '; not finished' : '';
  if (exceptions.length === 0) return `${found}${open}`;
  const verb = exceptions.length === 1 ? 'holds' : 'hold';
  return (
    `${found}${open}; NOT MONOTONE: ${exceptions.join(', ')} ${verb} although ${failing} does not, ` +
    'so there is more than one boundary'
  );
}

/** The search with its answers; null for a grid. */
export function searchJson(found: FoundBoundaries | undefined): JsonValue {
  if (found === undefined) return null;
  const { goal, conditions } = found.search;
  return {
    direction: goal.direction,
    parameter: goal.name,
    range: { from: goal.values[0] ?? '', to: goal.values.at(-1) ?? '', count: goal.values.length },
    conditions: conditions.map((each) => ({ ...each })),
    answers: found.answers.map((answer) => ({
      values: answer.values,
      value: answer.value ?? null,
      failing: answer.failing ?? null,
      monotone: answer.exceptions.length === 0,
      exceptions: answer.exceptions,
      partial: answer.isPartial,
      probes: answer.probes.map((probe) => ({ ...probe })),
    })),
  };
}
