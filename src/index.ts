// kubeclock as a library: load a scenario, run it, read its result.
//
//     import { filesIn, loadScenario, runScenario } from 'kubeclock';
//
//     const { scenario, problems } = loadScenario(text, 'shop.yaml', filesIn('.'));
//     if (scenario !== undefined) console.log(runScenario(scenario).outcome.message);
//
// Policies on the same seeds (docs/library.md):
//
//     const { rows } = await compare([{ name: 'a', scenario: a }, { name: 'b', scenario: b }]);
//
// Files of scheduler_perf (docs/scheduler-perf.md): load one, choose workloads, run them.
//
//     const { config } = loadSchedulerPerf(text, 'performance-config.yaml', filesIn('.'));
//     const { workloads } = selectWorkloads(config, { testCase: 'SchedulingBasic' });
//     const machine = schedulerPerfMachine();
//     for (const workload of workloads) console.log(runPerfWorkload(workload, machine).dataItems);
//
// And what a scheduler plugin of one's own is written with (docs/plugins.md): the interfaces of the
// extension points, the words they answer in, and what they see of the cluster.
//
//     export const MyScore = { name: 'MyScore', score(…) {…} } satisfies ScorePlugin;
//
//     const plugins = [MyScore];
//     const loaded = loadScenario(text, 'shop.yaml', filesIn('.'), { plugins });
//     if (loaded.scenario !== undefined) runScenario(loaded.scenario, { plugins: loaded.plugins });

export type { Binding } from './api/binding.js';
export { GpuFragmentation, type IdleGpus, type WeightedTask } from './api/gpu-fragmentation.js';
export {
  devicesFor,
  type GpuTask,
  gpuCountOf,
  gpuIndexAnnotation,
  gpuIndicesOf,
  gpuMilliResource,
  gpuModelLabel,
  gpuTaskOf,
  milliEachOf,
  wholeGpuMilli,
} from './api/gpu-share.js';
export type { KubernetesObject } from './api/kubernetes-object.js';
export type { Node } from './api/node.js';
export type { Pod } from './api/pod.js';
export { formatProblem, type Problem } from './api/problem.js';
export type { ResourceAmounts } from './api/resource-requests.js';
export type { ApiRequest } from './client/api-request.js';
export type { ClusterSpec } from './cluster/cluster-spec.js';
export type { Operation } from './cluster/operation.js';
export type { NodeTable, ResourceColumn } from './control-plane/scheduler/cache/node-table.js';
export type { Snapshot } from './control-plane/scheduler/cache/snapshot.js';
export {
  type ClusterEvent,
  clusterEvent,
} from './control-plane/scheduler/framework/cluster-event.js';
export type { CycleState, StateData } from './control-plane/scheduler/framework/cycle-state.js';
export type { NodeStatuses } from './control-plane/scheduler/framework/node-statuses.js';
export {
  defaultNormalizeScore,
  maxNodeScore,
} from './control-plane/scheduler/framework/normalize-score.js';
export type {
  BindPlugin,
  ClusterEventWithHint,
  FilterPlugin,
  NodeFilter,
  NodeList,
  PermitPlugin,
  PermitResult,
  Plugin,
  PostBindPlugin,
  PostFilterPlugin,
  PostFilterResult,
  PreBindPlugin,
  PreBindWork,
  PreEnqueuePlugin,
  PreFilterPlugin,
  PreFilterResult,
  PreScorePlugin,
  QueueingHint,
  QueueingHintFn,
  QueueSortKey,
  QueueSortPlugin,
  ReservePlugin,
  ScorePlugin,
} from './control-plane/scheduler/framework/plugin.js';
export type {
  ClusterListers,
  PluginFactory,
  PluginHandle,
  PluginRegistry,
  WaitingPod,
} from './control-plane/scheduler/framework/plugin-handle.js';
export type { PodInfo } from './control-plane/scheduler/framework/pod-info.js';
export {
  type Status,
  type StatusCode,
  skip,
  status,
} from './control-plane/scheduler/framework/status.js';
export { PluginFailure } from './control-plane/scheduler/out-of-tree/plugin-failure.js';
export type {
  NamedPluginFactory,
  UserPlugin,
} from './control-plane/scheduler/out-of-tree/user-plugin.js';
export { type ComparedPolicy, type CompareOptions, compare } from './experiment/compare/compare.js';
export type { ComparisonRow, Difference } from './experiment/compare/comparison.js';
export { type Measure, measuresWith } from './experiment/compare/measures.js';
export type { ComparisonResult } from './experiment/compare/replicate.js';
export { type Rerun, type RunTrace, rerun } from './experiment/rerun.js';
export {
  modelVersion,
  type RunOptions,
  type RunProgress,
  runScenario,
} from './experiment/run-scenario.js';
export {
  type PerfOptions,
  type PerfProgress,
  runPerfWorkload,
  schedulerPerfMachine,
} from './experiment/run-scheduler-perf.js';
export type { RandomStream } from './kernel/random-stream.js';
export { minutes, ms, type SimTime, seconds, toSeconds, us } from './kernel/time.js';
export type {
  ConvergenceRow,
  PodRow,
  RequestRow,
  RunOutcome,
  RunResult,
  SummaryRow,
  ThresholdRow,
} from './metrics/run-result.js';
export type {
  DataItem,
  PerfMeasurement,
  PerfVerdict,
  PerfWorkloadResult,
} from './metrics/scheduler-perf/perf-result.js';
export { comparisonTable } from './report/comparison/comparison-report.js';
export { renderRun } from './report/render-run.js';
export { summaryTable } from './report/summary-table.js';
export { filesIn, type ScenarioFiles } from './scenario/files.js';
export { type LoadResult, loadManifests, loadScenario } from './scenario/load.js';
export { loadWithPlugins } from './scenario/load-with-plugins.js';
export { importPlugins, type PluginModule, type PluginModules } from './scenario/plugin-files.js';
export type { LoadedScenario } from './scenario/scenario.js';
export { loadSchedulerPerf, type PerfLoadResult } from './workload/scheduler-perf/load.js';
export {
  type PerfSelection,
  type SelectedWorkloads,
  selectWorkloads,
} from './workload/scheduler-perf/selection.js';
export type {
  PerfConfig,
  PerfTestCase,
  PerfThreshold,
  PerfWorkload,
} from './workload/scheduler-perf/test-case.js';
