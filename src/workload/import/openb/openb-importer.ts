/**
 * The OpenB trace of a GPU cluster as a study of placement: its nodes, and its pods in an order
 * that the seed decides, up to a load if one is asked for. Nodes and pods that are alike become one
 * pool and one kind.
 *
 * Left out: when pods came and went (studies of this trace let them arrive one after the other and
 * stay), their names, QoS and phase; names of nodes, which mean other machines in other node lists.
 *
 * Source: Q. Weng et al., USENIX ATC 2023, 6.1; hkust-adsl/kubernetes-scheduler-simulator.
 */

import { gpuMilliResource, gpuModelLabel, wholeGpuMilli } from '../../../api/gpu-share.js';
import type { Problem } from '../../../api/problem.js';
import { problemAt } from '../../../scenario/scenario-problems.js';
import type { Tree } from '../../../scenario/yaml-tree.js';
import { ImportNotes } from '../import-notes.js';
import {
  type ImportedScenario,
  type Importer,
  type ImportFile,
  type ImportOptions,
  importProblemCodes,
  nameOfFile,
} from '../importer.js';
import { scenarioDocument } from '../scenario-document.js';
import { kindOfFile, type OpenbNode, type OpenbPod, readNodes, readPods } from './openb-csv.js';

export const openbImporter: Importer = {
  format: 'openb',
  title: 'OpenB trace',
  recognises: (file) => kindOfFile(file) !== undefined,
  read: readOpenb,
};

function readOpenb(
  files: readonly ImportFile[],
  options: ImportOptions,
  problems: Problem[],
): ImportedScenario | undefined {
  const [nodeFile] = files.filter((file) => kindOfFile(file) === 'nodes');
  const podFiles = files.filter((file) => kindOfFile(file) === 'pods');
  const [podFile] = podFiles;
  const load = loadOf(options, problems);
  if (nodeFile === undefined || podFile === undefined || files.length !== 2) {
    const place = { file: files[0]?.path ?? 'command line', line: 1, column: 1 };
    const message = 'an OpenB trace is two files, a list of nodes and a list of pods';
    const expected = 'nodes.csv (sn,cpu_milli,…) and pods.csv (name,cpu_milli,…)';
    const { notThisFormat } = importProblemCodes;
    problems.push(problemAt(place, notThisFormat, message, { expected }));
    return undefined;
  }
  const nodes = readNodes(nodeFile, problems);
  const pods = readPods(podFile, problems);
  if (problems.some(({ severity }) => severity === 'error')) return undefined;
  const notes = new ImportNotes();
  notes.add('{count} pods arrive in an order that the seed decides and stay', pods.length);
  const pending = pods.filter(({ isPending }) => isPending).length;
  notes.add('{count} pods had found no node in the trace; they arrive like the others', pending);
  const operation = {
    op: 'createPodMix',
    order: 'shuffled',
    ...(load !== undefined && { load: { resource: gpuMilliResource, ratio: load } }),
    namePrefix: 'openb-pod-',
    qps: arrivalsPerSecond,
    kinds: counted(pods, kindKey).map(([pod, count]) => ({ count, template: podOf(pod) })),
  };
  const spec = {
    scope: 'placement',
    until: 'converged',
    nodePools: poolsOf(nodes),
    workload: { operations: [operation] },
  };
  const name = nameOfFile(podFile.path, 'openb');
  return { scenario: scenarioDocument(name, spec), files: new Map(), notes: notes.sentences };
}

/** Placement takes no time: this only spreads the pods over the time series. */
const arrivalsPerSecond = 100;

function loadOf({ values }: ImportOptions, problems: Problem[]): number | undefined {
  const [text] = values.get('load') ?? [];
  if (text === undefined) return undefined;
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0 && value <= 100) return value;
  const place = { file: '--load', line: 1, column: 1 };
  const expected = 'a part of all GPUs such as 1.3';
  const { badOption } = importProblemCodes;
  problems.push(problemAt(place, badOption, `--load is "${text}"`, { expected }));
  return undefined;
}

/** Rows that are alike, in the order of their first, and how many they are. O(rows). */
function counted<T>(rows: readonly T[], keyOf: (row: T) => string): readonly [T, number][] {
  const found = new Map<string, [T, number]>();
  for (const row of rows) {
    const key = keyOf(row);
    const known = found.get(key);
    if (known === undefined) found.set(key, [row, 1]);
    else known[1]++;
  }
  return [...found.values()];
}

function kindKey({ cpuMilli, memoryMib, gpus, gpuMilli, models }: OpenbPod): string {
  return `${cpuMilli} ${memoryMib} ${gpus * gpuMilli} ${models.join('|')}`;
}

function poolsOf(nodes: readonly OpenbNode[]): readonly Tree[] {
  const keyOf = ({ cpuMilli, memoryMib, gpus, model }: OpenbNode): string =>
    [model, `${cpuMilli}m`, `${memoryMib}mi`, `${gpus}gpu`].filter((part) => part !== '').join('-');
  return counted(nodes, keyOf).map(([node, count]) => {
    const { cpuMilli, memoryMib, gpus, model } = node;
    const gpuAmount = gpus === 0 ? {} : { [gpuMilliResource]: String(gpus * wholeGpuMilli) };
    const amounts = { cpu: `${cpuMilli}m`, memory: `${memoryMib}Mi`, pods: mostPods, ...gpuAmount };
    const metadata = model === '' ? {} : { metadata: { labels: { [gpuModelLabel]: model } } };
    const status = { capacity: amounts, allocatable: amounts };
    const name = keyOf(node).toLowerCase();
    return { name, count, template: { apiVersion: 'v1', kind: 'Node', ...metadata, status } };
  });
}

/** As the node objects of the trace have it: never what a node is short of. */
const mostPods = '1001';

function podOf({ cpuMilli, memoryMib, gpus, gpuMilli, models }: OpenbPod): Tree {
  const gpuAmount = gpus === 0 ? {} : { [gpuMilliResource]: String(gpus * gpuMilli) };
  const requests = { cpu: `${cpuMilli}m`, memory: `${memoryMib}Mi`, ...gpuAmount };
  const limits = gpus === 0 ? {} : { limits: gpuAmount };
  const containers = [{ name: 'main', image: 'openb', resources: { requests, ...limits } }];
  if (models.length === 0) return { spec: { containers } };
  const matchExpressions = [{ key: gpuModelLabel, operator: 'In', values: models }];
  const required = { nodeSelectorTerms: [{ matchExpressions }] };
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: required };
  return { spec: { containers, affinity: { nodeAffinity } } };
}
