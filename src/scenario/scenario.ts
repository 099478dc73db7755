/**
 * A scenario after loading: plain data, complete, checked. What a run is given.
 */

import type { IgnoredKind } from '../api/manifests.js';
import type { ClusterSpec } from '../cluster/cluster-spec.js';
import type { Operation } from '../cluster/operation.js';
import type { TrafficSpec } from '../cluster/traffic/traffic-spec.js';
import type { Provenance } from './layers.js';
import type { Threshold } from './threshold.js';
import type { Tolerance } from './tolerance.js';
import type { UserPluginUse } from './user-plugins.js';

/** Where results go and how fine they are. */
export interface OutputOptions {
  /** Folder; undefined for `results/<name>-<seed>`. */
  readonly directory: string | undefined;
  /** Between two rows of the time series, µs; above 0. */
  readonly sampleIntervalUs: number;
}

/** Everything that a run needs. Two equal ones give equal results. */
export interface LoadedScenario {
  readonly name: string;
  /** Canonical text: `42` for the number 42 and for the text "42". */
  readonly seed: string;
  /** The run ends here at the latest, µs. */
  readonly horizonUs: number;
  /** Whether the run ends as soon as all operations are done and everything has converged. */
  readonly untilConverged: boolean;
  readonly cluster: ClusterSpec;
  /** In order of the file; `atUs` need not ascend. */
  readonly operations: readonly Operation[];
  /** Connections of clients to Services, in order of the file. */
  readonly traffic: readonly TrafficSpec[];
  readonly thresholds: readonly Threshold[];
  /** By how much figures may differ from a baseline, in order of their names. */
  readonly tolerances: readonly Tolerance[];
  readonly outputs: OutputOptions;
  /** Sentences that the reader of the results must know. */
  readonly notices: readonly string[];
  /** Scheduler plugins that the user has written; a run is given the plugins themselves beside. */
  readonly plugins: readonly UserPluginUse[];
  /** Those of the notices that say where plugins are enabled without having been asked for. */
  readonly pluginNotices: readonly string[];
  /** Kinds in the manifests that are not simulated. */
  readonly ignored: readonly IgnoredKind[];
  /** Every value of the spec and who gave it, in order of the paths. */
  readonly provenance: readonly Provenance[];
}
