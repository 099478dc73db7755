/**
 * The operation `arrivals` as a schema: pods that come by an arrival process.
 */

import { z } from 'zod';
import {
  duration,
  durations,
  mapping,
  numberWithin,
  positiveDuration,
  positiveNumber,
  text,
  timing,
  wholeNumber,
} from './schema-parts.js';

const rate = positiveNumber().describe('Pods a second, on average.');

/** When pods come; one of these is stated. */
const process = mapping({
  poisson: mapping({ rate }).optional().describe('Independent of each other.'),
  weibull: mapping({
    rate,
    shape: numberWithin(0.1, 20).describe('Below 1 in clusters, 1 Poisson, above 1 more evenly.'),
  })
    .optional()
    .describe('Gaps of a Weibull distribution.'),
  bursts: mapping({
    rate: positiveNumber().describe('Pods a second in a burst.'),
    length: positiveDuration().describe('Mean length of a burst.'),
    pause: positiveDuration().describe('Mean time between two bursts.'),
  })
    .optional()
    .describe('Poisson in a burst, nothing in a pause; both last for exponential times.'),
  diurnal: mapping({
    rate,
    amplitude: numberWithin(0, 1).describe('By this part of itself the rate swings.'),
    period: positiveDuration().optional().describe('24h when absent.'),
    peak: duration().optional().describe('When the rate is highest; half a period when absent.'),
  })
    .optional()
    .describe('Poisson with a rate that rises and falls like a day.'),
  closedLoop: mapping({
    inFlight: wholeNumber(1, 1_000_000).describe('Pods that have not ended.'),
    think: durations.optional().describe('From the end of a pod to the next; 0 when absent.'),
  })
    .optional()
    .describe('The next pod comes when one has ended.'),
  trace: text('a file')
    .optional()
    .describe('CSV with at_seconds and, if wished, run_seconds; relative to the scenario.'),
});

/** The operation, given the schema of a template and of a namespace. */
export function arrivalsSchema<T extends z.ZodType, N extends z.ZodType>(
  template: T,
  namespace: N,
) {
  return mapping({
    op: z
      .literal('arrivals')
      .describe('Creates pods of one template at times of a random process, or of a file.'),
    ...timing,
    template: template.describe('A Pod, or the file that holds it.'),
    namespace,
    namePrefix: text('the beginning of the pod names')
      .optional()
      .describe("Before their numbers; the template's name and - when absent."),
    count: wholeNumber(1, 10_000_000).optional().describe('At most so many pods.'),
    duration: positiveDuration().optional().describe('For so long at most.'),
    process: process.describe('When they come.'),
  });
}

/** The process as it is written. */
export type ArrivalProcessText = z.infer<typeof process>;
