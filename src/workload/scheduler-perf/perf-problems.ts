// Problems that only the files of scheduler_perf can have, beside those of any YAML file and of any
// manifest.

import type { ProblemCode } from '../../api/problem.js';

export type PerfProblemName =
  | 'unsupportedOp'
  | 'unsupportedKind'
  | 'unknownParam'
  | 'unusedParam'
  | 'badTemplate'
  | 'unknownGate'
  | 'contradiction';

/** The codes of these problems. Never renumbered. */
export const perfProblemCodes: Readonly<Record<PerfProblemName, ProblemCode>> = {
  unsupportedOp: 'KUBECLOCK3001',
  unsupportedKind: 'KUBECLOCK3002',
  unknownParam: 'KUBECLOCK3003',
  unusedParam: 'KUBECLOCK3004',
  badTemplate: 'KUBECLOCK3005',
  unknownGate: 'KUBECLOCK3006',
  contradiction: 'KUBECLOCK3007',
};
