import { describe, expect, test } from 'vitest';
import { plainProcess } from '../../src/kernel/cpu-host.js';
import { brief, load, loaded } from './memory-files.js';

const processesOf = (spec: string) => loaded(spec).cluster.controlPlane.processes;

describe('costs of processes', () => {
  test('are none where nothing is said', () => {
    expect(processesOf('')).toEqual({});
  });

  test('are those of the named processes, in µs; what is not said costs nothing', () => {
    const spec = `
      controlPlane:
        processes:
          etcd: {job: 15us, wakeUp: 120us, park: 80us}
          kube-apiserver: {cpuFactor: 4.5, collectEvery: 1s, collect: 90ms}
          recorder: {tickEvery: 100ms, tick: 0.2ms}`;
    expect(processesOf(spec)).toEqual({
      etcd: { ...plainProcess, jobUs: 15, wakeUpUs: 120, parkUs: 80 },
      'kube-apiserver': {
        ...plainProcess,
        factor: 4.5,
        collectEveryUs: 1_000_000,
        collectUs: 90_000,
      },
      recorder: { ...plainProcess, tickEveryUs: 100_000, tickUs: 200 },
    });
  });

  test.each([
    ['{kubelet: {}}', 'kubelet'],
    ['{etcd: {cpuFactor: 0}}', 'cpuFactor'],
    ['{etcd: {wakeup: 1ms}}', 'wakeup'],
    ['{etcd: {tick: 5}}', 'tick'],
  ])('%s is refused with its place', (processes, part) => {
    const { scenario, problems } = load(`controlPlane: {processes: ${processes}}`);
    expect(scenario).toBeUndefined();
    expect(problems.map(brief).join()).toContain(part);
    expect(problems[0]).toMatchObject({ file: 'test.yaml', line: 5 });
  });
});
