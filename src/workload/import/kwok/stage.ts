/**
 * A Stage of KWOK: what becomes of a pod, for which pods, how long before. The state that it begins
 * in and the status that it writes are the kubelet's affair here; of the template only the phase is
 * read, which says what the Stage is about.
 *
 * Source: KWOK v1alpha1 Stage; a delay lies between duration and jitterDuration, and is the latter
 * where that is smaller. Stages that match at once are chosen between by weight.
 */

import { z } from 'zod';
import { parseDuration } from '../../../scenario/duration.js';
import { isTree, type Tree } from '../../../scenario/yaml-tree.js';

const expression = z.object({ expressionFrom: z.string() });

const stage = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    resourceRef: z.object({ kind: z.string() }),
    selector: z
      .object({
        matchLabels: z.record(z.string(), z.string()).default({}),
        matchAnnotations: z.record(z.string(), z.string()).default({}),
        matchExpressions: z
          .array(
            z.object({
              key: z.string(),
              operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
              values: z.array(z.string()).default([]),
            }),
          )
          .default([]),
      })
      .default({ matchLabels: {}, matchAnnotations: {}, matchExpressions: [] }),
    weight: z.number().min(0).default(0),
    weightFrom: expression.optional(),
    delay: z
      .object({
        durationMilliseconds: z.number().min(0).default(0),
        durationFrom: expression.optional(),
        jitterDurationMilliseconds: z.number().min(0).optional(),
        jitterDurationFrom: expression.optional(),
      })
      .optional(),
    next: z.record(z.string(), z.unknown()).default({}),
  }),
});

/** A Stage as it is written. */
export type Stage = z.infer<typeof stage>;

/** The shape of a Stage. */
export const stageSchema: typeof stage = stage;

/** What a Stage does to a pod. */
export type StageEffect = 'ready' | 'initialised' | 'completed' | 'failed' | 'deleted' | 'other';

/** Read from what it deletes and from the phase that its status has. */
export function effectOf({ metadata, spec }: Stage): StageEffect {
  const { next, selector } = spec;
  if (next['delete'] === true) return 'deleted';
  const phase = /^\s*phase:\s*["']?(\w+)/m.exec(templateText(next))?.[1];
  if (phase === 'Running') return 'ready';
  if (phase === 'Succeeded') return 'completed';
  if (phase === 'Failed') return 'failed';
  const isOfInit = selector.matchExpressions.some(({ key }) => key.includes('initContainer'));
  return isOfInit && /complete/.test(metadata.name) ? 'initialised' : 'other';
}

/** Whatever text a Stage writes a status with. */
function templateText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(templateText).join('\n');
  return isTree(value) ? Object.values(value).map(templateText).join('\n') : '';
}

/** A pod, or template of pods, as the selector of a Stage sees it. */
export interface StagedPod {
  readonly labels: Tree;
  readonly annotations: Tree;
  /** Kind of its controller; undefined: it has none. */
  readonly ownerKind: string | undefined;
}

/** Whether a Stage is for a pod, in whatever state that may be. */
export function isFor({ spec: { selector } }: Stage, pod: StagedPod): boolean {
  const { matchLabels, matchAnnotations, matchExpressions } = selector;
  const hasAll = (wanted: Tree, found: Tree): boolean =>
    Object.entries(wanted).every(([key, value]) => found[key] === value);
  if (!hasAll(matchLabels, pod.labels) || !hasAll(matchAnnotations, pod.annotations)) return false;
  return matchExpressions.every(({ key, operator, values }) => {
    const found = lookup(key, pod);
    if (found === undefined) return true; // a state: all of them come in time
    const isThere = found.value !== undefined;
    if (operator === 'Exists') return isThere;
    if (operator === 'DoesNotExist') return !isThere;
    const isAmong = isThere && values.includes(String(found.value));
    return operator === 'In' ? isAmong : !isAmong;
  });
}

const field = /^\.metadata\.(labels|annotations)(?:\["([^"]+)"\]|\."([^"]+)"|\.([\w-]+))$/;

/** What an expression finds in what a pod is from its beginning; undefined: it asks for a state. */
function lookup(key: string, pod: StagedPod): { readonly value: unknown } | undefined {
  const match = field.exec(key.trim());
  if (match !== null) {
    const [, of = '', ...names] = match;
    const name = names.find((each) => each !== undefined) ?? '';
    return { value: of === 'labels' ? pod.labels[name] : pod.annotations[name] };
  }
  return /^\.metadata\.ownerReferences\.\[\]\.kind$/.test(key.trim())
    ? { value: pod.ownerKind }
    : undefined;
}

/** A label or annotation by which a Stage knows its pods. */
export interface StageMark {
  readonly of: 'labels' | 'annotations';
  readonly name: string;
  readonly value: string;
}

/** What a pod must be marked with so that a Stage is for it. */
export function marksOf({ spec: { selector } }: Stage): readonly StageMark[] {
  const { matchLabels, matchAnnotations, matchExpressions } = selector;
  const stated = (of: StageMark['of'], wanted: Readonly<Record<string, string>>) =>
    Object.entries(wanted).map(([name, value]) => ({ of, name, value }));
  const asked = matchExpressions.flatMap(({ key, operator, values }): readonly StageMark[] => {
    const [, of, ...names] = field.exec(key.trim()) ?? [];
    const name = names.find((each) => each !== undefined);
    if (name === undefined || (operator !== 'In' && operator !== 'Exists')) return [];
    const where = of === 'labels' ? 'labels' : 'annotations';
    return [{ of: where, name, value: values[0] ?? 'true' }];
  });
  return [...stated('labels', matchLabels), ...stated('annotations', matchAnnotations), ...asked];
}

/** How long a pod waits for a Stage, µs; between the two. */
export interface StageDelay {
  readonly lowUs: number;
  readonly highUs: number;
}

/** The delay of a pod: as its annotations say, or as the Stage does. */
export function delayOf({ spec: { delay } }: Stage, pod: StagedPod): StageDelay {
  if (delay === undefined) return { lowUs: 0, highUs: 0 };
  const own = (from: z.infer<typeof expression> | undefined): number | undefined => {
    const text = from && lookup(from.expressionFrom, pod)?.value;
    return typeof text === 'string' ? parseDuration(text) : undefined;
  };
  const durationUs = own(delay.durationFrom) ?? delay.durationMilliseconds * 1_000;
  const stated = delay.jitterDurationMilliseconds;
  const jitterUs =
    own(delay.jitterDurationFrom) ?? (stated === undefined ? durationUs : stated * 1_000);
  return { lowUs: Math.min(durationUs, jitterUs), highUs: jitterUs };
}

/** The weight of a Stage for a pod. */
export function weightOf({ spec: { weight, weightFrom } }: Stage, pod: StagedPod): number {
  const text = weightFrom && lookup(weightFrom.expressionFrom, pod)?.value;
  return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : weight;
}
