/**
 * What the programs in a pod do, which no manifest says: annotations of the pod do. Each key holds
 * for all containers of the pod, but init containers where it says so; `<key>.<container>` holds
 * for that container alone. docs/workload-behaviour.md explains them to users.
 */

import { assert } from '../kernel/assert.js';
import type { DistributionSpec } from '../kernel/distributions.js';
import { type Course, parseCourse, parseDrawnDuration, parseDuration } from './behaviour-text.js';
import { didYouMean } from './did-you-mean.js';
import type { Annotations } from './object-meta.js';

/** What all of the keys begin with. */
const behaviourPrefix = 'kubeclock.dev/';

/** The keys. */
export const behaviour = {
  /** Containers exit by themselves so long after their start. */
  runTime: 'kubeclock.dev/run-time',
  /** With this code then; 0 when absent. */
  exitCode: 'kubeclock.dev/exit-code',
  /** Init containers exit so long after their start. */
  initRunTime: 'kubeclock.dev/init-run-time',
  /** Containers are able to serve so long after their start; `never` for never. */
  readyAfter: 'kubeclock.dev/ready-after',
  /** `true`: containers stop only when they are killed. */
  ignoresSigterm: 'kubeclock.dev/ignores-sigterm',
  /** Containers need so long to stop on SIGTERM. */
  stopTime: 'kubeclock.dev/stop-time',
  /** A run ends with code 1 so long after its start. */
  crashAfter: 'kubeclock.dev/crash-after',
  /** Of each run to crash: 1 when absent and crash-after is there. */
  crashProbability: 'kubeclock.dev/crash-probability',
  /** Memory of a container over time. */
  memoryUse: 'kubeclock.dev/memory-use',
  /** Bytes that a container keeps in its writable layer, logs and emptyDirs over time. */
  diskUse: 'kubeclock.dev/ephemeral-storage-use',
  /** Files and directories that a container keeps beside its bytes, over time. */
  inodeUse: 'kubeclock.dev/inode-use',
  /** Processes and threads of a container over time. */
  processUse: 'kubeclock.dev/process-use',
  /** CPU of a container over time; read by the metrics server. */
  cpuUse: 'kubeclock.dev/cpu-use',
} as const;

/** A key of an annotation about behaviour. */
export type BehaviourKey = (typeof behaviour)[keyof typeof behaviour];

const isDrawn = (text: string): boolean => parseDrawnDuration(text) !== undefined;
const isCourse = (text: string): boolean => parseCourse(text) !== undefined;
const drawnForm = 'a duration: 30s, 10s..30s, mean=20s or p50=5s,p99=40s';
const isCount = (text: string): boolean =>
  isCourse(text) && text.split(',').every((part) => /^(?:[^=]*=)?\d+[kM]?$/.test(part.trim()));
const countForm = 'a whole number over time: 200, or 0s=10,10m=5k';
const courseForm = 'an amount of bytes over time: 200Mi, or 0s=50Mi,10m=2Gi';

/** What a value must look like, by key. */
const forms: ReadonlyMap<string, readonly [isValid: (text: string) => boolean, form: string]> =
  new Map([
    [behaviour.runTime, [isDrawn, `${drawnForm}; or never`]],
    [behaviour.initRunTime, [isDrawn, `${drawnForm}; or never`]],
    [behaviour.readyAfter, [isDrawn, `${drawnForm}; or never`]],
    [behaviour.crashAfter, [isDrawn, `${drawnForm}; or never`]],
    [behaviour.stopTime, [(text) => Number.isFinite(parseDuration(text)), 'a duration like 3s']],
    [behaviour.exitCode, [(text) => /^\d{1,3}$/.test(text) && Number(text) < 256, '0 to 255']],
    [behaviour.ignoresSigterm, [(text) => text === 'true' || text === 'false', 'true or false']],
    [behaviour.crashProbability, [(text) => isProbability(text), 'a number from 0 to 1']],
    [behaviour.memoryUse, [isCourse, courseForm]],
    [behaviour.diskUse, [isCourse, courseForm]],
    [behaviour.inodeUse, [isCount, countForm]],
    [behaviour.processUse, [isCount, countForm]],
    [
      behaviour.cpuUse,
      [
        (text) => /^(?:\d[\d.smh]*=)?\d[\d.]*m?(?:,\s*\d[\d.smh]*=\d[\d.]*m?)*$/.test(text),
        'CPUs, or steps over time: 250m, or 0s=100m,2m=1',
      ],
    ],
  ]);

function isProbability(text: string): boolean {
  return /^\d*\.?\d+$/.test(text) && Number(text) <= 1;
}

/** What is wrong with an annotation. */
export interface BehaviourFault {
  readonly key: string;
  readonly message: string;
  readonly expected?: string;
}

/** Everything that is wrong with the annotations of a pod that has these containers. */
export function behaviourFaults(
  annotations: Annotations,
  containers: readonly string[],
): readonly BehaviourFault[] {
  const keys = Object.keys(annotations).filter((key) => key.startsWith(behaviourPrefix));
  return keys
    .sort((a, b) => (a < b ? -1 : 1))
    .flatMap((key) => {
      const fault = faultOf(key, annotations[key] ?? '', containers);
      return fault === undefined ? [] : [fault];
    });
}

function faultOf(
  key: string,
  text: string,
  containers: readonly string[],
): BehaviourFault | undefined {
  const at = key.indexOf('.', behaviourPrefix.length);
  const base = at < 0 ? key : key.slice(0, at);
  const form = forms.get(base);
  if (form === undefined) {
    const near = didYouMean(base, [...forms.keys()]);
    const expected =
      near === undefined ? `one of ${[...forms.keys()].join(', ')}` : `did you mean "${near}"?`;
    return { key, message: `unknown annotation "${key}"`, expected };
  }
  if (at >= 0 && !containers.includes(key.slice(at + 1))) {
    const message = `the pod has no container "${key.slice(at + 1)}"`;
    return { key, message, expected: containers.join(', ') };
  }
  const [isValid, expected] = form;
  if (isValid(text)) return undefined;
  return { key, message: `${key}: "${text}" cannot be read`, expected };
}

/** What an annotation says about a container; undefined without it. */
export function behaviourText(
  annotations: Annotations | undefined,
  key: BehaviourKey,
  container: string,
): string | undefined {
  if (annotations === undefined) return undefined;
  return annotations[`${key}.${container}`] ?? annotations[key];
}

/**
 * A drawn duration that an annotation states.
 * @throws AssertionError when its text is none; the annotations of scenarios have been checked.
 */
export function behaviourDuration(
  annotations: Annotations | undefined,
  key: BehaviourKey,
  container: string,
): DistributionSpec | undefined {
  const text = behaviourText(annotations, key, container);
  if (text === undefined) return undefined;
  const spec = parseDrawnDuration(text);
  assert(spec !== undefined, `${key}: "${text}" is no duration like 30s`);
  return spec;
}

/**
 * An amount over time that an annotation states.
 * @throws AssertionError when its text is none.
 */
export function behaviourCourse(
  annotations: Annotations | undefined,
  key: BehaviourKey,
  container: string,
): Course | undefined {
  const text = behaviourText(annotations, key, container);
  if (text === undefined) return undefined;
  const course = parseCourse(text);
  assert(course !== undefined, `${key}: "${text}" is no amount over time like 200Mi`);
  return course;
}
