/**
 * Problems that only a scenario can have, beside those of any YAML file and any manifest.
 */

import { type FieldPath, formatPath } from '../api/field-path.js';
import type { Position } from '../api/field-problem.js';
import type { Problem, ProblemCode } from '../api/problem.js';

export type ScenarioProblemName =
  | 'missingFile'
  | 'notAnInput'
  | 'unknownPool'
  | 'duplicateName'
  | 'unknownTarget'
  | 'unknownMetric'
  | 'badThreshold'
  | 'impossible'
  | 'badOption'
  | 'badPlugin'
  | 'badTemplate'
  | 'badTolerance'
  | 'badBaseline'
  | 'selectorMatchesNothing'
  | 'missingScaleTarget'
  | 'affinityMatchesNothing'
  | 'noRequests'
  | 'overlappingFlowSchemas'
  | 'missingPriorityLevel';

/** The codes of problems with scenarios. Never renumbered; manifests have 1001 to 1999. */
export const scenarioProblemCodes: Readonly<Record<ScenarioProblemName, ProblemCode>> = {
  missingFile: 'KUBECLOCK2001',
  notAnInput: 'KUBECLOCK2002',
  unknownPool: 'KUBECLOCK2003',
  duplicateName: 'KUBECLOCK2004',
  unknownTarget: 'KUBECLOCK2005',
  unknownMetric: 'KUBECLOCK2006',
  badThreshold: 'KUBECLOCK2007',
  impossible: 'KUBECLOCK2008',
  badOption: 'KUBECLOCK2009',
  badPlugin: 'KUBECLOCK2010',
  badTemplate: 'KUBECLOCK2011',
  badTolerance: 'KUBECLOCK2012',
  badBaseline: 'KUBECLOCK2013',
  selectorMatchesNothing: 'KUBECLOCK2101',
  missingScaleTarget: 'KUBECLOCK2102',
  affinityMatchesNothing: 'KUBECLOCK2103',
  noRequests: 'KUBECLOCK2104',
  overlappingFlowSchemas: 'KUBECLOCK2105',
  missingPriorityLevel: 'KUBECLOCK2106',
};

/** What is wrong with the cluster as a whole, before it is known where in a file that stands. */
export interface SpecProblem {
  /** Below `spec`. */
  readonly steps: FieldPath;
  readonly message: string;
  readonly expected?: string;
  readonly suggestion?: string;
}

/** A place in a file of the user's, or in one of the options of the command. */
export interface Place extends Position {
  readonly file: string;
}

/** Where a value of the scenario stands. */
export type PlaceOf = (path: FieldPath) => Place;

interface Extra {
  readonly path?: FieldPath | undefined;
  readonly severity?: 'error' | 'warning';
  readonly expected?: string | undefined;
  readonly suggestion?: string | undefined;
}

/** A problem at a place. */
export function problemAt(
  place: Place,
  code: ProblemCode,
  message: string,
  { path = [], severity = 'error', expected, suggestion }: Extra = {},
): Problem {
  return {
    code,
    severity,
    file: place.file,
    line: place.line,
    column: place.column,
    path: formatPath(path),
    message,
    ...(expected === undefined ? {} : { expected }),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}
