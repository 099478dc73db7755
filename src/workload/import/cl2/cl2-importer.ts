/**
 * Tests of ClusterLoader2 as scenarios: steps one after the other, phases of a step side by side at
 * the pace of their tuning sets, templates as they stand.
 *
 * Left out: chaos monkeys, dependencies, what measurements read from Prometheus; rate limits of
 * ClusterLoader2's own clients.
 * Source: perf-tests clusterloader2; reference real-inputs.md §2.2.
 */

import type { Problem } from '../../../api/problem.js';
import { durationUs, formatDuration } from '../../../scenario/duration.js';
import type { TemplateValue } from '../../../scenario/go-template/go-template.js';
import { problemAt } from '../../../scenario/scenario-problems.js';
import { isTree, type Tree } from '../../../scenario/yaml-tree.js';
import { ascending } from '../../../stats/ascending.js';
import { ImportNotes } from '../import-notes.js';
import {
  type ImportedScenario,
  type Importer,
  type ImportFile,
  type ImportOptions,
  importProblemCodes,
  nameOfFile,
} from '../importer.js';
import { importerOfText } from '../one-file.js';
import { poolOf } from '../pool-option.js';
import { scenarioDocument } from '../scenario-document.js';
import { valuesOfFiles } from '../value-files.js';
import { Measurements } from './cl2-measurements.js';
import { TestPhases } from './cl2-phases.js';
import type { TuningSetText } from './cl2-schema.js';
import { type ClusterLoaderTest, TestReader } from './cl2-test.js';

/** Where images of Kubernetes come from, unless an override says. */
const imageRegistry = 'registry.k8s.io';

/** Nodes where the user does not say how many. */
const usualNodes = '100';

export const cl2Importer: Importer = importerOfText(
  { format: 'cl2', title: 'ClusterLoader2 test', what: 'a test of ClusterLoader2' },
  isTest,
  readTest,
);

/** Steps with what only a test has, and no Kubernetes object. */
function isTest(text: string): boolean {
  return (
    /^steps:/m.test(text) &&
    /^(?:name|namespace|tuningSets|automanagedNamespaces):/m.test(text) &&
    /^ *(?:- )?(?:phases|measurements|module):/m.test(text) &&
    !/^(?:apiVersion|kind):/m.test(text)
  );
}

function readTest(
  file: ImportFile,
  options: ImportOptions,
  problems: Problem[],
): ImportedScenario | undefined {
  const notes = new ImportNotes();
  const nodes = poolOf(options, usualNodes, notes, problems);
  const data = new Map<string, TemplateValue>([
    ['ImageRegistry', imageRegistry],
    ['Nodes', nodes?.count ?? 0],
    ...valuesOfFiles('overrides', options, problems),
  ]);
  const reader = new TestReader(file, data, options, problems);
  const test = reader.read(file);
  if (test !== undefined && test.text.steps == null) {
    const place = { file: file.path, line: 1, column: 1 };
    const message = 'a test of ClusterLoader2 has steps, and this has none';
    problems.push(problemAt(place, importProblemCodes.notThisFormat, message));
  }
  if (test === undefined || nodes === undefined) return undefined;
  const { prefix = 'test' } = test.text.namespace ?? {};
  const find = reader.find.bind(reader);
  const namespacePrefix = `${prefix}-`;
  const phases = new TestPhases({ find, data, namespacePrefix, notes, problems });
  const measurements = new Measurements(notes);
  const operations = [
    ...namespacesOf(test, namespacePrefix),
    ...operationsOf(test, phases, measurements),
  ];
  if (test.text.chaosMonkey != null) notes.add('The chaos monkey is not simulated.');
  const { text } = test;
  const tuningSets = tuningSetsOf(text.tuningSets ?? []);
  const horizonUs = measurements.waitedUs + operations.length * longestUs(tuningSets);
  const spec = {
    until: 'converged',
    horizon: formatDuration(Math.ceil((horizonUs + 3_600_000_000) / 60_000_000) * 60_000_000),
    nodePools: [{ ...nodes, ...pauseImagesOf(phases.files, data) }],
    workload: { tuningSets, operations },
    thresholds: measurements.thresholds(),
  };
  const name = nameOfFile(text.name ?? '', nameOfFile(file.path, 'cl2'));
  return { scenario: scenarioDocument(name, spec), files: phases.files, notes: notes.sentences };
}

/** Nodes have the image of pods that do nothing before a test begins, as nodes of test clusters do. */
function pauseImagesOf(
  files: ReadonlyMap<string, string>,
  data: ReadonlyMap<string, TemplateValue>,
): Tree {
  const texts = [...files.values()].join('\n');
  const found = new Set([...texts.matchAll(/\/(pause:[\w.]+)/g)].map(([, image]) => image));
  const images = [...found].map((image) => `${String(data.get('ImageRegistry'))}/${image}`);
  return images.length === 0 ? {} : { images: images.sort(ascending) };
}

/** ClusterLoader2 makes the namespaces of a test before its first step. */
function namespacesOf({ text }: ClusterLoaderTest, prefix: string): readonly Tree[] {
  const count = text.namespace?.number ?? text.automanagedNamespaces ?? 1;
  if (count === 0) return [];
  const yaml = 'apiVersion: v1\nkind: Namespace\n';
  const objects = [{ basename: prefix.replace(/-$/, ''), yaml }];
  return [{ op: 'phases', phases: [{ action: 'create', from: 1, count, objects }] }];
}

function operationsOf(
  { steps }: ClusterLoaderTest,
  phases: TestPhases,
  measurements: Measurements,
): readonly Tree[] {
  return steps.flatMap((step) => {
    const { text } = step;
    const done = (text.phases ?? []).flatMap((phase) => phases.convert(phase, step));
    return [
      ...(done.length > 0 ? [{ op: 'phases', phases: done }] : []),
      ...measurements.operations(text.measurements ?? []),
    ];
  });
}

/** As a scenario writes them; one without a load of any kind lets all begin at once. */
function tuningSetsOf(texts: readonly TuningSetText[]): Readonly<Record<string, Tree>> {
  const entries = texts.map((set): readonly [string, Tree] => {
    const { name, randomizedLoad } = set;
    if (randomizedLoad !== undefined) {
      return [name, { randomizedLoad: { averageQPS: randomizedLoad.averageQps } }];
    }
    const load = loads.find((each) => set[each] !== undefined);
    const all = { parallelismLimitedLoad: { parallelismLimit: 1_000_000 } };
    return [name, load === undefined ? all : { [load]: set[load] }];
  });
  return Object.fromEntries(entries);
}

const loads = [
  'qpsLoad',
  'globalQPSLoad',
  'steppedLoad',
  'timeLimitedLoad',
  'randomizedTimeLimitedLoad',
  'parallelismLimitedLoad',
] as const;

/** The longest time that a set may give to a phase, as far as it says, µs. */
function longestUs(sets: Readonly<Record<string, Tree>>): number {
  const limits = Object.values(sets).flatMap((set) =>
    Object.values(set).map((load) =>
      isTree(load) && typeof load['timeLimit'] === 'string' ? durationUs(load['timeLimit']) : 0,
    ),
  );
  return Math.max(0, ...limits);
}
