/**
 * What pods are scaled by: the load that users bring, metrics of other sources, metrics-server; as
 * schema and as the assembly wants it.
 */

import { z } from 'zod';
import { compileEqualitySelector } from '../api/label-selector.js';
import { quantityMilliValue, quantityProblem } from '../api/quantity.js';
import type { Steps } from '../api/steps.js';
import type { Operation } from '../cluster/operation.js';
import type { PodAutoscalingSpec } from '../cluster/pod-autoscaling.js';
import { metricsServerConstants } from '../control-plane/metrics-server/constants.js';
import { durationUs } from './duration.js';
import type { BuiltOperation } from './operations-of.js';
import { podTemplateOf } from './pod-templates.js';
import type { SpecProblem } from './scenario-problems.js';
import type { ScenarioSpec } from './schema.js';
import { duration, flag, list, mapping, name, positiveDuration, text } from './schema-parts.js';

const amountExpected = 'a quantity of 0 or more, such as 250m or 4';
const amount = z
  .union([z.string(), z.number()], { error: amountExpected })
  .refine((value) => quantityProblem(String(value)) === undefined, {
    error: amountExpected,
    abort: true,
  })
  .refine((value) => quantityMilliValue(String(value)) >= 0, { error: amountExpected });

const step = mapping({
  at: duration().describe('Since the start of the run.'),
  value: amount.describe('From then on.'),
});

const stepsExpected = 'steps {at, value} in the order of their times';
const steps = list(step, stepsExpected, 1)
  .refine((items) => items.every(({ at }, i) => i === 0 || isLater(at, items[i - 1]?.at)), {
    error: `${stepsExpected}, no two at one time`,
  })
  .describe('The value from that time on; 0 before the first one.');

function isLater(at: string, before: string | undefined): boolean {
  return durationUs(at) > durationUs(before);
}

/** CPU that is asked of pods, and metrics that are not measured on pods; parts of a workload. */
export const loadSchemas = {
  cpuLoads: list(
    mapping({
      namespace: text('a namespace').optional().describe('default when absent.'),
      matchLabels: z
        .record(z.string(), z.string(), { error: 'a mapping of labels to values' })
        .refine((labels) => Object.keys(labels).length > 0, { error: 'at least one label' })
        .describe('Of the pods that share the load.'),
      cpu: steps,
    }),
    'loads {namespace, matchLabels, cpu}',
    1,
  )
    .optional()
    .describe('CPU that users ask of the Ready pods of a selector together, in equal shares.'),
  metrics: list(
    mapping({
      name: name('the name of a metric').describe('By which an autoscaler asks for it.'),
      values: steps,
    }),
    'metrics',
    1,
  )
    .optional()
    .describe('Custom and external metrics, which autoscalers find by name.'),
};

/** metrics-server as written. */
export const metricsServer = mapping({
  enabled: flag().optional().describe('Without it there are no CPU metrics; true when absent.'),
  resolution: positiveDuration()
    .optional()
    .describe('How often it measures; 15s, the default, when absent.'),
});

type StepsText = z.infer<typeof steps>;

function stepsOf(items: StepsText): Steps {
  return items.map(({ at, value }) => ({
    atUs: durationUs(at),
    valueMilli: quantityMilliValue(String(value)),
  }));
}

/** Undefined where the operations make no autoscaler. */
export function podAutoscalingOf(
  spec: ScenarioSpec,
  operations: readonly Operation[],
): PodAutoscalingSpec | undefined {
  if (!operations.some(makesAutoscaler)) return undefined;
  const { enabled = true, resolution } = spec.metricsServer ?? {};
  const { cpuLoads = [], metrics = [] } = spec.workload ?? {};
  const { metricResolutionUs } = metricsServerConstants;
  const resolutionUs = resolution === undefined ? metricResolutionUs : durationUs(resolution);
  return {
    metricResolutionUs: enabled ? resolutionUs : undefined,
    loads: cpuLoads.map(({ namespace = 'default', matchLabels, cpu }) => ({
      namespace,
      matchLabels,
      steps: stepsOf(cpu),
    })),
    series: metrics.map(({ name: metric, values }) => ({ name: metric, steps: stepsOf(values) })),
  };
}

function makesAutoscaler(operation: Operation): boolean {
  const isAutoscaler = ({ kind }: { readonly kind: string }): boolean =>
    kind === 'HorizontalPodAutoscaler';
  if (operation.op === 'autoscale') return true;
  if (operation.op === 'churn') return operation.templates.some(isAutoscaler);
  if (operation.op !== 'apply' && operation.op !== 'create') return false;
  return operation.objects.some(isAutoscaler);
}

/** Loads and metrics that nothing can come of. */
export function podAutoscalingProblems(
  { workload = {} }: ScenarioSpec,
  built: readonly BuiltOperation[],
): readonly SpecProblem[] {
  const { cpuLoads = [], metrics = [] } = workload;
  const problems: SpecProblem[] = [];
  const isUsed = built.some(({ operation }) => makesAutoscaler(operation));
  for (const [field, items] of [
    ['cpuLoads', cpuLoads],
    ['metrics', metrics],
  ] as const) {
    if (isUsed || items.length === 0) continue;
    const message = `${field} without a HorizontalPodAutoscaler, the only one who looks at them`;
    problems.push({ steps: ['workload', field], message });
  }
  const templates = built
    .flatMap(({ objects }) => objects)
    .flatMap(({ object }) => {
      const template = podTemplateOf(object);
      return template === undefined ? [] : [template.labels];
    });
  for (const [index, { matchLabels }] of cpuLoads.entries()) {
    if (templates.some(compileEqualitySelector(matchLabels))) continue;
    const message = 'the load selects no pod of this workload';
    problems.push({ steps: ['workload', 'cpuLoads', index, 'matchLabels'], message });
  }
  const names = new Set<string>();
  for (const [index, metric] of metrics.entries()) {
    if (names.has(metric.name)) {
      const message = `a metric named "${metric.name}" is there already`;
      problems.push({ steps: ['workload', 'metrics', index, 'name'], message });
    }
    names.add(metric.name);
  }
  return problems;
}
