/**
 * From tolerances as written to tolerances that a run can be compared by.
 */

import type { FieldPath } from '../api/field-path.js';
import type { Problem } from '../api/problem.js';
import { ascending } from '../stats/ascending.js';
import { unknownFigure } from './figure-metrics.js';
import { type PlaceOf, problemAt, scenarioProblemCodes } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';
import { parseTolerance, type Tolerance, toleranceExpected } from './tolerance.js';

/** The tolerances in order of their figures; what is wrong goes to `problems`. */
export function tolerancesOf(
  spec: ScenarioSpec,
  placeOf: PlaceOf,
  problems: Problem[],
): readonly Tolerance[] {
  const given = Object.entries(spec.tolerances ?? {}).sort(([a], [b]) => ascending(a, b));
  return given.flatMap(([figure, value]) => {
    const path: FieldPath = ['spec', 'tolerances', figure];
    const unknown = unknownFigure(figure);
    if (unknown !== undefined) {
      const { message, suggestion, expected } = unknown;
      const extra = { path, expected, suggestion: suggestion && `${suggestion}:` };
      problems.push(problemAt(placeOf(path), scenarioProblemCodes.unknownMetric, message, extra));
    }
    const tolerance = parseTolerance(figure, value);
    if (tolerance !== undefined) return [tolerance];
    const message = `"${value}" is not a tolerance`;
    const extra = { path, expected: toleranceExpected };
    problems.push(problemAt(placeOf(path), scenarioProblemCodes.badTolerance, message, extra));
    return [];
  });
}
