// What one run of a container does, from the annotations of its pod: when it is able to serve, when
// and how it ends by itself, how long it takes to stop. A run ends with the first of: its run time,
// a crash, more memory than its limit.
import { firstAbove, parseDuration } from '../../api/behaviour-text.js';
import type { Container } from '../../api/container.js';
import type { Annotations } from '../../api/object-meta.js';
import {
  type BehaviourKey,
  behaviour,
  behaviourCourse,
  behaviourDuration,
  behaviourText,
} from '../../api/pod-behaviour.js';
import { quantityValue } from '../../api/quantity.js';
import { type DistributionSpec, distribution } from '../../kernel/distributions.js';
import type { RandomStream } from '../../kernel/random-stream.js';

/** A container that does not end by itself. */
export const forEver: number = Number.POSITIVE_INFINITY;

const crashExitCode = 1;
/** 128 and the number of SIGKILL. */
export const killedExitCode = 137;
/** 128 and the number of SIGTERM. */
export const terminatedExitCode = 143;

/** What a run does, µs; undefined where the pod does not say. */
export interface RunBehaviour {
  readonly ableUs: number | undefined;
  readonly runUs: number | undefined;
  readonly exitCode: number;
  readonly exitReason: 'OOMKilled' | undefined;
  readonly termUs: number;
}

const silent: RunBehaviour = {
  ableUs: undefined,
  runUs: undefined,
  exitCode: 0,
  exitReason: undefined,
  termUs: 0,
};

/** Draws one run; `isInit`: of a container that others wait for until it has ended. */
export function drawBehaviour(
  annotations: Annotations | undefined,
  spec: Container,
  isInit: boolean,
  stream: RandomStream,
): RunBehaviour {
  if (annotations === undefined) return silent;
  const { name } = spec;
  const drawn = (key: BehaviourKey): number | undefined => {
    const text = behaviourDuration(annotations, key, name);
    return text === undefined ? undefined : sample(text, stream);
  };
  const ends = drawn(isInit ? behaviour.initRunTime : behaviour.runTime);
  const exitCode = Number(behaviourText(annotations, behaviour.exitCode, name) ?? 0);
  const common = { ableUs: drawn(behaviour.readyAfter), termUs: termUs(annotations, name) };
  const crashUs = isInit ? forEver : crashAfter(annotations, name, drawn, stream);
  const memoryUs = outOfMemoryUs(annotations, spec);
  if (memoryUs < Math.min(ends ?? forEver, crashUs)) {
    return { ...common, runUs: memoryUs, exitCode: killedExitCode, exitReason: 'OOMKilled' };
  }
  if (crashUs < (ends ?? forEver)) {
    return { ...common, runUs: crashUs, exitCode: crashExitCode, exitReason: undefined };
  }
  return { ...common, runUs: ends, exitCode, exitReason: undefined };
}

function sample(spec: DistributionSpec, stream: RandomStream): number {
  return spec.kind === 'constant' ? spec.value : distribution(spec).sample(stream);
}

/** Until this run crashes; Infinity for one that does not. */
function crashAfter(
  annotations: Annotations,
  container: string,
  drawn: (key: BehaviourKey) => number | undefined,
  stream: RandomStream,
): number {
  const afterUs = drawn(behaviour.crashAfter);
  const chance = behaviourText(annotations, behaviour.crashProbability, container);
  if (chance === undefined) return afterUs ?? forEver;
  return stream.uniform() < Number(chance) ? (afterUs ?? 0) : forEver;
}

/** Until a container uses more memory than it may. */
function outOfMemoryUs(annotations: Annotations, { name, resources }: Container): number {
  const limit = resources?.limits?.['memory'];
  if (limit === undefined) return forEver;
  const course = behaviourCourse(annotations, behaviour.memoryUse, name);
  return course === undefined ? forEver : firstAbove(course, quantityValue(limit));
}

function termUs(annotations: Annotations, container: string): number {
  if (behaviourText(annotations, behaviour.ignoresSigterm, container) === 'true') return forEver;
  return parseDuration(behaviourText(annotations, behaviour.stopTime, container) ?? '0s') ?? 0;
}
