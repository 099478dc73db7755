/**
 * Manifests that hold JobSets: each becomes the Jobs that the JobSet controller would make of it;
 * whatever stands beside it stays as it is.
 *
 * Left out: the controller itself, and with it policies for start, success, failure and restart,
 * dependsOn, exclusive placement, claims of its own, coordinators, suspension; the headless Service
 * by which pods find each other.
 * Source: JobSet v1alpha2, pkg/controllers/jobset_controller.go and its webhook's defaults.
 */

import { readManifests } from '../../../api/manifests.js';
import { type Problem, problemCodes } from '../../../api/problem.js';
import { loadYaml } from '../../../api/yaml-dialect.js';
import { problemAt } from '../../../scenario/scenario-problems.js';
import { isTree, type Tree } from '../../../scenario/yaml-tree.js';
import { ImportNotes } from '../import-notes.js';
import {
  type ImportedScenario,
  type Importer,
  type ImportFile,
  importProblemCodes,
  nameOfFile,
  textOf,
} from '../importer.js';
import { horizonAfter, scenarioDocument } from '../scenario-document.js';

const group = 'jobset.x-k8s.io/';
const label = 'jobset.sigs.k8s.io';

export const jobsetImporter: Importer = {
  format: 'jobset',
  title: 'JobSets',
  recognises: (file) => {
    const text = textOf(file);
    return (
      /^apiVersion: *["']?jobset\.x-k8s\.io\//m.test(text) && /^kind: *["']?JobSet\b/m.test(text)
    );
  },
  read: (files, _options, problems) => readJobSets(files, problems),
};

function readJobSets(
  files: readonly ImportFile[],
  problems: Problem[],
): ImportedScenario | undefined {
  const notes = new ImportNotes();
  const before = problems.length;
  const objects = files.flatMap((file) =>
    documentsOf(file, problems).flatMap((each) =>
      isJobSet(each) ? partsOf(each, file, notes, problems) : [each],
    ),
  );
  if (problems.length > before) return undefined;
  const spec = {
    until: 'converged',
    horizon: horizonAfter(0),
    workload: { operations: [{ op: 'apply', objects }] },
  };
  const name = nameOfFile(files[0]?.path ?? '', 'jobset');
  return { scenario: scenarioDocument(name, spec), files: new Map(), notes: notes.sentences };
}

const syntaxCodes: ReadonlySet<string> = new Set([
  problemCodes.malformedDocument,
  problemCodes.duplicateKey,
  problemCodes.template,
]);

function documentsOf(file: ImportFile, problems: Problem[]): readonly Tree[] {
  const text = textOf(file);
  const found = readManifests(text, file.path).problems.filter(({ code }) => syntaxCodes.has(code));
  problems.push(...found);
  return found.length > 0 ? [] : loadYaml(text, 'override').filter(isTree);
}

function isJobSet({ apiVersion, kind }: Tree): boolean {
  return kind === 'JobSet' && String(apiVersion).startsWith(group);
}

/** What the controller does that is not done here, by the field that asks for it. */
const leftOut = [
  'coordinator',
  'failurePolicy',
  'managedBy',
  'startupPolicy',
  'successPolicy',
  'suspend',
  'ttlSecondsAfterFinished',
  'volumeClaimPolicies',
] as const;

function partsOf(
  jobSet: Tree,
  file: ImportFile,
  notes: ImportNotes,
  problems: Problem[],
): readonly Tree[] {
  const { name, namespace } = treeAt(jobSet, 'metadata');
  const spec = treeAt(jobSet, 'spec');
  const { replicatedJobs } = spec;
  const place = { file: file.path, line: 1, column: 1 };
  if (typeof name !== 'string' || !Array.isArray(replicatedJobs)) {
    const message = 'a JobSet has metadata.name and spec.replicatedJobs';
    problems.push(problemAt(place, importProblemCodes.badValue, message));
    return [];
  }
  for (const field of leftOut) {
    if (spec[field] !== undefined) notes.add(`${field} of {count} JobSets is not simulated.`);
  }
  const where = namespace === undefined ? {} : { namespace };
  const jobs = replicatedJobs.filter(isTree).flatMap((each) => jobsOf(each, name, where, notes));
  notes.add('{count} Jobs stand for JobSets.', jobs.length);
  const { annotations = {} } = treeAt(jobSet, 'metadata');
  if (Object.keys(annotations as Tree).some((key) => key.endsWith('/exclusive-topology'))) {
    notes.add('The exclusive placement of {count} JobSets is not simulated.');
  }
  return jobs;
}

/** The Jobs of one entry: `set-workers-0`, `set-workers-1`. */
function jobsOf(entry: Tree, set: string, where: Tree, notes: ImportNotes): readonly Tree[] {
  const { name = 'job', replicas = 1, dependsOn } = entry;
  if (dependsOn !== undefined) notes.add('dependsOn of {count} replicated Jobs is not simulated.');
  const template = treeAt(entry, 'template');
  const spec = treeAt(template, 'spec');
  const pods = treeAt(spec, 'template');
  return Array.from({ length: Number(replicas) }, (_, index) => {
    const labels = {
      [`${label}/jobset-name`]: set,
      [`${label}/replicatedjob-name`]: name,
      [`${label}/job-index`]: String(index),
    };
    return {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { ...marked(template, labels), name: `${set}-${String(name)}-${index}`, ...where },
      spec: {
        completionMode: 'Indexed',
        ...spec,
        template: {
          metadata: marked(pods, labels),
          spec: { restartPolicy: 'OnFailure', ...treeAt(pods, 'spec') },
        },
      },
    };
  });
}

/** The metadata of a template with more labels. */
function marked(template: Tree, labels: Tree): Tree {
  const metadata = treeAt(template, 'metadata');
  return { ...metadata, labels: { ...treeAt(metadata, 'labels'), ...labels } };
}

function treeAt(tree: Tree, key: string): Tree {
  const value = tree[key];
  return isTree(value) ? value : {};
}
