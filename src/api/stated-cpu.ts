/** The CPU that a container uses as its pod states it: its annotation, within its limit. */

import { assert } from '../kernel/assert.js';
import type { Container } from './container.js';
import type { Pod } from './pod.js';
import { behaviour, behaviourText } from './pod-behaviour.js';
import { podLimits } from './resource-requests.js';
import { parseCpuUse, type Steps } from './steps.js';

/**
 * What a container asks for, from its start; undefined when its pod does not say. A limit of CPU
 * holds at any time.
 * @throws AssertionError when the annotation cannot be read; those of scenarios have been checked.
 */
export function statedCpu({ metadata }: Pod, container: Container): Steps | undefined {
  const text = behaviourText(metadata.annotations, behaviour.cpuUse, container.name);
  if (text === undefined) return undefined;
  const steps = parseCpuUse(text);
  assert(
    steps !== undefined,
    `${metadata.name}: ${behaviour.cpuUse} "${text}" is no CPU like 250m`,
  );
  const { cpuMilli } = podLimits({ containers: [container] });
  if (cpuMilli === 0) return steps;
  return steps.map(({ atUs, valueMilli }) => ({
    atUs,
    valueMilli: Math.min(valueMilli, cpuMilli),
  }));
}
