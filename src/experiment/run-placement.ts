// One run of a scenario of which only the placement of pods is simulated.
import { PodPlacement } from '../checkers/pod-placement.js';
import { PlacementCluster } from '../cluster/placement-cluster.js';
import type { PluginRegistry } from '../control-plane/scheduler/framework/plugin-handle.js';
import type { PluginFailure } from '../control-plane/scheduler/out-of-tree/plugin-failure.js';
import { assert } from '../kernel/assert.js';
import { Simulation } from '../kernel/simulation.js';
import { RunRecorder } from '../metrics/run-recorder.js';
import type { RunOutcome, RunResult } from '../metrics/run-result.js';
import type { LoadedScenario } from '../scenario/scenario.js';
import { describeCluster } from './describe-cluster.js';
import { modelVersion } from './model-version.js';
import { failedOutcome, failureIn } from './plugin-outcome.js';
import { promisesRoomOnce } from './promised-room.js';
import { watchLimits } from './run-limits.js';
import type { RunOptions } from './run-scenario.js';

/** As `runScenario`, whose options without a meaning here are left aside. */
export function runPlacement(
  scenario: LoadedScenario,
  options: RunOptions,
  plugins: PluginRegistry,
): RunResult {
  const { cluster, operations, horizonUs, outputs } = scenario;
  const simulation = new Simulation(scenario.seed);
  const { scheduler } = cluster.controlPlane;
  const checker = new PodPlacement(simulation, promisesRoomOnce([scheduler], plugins));
  const recorder = new RunRecorder(simulation, 0, [checker]);
  let isDone = false;
  const onDone = (): void => {
    isDone = true;
    if (scenario.untilConverged) simulation.stop();
  };
  const { observer } = recorder;
  const placement = new PlacementCluster(simulation, cluster, operations, {
    observer,
    plugins,
    onDone,
  });
  recorder.recordSeries(outputs.sampleIntervalUs, []);
  const stopped = watchLimits(simulation, options, ({ time, events }) => {
    const { podCount: podsTotal, scheduledCount: podsReady } = recorder.pods;
    options.onProgress?.({ simulatedUs: time, horizonUs, events, podsReady, podsTotal });
  });
  const failure: PluginFailure | undefined = failureIn(() => {
    placement.start();
    simulation.run(horizonUs);
  });
  if (failure === undefined) {
    assert(checker.violations.length === 0, `an invariant was broken: ${checker.violations[0]}`);
  } else {
    stopped.outcome = failedOutcome(failure, simulation);
    options.onPluginFailure?.(failure);
  }
  return recorder.result({
    scenario: scenario.name,
    kubernetesVersion: cluster.kubernetesVersion,
    modelVersion,
    outcome: stopped.outcome ?? outcomeOf(recorder, isDone && scenario.untilConverged),
    cluster: describeCluster(cluster),
    notices: [...scenario.notices, onlyPlacement],
    thresholds: scenario.thresholds,
  });
}

const onlyPlacement =
  'Only the placement of pods is simulated: decisions take no time, are made once, and pods never ' +
  'start.';

function outcomeOf({ pods }: RunRecorder, isConverged: boolean): RunOutcome {
  const { podCount, scheduledCount } = pods;
  const message = `${scheduledCount} of ${podCount} pods have got a node.`;
  return { end: isConverged ? 'converged' : 'horizon', partial: false, message };
}
