/**
 * Phases and tuning sets as a schema: many objects of one template, created, changed or deleted at
 * a pace. The words are those of ClusterLoader2.
 */

import { z } from 'zod';
import {
  flag,
  list,
  mapping,
  oneOf,
  positiveDuration,
  positiveNumber,
  text,
  timing,
  values,
  wholeNumber,
} from './schema-parts.js';

const labels = z.record(z.string(), z.string({ error: 'a text such as "true"' }), {
  error: 'a mapping of keys to texts',
});

const templated = mapping({
  template: text('a path')
    .optional()
    .describe('A file of YAML with actions of Go templates, relative to the scenario.'),
  yaml: text('YAML as text').optional().describe('Instead of a file.'),
  basename: text('the beginning of the names')
    .optional()
    .describe('Objects are named by it and their index; absent: as the template says.'),
  copies: wholeNumber(1, 100_000)
    .optional()
    .describe('For each index, numbered from 1 as .Replica; 1 when absent.'),
  params: values
    .optional()
    .describe('What the template may read, beside .Name, .Index and others.'),
  labels: labels.optional().describe('Added to the objects and to the pods that they make.'),
});

const prefix = text('the beginning of the names').describe('Before the number of each namespace.');

const phase = mapping({
  action: oneOf(['create', 'apply', 'delete']).describe('What is done with each object.'),
  tuningSet: text('the name of a tuning set')
    .optional()
    .describe('One of workload.tuningSets; absent: one after the other.'),
  namespaces: z
    .union(
      [
        text('a namespace'),
        list(text('a namespace'), 'namespaces', 1),
        mapping({
          prefix,
          from: wholeNumber(0).optional().describe('The first number; 1 when absent.'),
          to: wholeNumber(0).describe('The last number.'),
        }),
        mapping({
          prefix,
          nodesEach: wholeNumber(1).describe('One namespace for so many nodes.'),
        }),
        mapping({
          prefix,
          indicesEach: wholeNumber(1).describe('One namespace for so many indices.'),
        }),
      ],
      {
        error:
          'a namespace, a list of them, or a mapping {prefix, from, to}, {prefix, nodesEach} or ' +
          '{prefix, indicesEach}',
      },
    )
    .optional()
    .describe(
      'Each gets all the objects. With nodesEach there is one for so many nodes of the pools, at ' +
        'least one, so that the load grows with the cluster. With indicesEach each gets those of ' +
        'so many indices.',
    ),
  from: wholeNumber(0, 10_000_000).optional().describe('The first index; 0 when absent.'),
  count: wholeNumber(0, 1_000_000).optional().describe('Indices in each namespace; 1 when absent.'),
  objects: list(templated, 'templates {template, basename, params}', 1).describe(
    'Templates: each makes its objects for every index.',
  ),
  apart: flag()
    .optional()
    .describe('The tuning set counts single objects, and not all those of an index as one unit.'),
});

/** The operation. */
export const phasesSchema = mapping({
  op: z
    .literal('phases')
    .describe('Creates, applies or deletes many objects of templates, as ClusterLoader2 does.'),
  ...timing,
  phases: list(phase, 'phases {action, count, objects}', 1).describe('They run side by side.'),
});

/** The operation on objects that are there. */
export const forEachSchema = mapping({
  op: z.literal('forEach').describe('Reads, patches or deletes every object of a kind.'),
  ...timing,
  action: oneOf(['patch', 'delete', 'get']).describe('What is done with each object.'),
  kind: text('a kind such as Deployment').describe('Of the objects, such as Deployment.'),
  namespace: text('a namespace').optional().describe('All when absent.'),
  labels: labels.optional().describe('Which the objects must have; all of the kind when absent.'),
  times: wholeNumber(1, 100_000).optional().describe('How often each has its turn; 1 when absent.'),
  tuningSet: text('the name of a tuning set')
    .optional()
    .describe('One of workload.tuningSets; absent: one after the other.'),
  template: text('a path')
    .optional()
    .describe(
      'Of a patch: a file with actions of Go templates, which holds a mapping, a merge patch, or a ' +
        'list, a JSON patch.',
    ),
  yaml: text('YAML as text').optional().describe('Of a patch, instead of a file.'),
  params: values.optional().describe('What the template may read, beside .Index and .Iteration.'),
});

const qps = positiveNumber().describe('Units a second, such as 10.');

const timeLimit = positiveDuration().describe('From the first unit to the last.');

/** How the units of a phase follow each other. */
export const tuningSet = mapping({
  qpsLoad: mapping({ qps }).optional().describe('At a steady rate.'),
  globalQPSLoad: mapping({ qps, burst: wholeNumber(1).describe('Units at once after a rest.') })
    .optional()
    .describe('A token bucket that all phases of an operation share.'),
  randomizedLoad: mapping({ averageQPS: positiveNumber().describe('Units a second, on average.') })
    .optional()
    .describe('With random gaps.'),
  steppedLoad: mapping({
    burstSize: wholeNumber(1).describe('Units at once.'),
    stepDelay: positiveDuration().describe('Between two steps.'),
  })
    .optional()
    .describe('Some at once, then a pause.'),
  timeLimitedLoad: mapping({ timeLimit }).optional().describe('Evenly over a time.'),
  randomizedTimeLimitedLoad: mapping({ timeLimit })
    .optional()
    .describe('At random times within a limit.'),
  parallelismLimitedLoad: mapping({
    parallelismLimit: wholeNumber(1).describe('Units under way.'),
  })
    .optional()
    .describe('So many under way at once.'),
}).refine((set) => Object.keys(set).length === 1, { error: 'exactly one kind of load' });

/** Tuning sets by name. */
export const tuningSets = z.record(z.string(), tuningSet, {
  error: 'a mapping of names to tuning sets such as {qpsLoad: {qps: 10}}',
});

/** An operation as written. */
export type ForEachText = z.infer<typeof forEachSchema>;
export type PhasesText = z.infer<typeof phasesSchema>;
export type PhaseText = PhasesText['phases'][number];
export type TemplatedText = PhaseText['objects'][number];
export type TuningSetText = z.infer<typeof tuningSet>;
