// The files of scheduler_perf as Kubernetes has them: all are read, and every test case that has
// nothing unsupported runs at its smallest workload. The folder is named by KUBECLOCK_CORPUS;
// without it, these tests say that they were left out.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  runPerfWorkload,
  schedulerPerfMachine,
} from '../../../src/experiment/run-scheduler-perf.js';
import { filesIn } from '../../../src/scenario/files.js';
import { loadSchedulerPerf } from '../../../src/workload/scheduler-perf/load.js';
import type { CreatePods } from '../../../src/workload/scheduler-perf/operations.js';
import { selectWorkloads } from '../../../src/workload/scheduler-perf/selection.js';
import type { PerfConfig, PerfWorkload } from '../../../src/workload/scheduler-perf/test-case.js';
import { root } from '../../tidy/source-files.js';

const corpus = resolve(root, process.env['KUBECLOCK_CORPUS'] ?? '../shared/corpus');

function load(version: string, folder: string): PerfConfig {
  const path = join(corpus, `k8s-scheduler-perf-${version}`, folder, 'performance-config.yaml');
  const text = readFileSync(path, 'utf8');
  const { config, problems } = loadSchedulerPerf(text, path, filesIn(dirname(path)));
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return config as PerfConfig;
}

/** What has pods scheduled that are measured: a steady state goes on beyond its number. */
function measuredPods({ operations }: PerfWorkload): readonly CreatePods[] {
  return operations.filter(
    (each): each is CreatePods => each.opcode === 'createPods' && each.collectMetrics,
  );
}

/** Runs a workload and looks for each of its measured pods. */
function expectScheduled(workload: PerfWorkload): void {
  const { testCase } = workload;
  const result = runPerfWorkload(workload, schedulerPerfMachine());
  const { failure, outcome, measurements, dataItems } = result;
  expect({ testCase, failure, end: outcome.end }).toEqual({
    testCase,
    failure: '',
    end: 'converged',
  });
  expect(measurements.length, testCase).toBeGreaterThan(0);
  const counted = new Map(measurements.map(({ name, scheduled }) => [name, scheduled]));
  for (const { namespace, count, steadyUs } of measuredPods(workload)) {
    const scheduled = expect(counted.get(namespace), testCase);
    if (steadyUs === 0) scheduled.toBe(count);
    else scheduled.toBeGreaterThan(count);
  }
  const durations = dataItems.filter(({ labels }) => labels['Metric'] === 'SchedulingDuration');
  expect(durations.length, testCase).toBe(measurements.length);
}

beforeEach((context) => {
  context.skip(!existsSync(corpus), `${corpus} is absent; set KUBECLOCK_CORPUS`);
});

describe('test cases of Kubernetes 1.36 run, and all measured pods are scheduled', () => {
  test.each([
    ['affinity', 12],
    ['event_handling', 5],
    ['misc', 9],
    ['nodedeclaredfeatures', 1],
    ['topology_spreading', 4],
    ['volumes', 5],
  ])('%s: all %d', (folder, count) => {
    const { workloads, unsupported } = selectWorkloads(load('1.36', folder), {});
    expect(unsupported).toEqual([]);
    expect(workloads).toHaveLength(count);
    for (const workload of workloads) expectScheduled(workload);
  });
});

describe('test cases of dynamic resource allocation are read, and say why they are not run', () => {
  test.each([
    ['dra', 4],
    ['dra/consumablecapacity', 1],
    ['dra/devicetaints', 1],
    ['dra/extendedresource', 4],
    ['dra/extendedresource/scoring', 1],
    ['dra/partitionabledevices', 2],
    ['dra/prioritizedlist', 1],
  ])('%s: all %d', (folder, count) => {
    const { testCases } = load('1.36', folder);
    expect(testCases).toHaveLength(count);
    for (const { unsupported, workloads } of testCases) {
      expect(workloads.length).toBeGreaterThan(0);
      expect(unsupported.join()).toMatch(/op createResourceDriver|kind resource\.k8s\.io/);
    }
  });
});

test('the file of Kubernetes 1.20 is read, with templates named from the folder above', () => {
  const { testCases } = load('1.20', 'config');
  expect(testCases).toHaveLength(15);
  expect(testCases.flatMap(({ unsupported }) => unsupported)).toEqual([]);
});
