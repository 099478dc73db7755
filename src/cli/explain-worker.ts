/**
 * The thread that runs a scenario to look at one pod: its entry, started by `explain-command.ts`.
 */

import { explainPod } from '../experiment/explain/explain-pod.js';
import { type LookedRun, serveLook } from './look-thread.js';

/** What the thread is started with. */
export interface ExplainRequest extends LookedRun {
  /** `namespace/name`, or its beginning. */
  readonly wanted: string;
}

await serveLook(({ scenario, wanted, earlier }: ExplainRequest, options) =>
  explainPod(scenario, wanted, earlier, options),
);
