/**
 * Jobs of kube-burner that create: one object after the other for every iteration, all of them
 * paced by one token bucket; then churn.
 *
 * Left out: waits for single objects, verification, incremental load; namespaces are there before
 * the first object is created.
 * Source: kube-burner pkg/burner/create.go.
 */

import { durationUs } from '../../../scenario/duration.js';
import type { Tree } from '../../../scenario/yaml-tree.js';
import type { ImportNotes } from '../import-notes.js';
import type { BurnerObjectText, ChurnText, JobText } from './kube-burner-schema.js';

/** The label by which kube-burner finds again what a job has created. */
export const jobLabel = 'kube-burner.io/job';

/** An object of a job with its template among the files of the scenario. */
export interface BurnerObject {
  readonly text: BurnerObjectText;
  readonly template: string;
}

/** Between two rounds of churn, where a job does not say, µs. */
const usualChurnDelay = '5m';

/** A round of churn takes about so long beside its delay, µs: where only a duration is given. */
const roundUs = 60_000_000;

/** A churn without a number of rounds stops here. */
const mostRounds = 100;

/** Some of the iterations of a job. */
interface Range {
  readonly from: number;
  readonly count: number;
}

/** Operations of one job. */
export class CreateJob {
  readonly #job: JobText;
  readonly #objects: readonly BurnerObject[];
  readonly #tuningSet: string;
  readonly #notes: ImportNotes;

  constructor(
    job: JobText,
    objects: readonly BurnerObject[],
    tuningSet: string,
    notes: ImportNotes,
  ) {
    this.#job = job;
    this.#objects = objects;
    this.#tuningSet = tuningSet;
    this.#notes = notes;
  }

  /** `present`: namespaces that are there already, to which those of the job are added. */
  operations(present: Set<string>): readonly Tree[] {
    const { jobIterations = 1, waitWhenFinished = true, churnConfig } = this.#job;
    const all = { from: 0, count: jobIterations };
    return [
      ...this.#namespaces(this.#rangeOfNamespaces(all), present),
      ...this.#creations(all),
      ...(waitWhenFinished ? [{ op: 'barrier' }] : []),
      ...(churnConfig == null ? [] : this.#churn(churnConfig, present)),
    ];
  }

  /** All objects of some iterations; iteration by iteration where the job waits between them. */
  #creations(range: Range): readonly Tree[] {
    const { podWait = false, jobIterationDelay } = this.#job;
    const isDelayed = durationUs(jobIterationDelay) > 0;
    if (!podWait && !isDelayed) return this.#phase('create', range, this.#objects);
    return Array.from({ length: range.count }, (_, index) => [
      ...this.#phase('create', { from: range.from + index, count: 1 }, this.#objects),
      ...(podWait ? [{ op: 'barrier' }] : []),
      ...(isDelayed ? [{ op: 'sleep', duration: jobIterationDelay }] : []),
    ]).flat();
  }

  #phase(
    action: 'create' | 'delete',
    range: Range,
    objects: readonly BurnerObject[],
  ): readonly Tree[] {
    const isOnce = ({ text }: BurnerObject): boolean =>
      text.runOnce === true || text.repeatEveryNIterations !== undefined;
    const groups = [
      { objects: objects.filter((each) => !isOnce(each)), range },
      ...objects
        .filter(isOnce)
        .map((each) => ({ objects: [each], range: this.#rare(each, range) })),
    ];
    const phases = groups.flatMap(({ objects: each, range: { from, count } }): readonly Tree[] => {
      if (each.length === 0 || count === 0) return [];
      const where = { namespaces: this.#namespaceText(), ...(from > 0 && { from }), count };
      const made = each.map((one) => this.#written(one));
      return [{ action, tuningSet: this.#tuningSet, apart: true, ...where, objects: made }];
    });
    return phases.length === 0 ? [] : [{ op: 'phases', phases }];
  }

  /** The iterations in which an object that is not created in each of them is. */
  #rare({ text }: BurnerObject, { from, count }: Range): Range {
    if (text.runOnce === true) return { from: 0, count: from === 0 ? Math.min(1, count) : 0 };
    const every = text.repeatEveryNIterations ?? 1;
    this.#notes.add(
      '{count} objects that are created in every n-th iteration are numbered without gaps.',
    );
    const first = Math.ceil(from / every);
    return { from: first, count: Math.max(0, Math.ceil((from + count) / every) - first) };
  }

  #written({ text, template }: BurnerObject): Tree {
    const { replicas = 1, inputVars } = text;
    const { name } = this.#job;
    return {
      template,
      ...(replicas !== 1 && { copies: Math.max(1, replicas) }),
      params: { ...inputVars, JobName: name },
      labels: { [jobLabel]: name },
    };
  }

  /** The namespaces of iterations, for a scenario. */
  #namespaceText(): string | Tree {
    const { name, namespace = name, namespacedIterations = true } = this.#job;
    const { iterationsPerNamespace: indicesEach = 1 } = this.#job;
    return namespacedIterations ? { prefix: `${namespace}-`, indicesEach } : namespace;
  }

  /** The namespaces of some iterations, by number. */
  #rangeOfNamespaces({ from, count }: Range): Range {
    const { namespacedIterations = true, iterationsPerNamespace = 1 } = this.#job;
    if (!namespacedIterations) return { from: 0, count: 1 };
    const first = Math.floor(from / iterationsPerNamespace);
    return { from: first, count: Math.ceil((from + count) / iterationsPerNamespace) - first };
  }

  #namespaces({ from, count }: Range, present: Set<string>): readonly Tree[] {
    const numbers = Array.from({ length: count }, (_, index) => from + index);
    const missing = numbers.filter((number) => !present.has(this.#namespaceNamed(number)));
    const first = missing[0];
    if (first === undefined) return [];
    for (const number of missing) present.add(this.#namespaceNamed(number));
    const range = { ...(first > 0 && { from: first }), count: missing.length };
    return [{ op: 'phases', phases: [{ action: 'create', ...range, objects: [this.#born()] }] }];
  }

  #namespaceNamed(number: number): string {
    const { name, namespace = name, namespacedIterations = true } = this.#job;
    return namespacedIterations ? `${namespace}-${number}` : namespace;
  }

  /** What makes the namespaces of the job. */
  #born(): Tree {
    const { name, namespace = name, namespacedIterations = true, namespaceLabels } = this.#job;
    const more = Object.entries(namespaceLabels ?? {}).map(([key, value]) => [key, String(value)]);
    const labels = { ...Object.fromEntries(more), [jobLabel]: name };
    const kind = 'apiVersion: v1\nkind: Namespace\n';
    return namespacedIterations
      ? { basename: namespace, yaml: kind, labels }
      : { yaml: `${kind}metadata: {name: ${namespace}}\n`, labels };
  }

  /** Some of what was created goes and comes again, round by round. */
  #churn(churn: ChurnText, present: Set<string>): readonly Tree[] {
    const { percent = 10, delay = usualChurnDelay, mode = 'namespaces' } = churn;
    const { jobIterations = 1, namespacedIterations = true } = this.#job;
    const count = Math.min(jobIterations, Math.ceil((percent * jobIterations) / 100));
    if (count === 0) return [];
    const byNamespace = mode === 'namespaces' && namespacedIterations;
    const rounds = this.#rounds(churn, durationUs(delay));
    return Array.from({ length: rounds }, (_, round) => {
      const last = jobIterations - count;
      const range = { from: last === 0 ? 0 : (round * count) % (last + 1), count };
      const gone = byNamespace
        ? this.#withoutNamespaces(range, present)
        : this.#withoutObjects(range);
      return [
        ...gone,
        { op: 'barrier' },
        ...(byNamespace ? this.#namespaces(this.#rangeOfNamespaces(range), present) : []),
        ...(byNamespace ? this.#creations(range) : this.#phase('create', range, this.#churned())),
        { op: 'barrier' },
        { op: 'sleep', duration: delay },
      ];
    }).flat();
  }

  #rounds({ cycles, duration }: ChurnText, delayUs: number): number {
    if (cycles !== undefined) return cycles;
    this.#notes.add(
      '{count} churns state no cycles: there are as many as their duration may hold.',
    );
    const rounds = Math.ceil(durationUs(duration ?? '1h') / (delayUs + roundUs));
    return Math.min(mostRounds, rounds);
  }

  #withoutNamespaces(range: Range, present: Set<string>): readonly Tree[] {
    const { from, count } = this.#rangeOfNamespaces(range);
    for (let number = from; number < from + count; number++) {
      present.delete(this.#namespaceNamed(number));
    }
    const objects = [this.#born()];
    const where = { ...(from > 0 && { from }), count };
    const { op, ...rest } = { op: 'phases', tuningSet: this.#tuningSet };
    return [{ op, phases: [{ action: 'delete', ...rest, ...where, objects }] }];
  }

  #withoutObjects(range: Range): readonly Tree[] {
    return this.#phase('delete', range, this.#churned());
  }

  #churned(): readonly BurnerObject[] {
    return this.#objects.filter(({ text }) => text.churn !== false && text.runOnce !== true);
  }
}
