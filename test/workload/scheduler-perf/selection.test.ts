// Which workloads of a file are run.
import { describe, expect, test } from 'vitest';
import {
  type PerfSelection,
  selectWorkloads,
} from '../../../src/workload/scheduler-perf/selection.js';
import { nameOfWorkload, type PerfConfig } from '../../../src/workload/scheduler-perf/test-case.js';
import { loadPerf } from './perf-files.js';

const text = `
- name: Basic
  labels: [fast]
  workloadTemplate: &operations
  - {opcode: createNodes, countParam: $nodes}
  - {opcode: createPods, countParam: $pods}
  workloads:
  - {name: Large, params: {nodes: 100, pods: 50}, labels: [performance]}
  - {name: Small, params: {nodes: 5, pods: 50}, labels: [short]}
  - {name: Tiny, params: {nodes: 5, pods: 50}}
- name: Other
  workloadTemplate: *operations
  workloads:
  - {name: Large, params: {nodes: 100, pods: 20}, labels: [performance, short]}
  - {name: Medium, params: {nodes: 50, pods: 50}}
- name: Devices
  workloadTemplate:
  - {opcode: createResourceDriver, driverName: d, nodes: all}
  workloads:
  - {name: Large, labels: [performance]}
`;
const config = loadPerf(text).config as PerfConfig;

const select = (selection: PerfSelection) => {
  const { workloads, unsupported, problem } = selectWorkloads(config, selection);
  const left = unsupported.map(({ name }) => name);
  return { run: workloads.map(nameOfWorkload), left, problem };
};

describe('what is run', () => {
  test.each<[string, PerfSelection, readonly string[], readonly string[]]>([
    [
      'the first of the smallest of every test case',
      {},
      ['Basic/Small', 'Other/Medium'],
      ['Devices'],
    ],
    ['the smallest of one test case', { testCase: 'Other' }, ['Other/Medium'], []],
    ['all of a name', { workload: 'Large' }, ['Basic/Large', 'Other/Large'], ['Devices']],
    ['one of a test case', { testCase: 'Basic', workload: 'Tiny' }, ['Basic/Tiny'], []],
    ['all with a label', { label: 'performance' }, ['Basic/Large', 'Other/Large'], ['Devices']],
    ['all with a label of their test case', { label: 'fast,+short' }, ['Basic/Small'], []],
    ['all without a label', { label: 'performance, -short' }, ['Basic/Large'], ['Devices']],
    [
      'all, for an empty filter',
      { testCase: 'Basic', label: '' },
      ['Basic/Large', 'Basic/Small', 'Basic/Tiny'],
      [],
    ],
  ])('%s', (_, selection, run, left) => {
    expect(select(selection)).toEqual({ run, left, problem: undefined });
  });
});

describe('nothing is run', () => {
  test.each<[PerfSelection, string]>([
    [{ testCase: 'Basik' }, 'there is no test case "Basik"; did you mean "Basic"?'],
    [{ testCase: 'Nowhere' }, 'there is no test case "Nowhere"; there are Basic, Other, Devices'],
    [{ workload: 'Larg' }, 'there is no workload "Larg"; did you mean "Large"?'],
    [
      { testCase: 'Other', workload: 'Tiny' },
      'there is no workload "Tiny"; there are Large, Medium',
    ],
    [{ label: 'nightly' }, 'no workload has the labels nightly'],
    [{ testCase: 'Devices' }, 'no test case of these can be run: Devices: op createResourceDriver'],
  ])('for %o', (selection, problem) => {
    expect(select(selection)).toEqual({ run: [], left: [], problem });
  });
});
