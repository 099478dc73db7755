// Azure's public traces in their three forms, and rows that are wrong.
import { describe, expect, test } from 'vitest';
import type { PodArrivals } from '../../../src/cluster/arrivals-operation.js';
import { azureImporter } from '../../../src/workload/import/azure/azure-importer.js';
import { azureConstants } from '../../../src/workload/import/azure/constants.js';
import { importerOf } from '../../../src/workload/import/import-files.js';
import { importFile, loaded, read } from './import-support.js';

const models = importFile(
  'llm.csv',
  'TIMESTAMP,ContextTokens,GeneratedTokens\r\n' +
    '2023-12-31 23:59:59.5000005,500,40\r\n2024-01-01 00:00:01.2500000,0,0\r\n',
);
const ended = importFile(
  'Azure2021.csv',
  'app,func,end_timestamp,duration\na,f,57.157,57.1\na,g,0.0795,0.078\n',
);
const counted = [
  importFile('invocations.csv', 'HashOwner,HashApp,HashFunction,Trigger,1,2,3\no,a,f,http,2,0,1\n'),
  importFile('durations.csv', 'HashFunction,Average,Count,percentile_Average_50\nf,1500,3,1\n'),
  importFile('memory.csv', 'HashFunction,SampleCount,AverageAllocatedMb\nf,3,99.5\n'),
];

function traceOf(files: Parameters<typeof loaded>[1], values = {}) {
  const { scenario, notes } = loaded(azureImporter, files, values);
  const [operation] = scenario.operations;
  if (operation?.op !== 'arrivals') throw new Error('nothing arrives');
  const arrivals = operation.arrivals as Extract<PodArrivals, { kind: 'times' }>;
  return { arrivals, template: operation.template, notes, scenario };
}

describe('traces of Azure', () => {
  test('are recognised by their headers', () => {
    for (const file of [models, ended, ...counted]) expect(importerOf([file])).toBe(azureImporter);
    expect(importerOf([importFile('x.csv', 'a,b\n1,2\n')])).toBeUndefined();
  });

  test('requests to language models run for as long as their tokens take', () => {
    const { arrivals } = traceOf([models]);
    const { promptTokensPerSecond: prompt, generatedTokensPerSecond: generated } = azureConstants;
    expect(arrivals.timesUs).toEqual([0, 1_750_000]);
    expect(arrivals.runTimesUs).toEqual([(500 / prompt + 40 / generated) * 1e6, 0]);
  });

  test('invocations with their ends began earlier, and come in the order of that', () => {
    const { arrivals } = traceOf([ended]);
    expect(arrivals.timesUs).toEqual([1_500, 57_000]);
    expect(arrivals.runTimesUs).toEqual([78_000, 57_100_000]);
  });

  test('counts are spread over their minutes, with the duration and memory of their function', () => {
    const { arrivals, template, notes } = traceOf(counted);
    expect(arrivals.timesUs).toEqual([15e6, 45e6, 150e6]);
    expect(arrivals.runTimesUs).toEqual([1.5e6, 1.5e6, 1.5e6]);
    expect(JSON.stringify(template)).toContain('"memory":"100Mi"');
    expect(notes).toContain('The first 60 minutes of the counts arrive, evenly within a minute.');
    expect(traceOf(counted, { minutes: ['1'] }).arrivals.timesUs).toEqual([15e6, 45e6]);
  });

  test('run on as many nodes as the user asks for', () => {
    const { scenario } = traceOf([ended], { nodes: ['3x2cpu4Gi'] });
    expect(scenario.cluster.nodePools.map(({ count, cores }) => [count, cores])).toEqual([[3, 2]]);
  });
});

describe('what is wrong with a trace', () => {
  const header = 'app,func,end_timestamp,duration\n';
  const llm = 'TIMESTAMP,ContextTokens,GeneratedTokens\n';
  test.each([
    ['NaN', `${header}a,f,5,1\na,f,NaN,1\n`, 'f.csv:3:5', 'end_timestamp is "NaN"'],
    ['a negative time', `${header}a,f,-5,1\n`, 'f.csv:2:5', 'end_timestamp is "-5"'],
    ['a start before all', `${header}a,f,5,6\n`, 'f.csv:2:7', 'it began before the trace'],
    ['nothing', header, 'f.csv:1:1', 'the table is empty'],
    ['a time of no form', `${llm}yesterday,1,1\n`, 'f.csv:2:1', '"yesterday" is no time'],
    [
      'times that go back',
      `${llm}2023-11-16 18:00:01.0,1,1\n2023-11-16 18:00:00.0,1,1\n`,
      'f.csv:3:1',
      'comes after a later time',
    ],
  ])('%s is named with file and line', (_, text, place, message) => {
    const { imported, problems } = read(azureImporter, [importFile('f.csv', text)]);
    expect(imported).toBeUndefined();
    const [problem] = problems;
    expect(`${problem?.file}:${problem?.line}:${problem?.column}`).toBe(place);
    expect(problem?.message).toContain(message);
  });

  test('files of which none holds requests, files of others and bad options are refused', () => {
    const messages = (...args: Parameters<typeof read>) =>
      read(...args).problems.map((each) => each.message);
    expect(messages(azureImporter, counted.slice(1))).toEqual([
      'nothing arrives: a file of invocations or of requests is missing',
    ]);
    expect(messages(azureImporter, [ended, importFile('x', 'a\n1\n')])).toEqual([
      'this is none of the files of the Azure traces',
    ]);
    expect(messages(azureImporter, counted, { minutes: ['0'] })).toEqual([
      '"0" is no number of minutes',
    ]);
  });
});
