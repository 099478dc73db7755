/**
 * What the processes of a control plane cost their machines beside their work, as profiles of
 * measured machines state it.
 */

import { z } from 'zod';
import { type ProcessName, processNames } from '../cluster/cluster-spec.js';
import { type ProcessCosts, plainProcess } from '../kernel/cpu-host.js';
import { durationUs } from './duration.js';
import { duration, mapping, oneOf, positiveNumber } from './schema-parts.js';

const costs = mapping({
  cpuFactor: positiveNumber().optional().describe('CPU time of a µs of modelled work.'),
  job: duration().optional().describe('Of every job beside its work.'),
  wakeUp: duration().optional().describe('Of the job that finds the process asleep.'),
  park: duration().optional().describe('Spent looking for more before it sleeps.'),
  collectEvery: duration().optional().describe('CPU time between two garbage collections.'),
  collect: duration().optional().describe('CPU time of one collection.'),
  tickEvery: duration().optional().describe("Period of the process's own timers."),
  tick: duration().optional().describe('CPU time of one tick.'),
});

/** Costs by process. */
export const processes = z
  .partialRecord(oneOf(processNames), costs, {
    error: `a mapping of ${processNames.join(', ')} to their costs`,
  })
  .optional()
  .describe('What processes cost their machine beside their work.');

/** The costs of one process as written. */
type CostsText = z.infer<typeof costs>;

function costsOf(text: CostsText): ProcessCosts {
  return {
    ...plainProcess,
    ...(text.cpuFactor !== undefined && { factor: text.cpuFactor }),
    jobUs: durationUs(text.job),
    wakeUpUs: durationUs(text.wakeUp),
    parkUs: durationUs(text.park),
    collectEveryUs: durationUs(text.collectEvery),
    collectUs: durationUs(text.collect),
    tickEveryUs: durationUs(text.tickEvery),
    tickUs: durationUs(text.tick),
  };
}

/** The costs of those processes that the text names. */
export function processCostsOf(
  text: z.infer<typeof processes>,
): Readonly<Partial<Record<ProcessName, ProcessCosts>>> {
  const stated = processNames.filter((name) => text?.[name] !== undefined);
  return Object.fromEntries(stated.map((name) => [name, costsOf(text?.[name] ?? {})]));
}
