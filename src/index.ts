// kubeclock as a library: load a scenario, run it, read its result.
//
//     import { filesIn, loadScenario, runScenario } from 'kubeclock';
//
//     const { scenario, problems } = loadScenario(text, 'shop.yaml', filesIn('.'));
//     if (scenario !== undefined) console.log(runScenario(scenario).outcome.message);

export { formatProblem, type Problem } from './api/problem.js';
export type { ClusterSpec } from './cluster/cluster-spec.js';
export type { Operation } from './cluster/operation.js';
export { type Rerun, type RunTrace, rerun } from './experiment/rerun.js';
export {
  modelVersion,
  type RunOptions,
  type RunProgress,
  runScenario,
} from './experiment/run-scenario.js';
export type {
  ConvergenceRow,
  PodRow,
  RequestRow,
  RunOutcome,
  RunResult,
  SummaryRow,
  ThresholdRow,
} from './metrics/run-result.js';
export { renderRun } from './report/render-run.js';
export { summaryTable } from './report/summary-table.js';
export { filesIn, type ScenarioFiles } from './scenario/files.js';
export { type LoadResult, loadManifests, loadScenario } from './scenario/load.js';
export type { LoadedScenario } from './scenario/scenario.js';
