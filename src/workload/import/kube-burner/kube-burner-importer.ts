/**
 * Jobs of kube-burner as scenarios, one after the other.
 *
 * Left out: kubevirt jobs, hooks, metrics and alerts, garbage collection before a job.
 * Source: kube-burner pkg/burner; reference real-inputs.md §2.8.
 */

import type { FieldPath } from '../../../api/field-path.js';
import type { Problem } from '../../../api/problem.js';
import { resourceKindNamed } from '../../../api/resource-kinds.js';
import { durationUs } from '../../../scenario/duration.js';
import type { Tree } from '../../../scenario/yaml-tree.js';
import { ImportNotes } from '../import-notes.js';
import {
  type ImportedScenario,
  type Importer,
  type ImportFile,
  type ImportOptions,
  nameOfFile,
} from '../importer.js';
import { importerOfText } from '../one-file.js';
import { poolOf } from '../pool-option.js';
import { checkedFile, renderedTree } from '../rendered-file.js';
import { horizonAfter, scenarioDocument } from '../scenario-document.js';
import { valuesOfFiles } from '../value-files.js';
import { BurnerTemplates } from './burner-templates.js';
import { thresholdsOf } from './burner-thresholds.js';
import { type BurnerObject, CreateJob, jobLabel } from './create-job.js';
import {
  type BurnerObjectText,
  type BurnerText,
  burnerSchema,
  type JobText,
} from './kube-burner-schema.js';
import { imagesOf } from './preloaded-images.js';

export const kubeBurnerImporter: Importer = importerOfText(
  {
    format: 'kube-burner',
    title: 'kube-burner configuration',
    what: 'a configuration of kube-burner',
  },
  isConfiguration,
  readConfiguration,
);

/** Jobs with what only those of kube-burner have, and no Kubernetes object. */
function isConfiguration(text: string): boolean {
  return (
    /^jobs:/m.test(text) &&
    /^ *(?:- )?(?:jobIterations|jobType|objectTemplate):/m.test(text) &&
    !/^(?:apiVersion|kind):/m.test(text)
  );
}

function readConfiguration(
  file: ImportFile,
  options: ImportOptions,
  problems: Problem[],
): ImportedScenario | undefined {
  const notes = new ImportNotes();
  const data = new Map(valuesOfFiles('user-data', options, problems));
  const rendered = renderedTree(file, data, problems);
  const pool = poolOf(options, '10', notes, problems);
  if (rendered === undefined || pool === undefined) return undefined;
  const checked = checkedFile(burnerSchema, rendered, problems);
  if (checked === undefined) return undefined;
  const { data: config, placeOf } = checked;
  const functions = config.global?.functionTemplates ?? [];
  const templates = new BurnerTemplates({ file, options, placeOf, problems }, functions);
  const jobs = new Jobs(config, templates, notes);
  const operations = jobs.operations();
  const images = imagesOf(config.jobs, templates.files);
  const nodePool = {
    ...pool,
    labels: { 'node-role.kubernetes.io/worker': '' },
    ...(images.length > 0 && { images }),
  };
  const pausesUs = config.jobs.reduce((sum, { jobPause }) => sum + durationUs(jobPause), 0);
  const spec = {
    until: 'converged',
    horizon: horizonAfter(pausesUs + operations.length * waitUs),
    nodePools: [nodePool],
    workload: { tuningSets: jobs.tuningSets, operations },
    thresholds: thresholdsOf(config, notes),
  };
  return {
    scenario: scenarioDocument(nameOfFile(file.path, 'kube-burner'), spec),
    files: templates.files,
    notes: notes.sentences,
  };
}

/** For the horizon: an operation takes no longer than this, µs. */
const waitUs = 600_000_000;

class Jobs {
  readonly tuningSets: Record<string, Tree> = {};
  readonly #config: BurnerText;
  readonly #templates: BurnerTemplates;
  readonly #notes: ImportNotes;
  readonly #namespaces = new Set<string>();

  constructor(config: BurnerText, templates: BurnerTemplates, notes: ImportNotes) {
    this.#config = config;
    this.#templates = templates;
    this.#notes = notes;
  }

  operations(): readonly Tree[] {
    const { jobs, global } = this.#config;
    const created = jobs.filter(({ jobType = 'create' }) => jobType === 'create');
    const collected = global?.gc === true ? created : [];
    return [
      ...jobs.flatMap((job, index) => this.#job(job, ['jobs', index])),
      ...collected.map(({ name }) => ({
        op: 'forEach',
        action: 'delete',
        kind: 'Namespace',
        labels: { [jobLabel]: name },
      })),
    ];
  }

  #job(job: JobText, path: FieldPath): readonly Tree[] {
    const { jobType = 'create', jobPause, waitForDeletion = true, objects } = job;
    const pause = durationUs(jobPause) === 0 ? [] : [{ op: 'sleep', duration: jobPause }];
    if (jobType === 'kubevirt') {
      this.#notes.add('{count} jobs of KubeVirt are not simulated.');
      return [];
    }
    const set = this.#tuningSet(job);
    const each = (objects ?? []).entries();
    if (jobType === 'create') {
      const made = [...each].flatMap(
        ([index, text]) => this.#withTemplate(text, [...path, 'objects', index]) ?? [],
      );
      const create = new CreateJob(job, made, set, this.#notes);
      return [...create.operations(this.#namespaces), ...pause];
    }
    const done = [...each].flatMap(([index, text]) =>
      this.#forEach(job, text, set, [...path, 'objects', index]),
    );
    const waits = jobType === 'delete' && waitForDeletion && done.length > 0;
    return [...done, ...(waits ? [{ op: 'barrier' }] : []), ...pause];
  }

  /** The bucket of a job; kube-burner's default is five requests a second. */
  #tuningSet({ name, qps = 5, burst = 5 }: JobText): string {
    this.tuningSets[name] = { globalQPSLoad: { qps, burst } };
    return name;
  }

  #withTemplate(text: BurnerObjectText, path: FieldPath): BurnerObject | undefined {
    const template = this.#templates.nameOf(text.objectTemplate, [...path, 'objectTemplate']);
    if (template === undefined || text.replicas === 0) return undefined;
    return { text, template };
  }

  /** A patch, a deletion or a read of the objects that a selector finds. */
  #forEach(job: JobText, text: BurnerObjectText, set: string, path: FieldPath): readonly Tree[] {
    const { kind = '', labelSelector, inputVars } = text;
    if (resourceKindNamed(kind) === undefined) {
      this.#notes.add(
        `{count} selections of ${kind === '' ? 'objects without kind' : kind} are left out.`,
      );
      return [];
    }
    const pairs = Object.entries(labelSelector ?? {}).map(([key, value]) => [key, String(value)]);
    const labels = pairs.length === 0 ? {} : { labels: Object.fromEntries(pairs) };
    const what = { op: 'forEach', kind, ...labels, tuningSet: set };
    const { jobIterations: times = 1 } = job;
    if (job.jobType === 'delete') return [{ ...what, action: 'delete' }];
    if (job.jobType === 'read') return [{ ...what, action: 'get', times }];
    const template = this.#templates.nameOf(text.objectTemplate, [...path, 'objectTemplate']);
    if (template === undefined) return [];
    const params = { ...inputVars, JobName: job.name };
    const delay = durationUs(job.jobIterationDelay);
    if (delay > 0) {
      this.#notes.add('{count} delays between the iterations of patches are left out.');
    }
    return [{ ...what, action: 'patch', times, template, params }];
  }
}
