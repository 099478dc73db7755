// Lists of nodes and pods in the form of the OpenB trace.
import { describe, expect, test } from 'vitest';
import { openbImporter } from '../../../src/workload/import/openb/openb-importer.js';
import { importFile, loaded, read } from './import-support.js';

const nodes = `sn,cpu_milli,memory_mib,gpu,model
openb-node-0000,96000,393216,8,G2
openb-node-0001,96000,393216,8,G2
openb-node-0002,32000,262144,0,
`;

const head =
  'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,' +
  'deletion_time,scheduled_time\n';

const pods = `${head}p-0,12000,16384,1,460,,LS,Running,0,100,0
p-1,12000,16384,1,460,,BE,Failed,5,90,5
p-2,8000,16384,8,1000,V100M16|V100M32,LS,Pending,7,20,
p-3,4000,8192,0,0,,LS,Succeeded,9,20,10
`;

const nodeFile = importFile('nodes.csv', nodes);

describe('a trace of two lists', () => {
  const files = [nodeFile, importFile('pods.csv', pods)];

  test('becomes pools of nodes that are alike, and kinds of pods that are alike', () => {
    const { scenario, notes } = loaded(openbImporter, files, { load: ['1.3'] });
    const { scope, nodePools } = scenario.cluster;
    expect(scope).toBe('placement');
    expect(nodePools.map(({ name, count }) => [name, count])).toEqual([
      ['g2-96000m-393216mi-8gpu', 2],
      ['32000m-262144mi-0gpu', 1],
    ]);
    const allocatable = nodePools[0]?.template.status?.allocatable;
    expect(allocatable?.['alibabacloud.com/gpu-milli']).toBe('8000');
    const [operation] = scenario.operations;
    if (operation?.op !== 'createPodMix') throw new Error('no mix of pods');
    expect(operation.kinds.map(({ count }) => count)).toEqual([2, 1, 1]);
    expect(operation.isShuffled).toBe(true);
    expect(operation.load).toEqual({ resource: 'alibabacloud.com/gpu-milli', ratio: 1.3 });
    const [share, wholes] = operation.kinds.map(({ template }) => template.spec);
    const { requests, limits } = share?.containers[0]?.resources ?? {};
    expect(requests?.['alibabacloud.com/gpu-milli']).toBe('460');
    expect(limits?.['alibabacloud.com/gpu-milli']).toBe('460');
    const terms = wholes?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    expect(terms?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values).toEqual([
      'V100M16',
      'V100M32',
    ]);
    expect(notes).toEqual([
      '4 pods arrive in an order that the seed decides and stay',
      '1 pods had found no node in the trace; they arrive like the others',
    ]);
  });

  test('is recognised by its headers, in whatever order the files come', () => {
    expect(files.map((file) => openbImporter.recognises(file))).toEqual([true, true]);
    expect(openbImporter.recognises(importFile('x.csv', 'name,cpu\na,1\n'))).toBe(false);
    const { imported } = read(openbImporter, [...files].reverse());
    expect(imported?.scenario).toEqual(read(openbImporter, files).imported?.scenario);
  });

  test('without a load the list is taken as it is', () => {
    const { scenario } = loaded(openbImporter, files);
    expect(scenario.operations[0]).toMatchObject({ load: undefined });
  });
});

const faults = (rows: string, more: Record<string, readonly string[]> = {}): readonly string[] => {
  const { imported, problems } = read(openbImporter, [nodeFile, importFile('p.csv', rows)], more);
  expect(imported).toBeUndefined();
  return problems.map(({ file, line, message }) => `${file}:${line} ${message}`);
};

test('values that are none are named with file and line, all of them', () => {
  const bad = `${head}a,x,16384,1,460,,LS,Running,0,100,0
b,1000,-5,1,NaN,,LS,Running,0,100,0
c,1000,1024,2,500,,LS,Running,50,20,0
d,1000,1024,1,0,,LS,Running,-1,20,0
`;
  expect(faults(bad)).toEqual([
    'p.csv:2 cpu_milli is "x"',
    'p.csv:3 gpu_milli is "NaN"',
    'p.csv:3 memory_mib is "-5"',
    'p.csv:4 the pod asks for 500 milli of each of 2 GPUs',
    'p.csv:4 deletion_time 20 is before creation_time 50',
    'p.csv:5 the pod asks for a GPU and for nothing of it',
    'p.csv:5 creation_time is "-1"',
  ]);
});

test('a line with too few values, one list alone and a load that is none are refused', () => {
  expect(faults(`${head}a,1000\n`)[0]).toMatch(/^p\.csv:2 Invalid Record Length/);
  expect(faults(pods, { load: ['lots'] })).toEqual(['--load:1 --load is "lots"']);
  const { problems } = read(openbImporter, [nodeFile]);
  expect(problems.map(({ message }) => message)).toEqual([
    'an OpenB trace is two files, a list of nodes and a list of pods',
  ]);
});
