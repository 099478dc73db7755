// Sets of completion indexes as a Job's status writes them: `1,3-5,7`.
// Source: Kubernetes v1.36 pkg/controller/job indexed_job_utils.go.
import type { Pod } from '../../../api/pod.js';

const INDEX = 'batch.kubernetes.io/job-completion-index';

/** The index of a pod; undefined when it has none that is a whole number. */
export function completionIndexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[INDEX] ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Annotations and labels of the pod with that index. */
export function indexLabels(index: number): Readonly<Record<string, string>> {
  return { [INDEX]: String(index) };
}

/** Indexes below `completions` in the text; what is no index is passed over. */
export function parseIndexes(text: string | undefined, completions: number): Set<number> {
  const found = new Set<number>();
  for (const part of (text ?? '').split(',')) {
    const [, first = '', last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === '') continue;
    for (let i = Number(first); i <= Math.min(Number(last), completions - 1); i++) found.add(i);
  }
  return found;
}

/** Ranges of three indexes and more are written with a dash, pairs with a comma. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    const first = sorted[i] as number;
    let end = i;
    while (sorted[end + 1] === (sorted[end] as number) + 1) end++;
    const last = sorted[end] as number;
    if (last - first > 1) parts.push(`${first}-${last}`);
    else parts.push(...(last === first ? [first] : [first, last]).map(String));
    i = end + 1;
  }
  return parts.join(',');
}

/** The first `count` indexes that are neither completed nor in use. */
export function firstFreeIndexes(
  count: number,
  completions: number,
  isTaken: (index: number) => boolean,
): readonly number[] {
  const free: number[] = [];
  for (let i = 0; i < completions && free.length < count; i++) if (!isTaken(i)) free.push(i);
  return free;
}
