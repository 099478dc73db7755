import { describe, expect, test } from 'vitest';
import { numberIn, type RunFile, runInput } from '../../../src/experiment/fidelity/run-input.js';

const run = (more: Partial<RunFile['input']> = {}, flags: RunFile['flags'] = {}): RunFile => ({
  input: { scenario: 'b', nodes: 200, size: 500, ...more },
  flags,
});

describe('the inputs of a run', () => {
  test('are sizes, and defaults where the run says nothing', () => {
    expect(runInput(run())).toEqual({
      kind: 'b',
      nodes: 200,
      size: 500,
      ratePerSecond: 0,
      what: '',
      variant: '',
      phases: [],
      otherCores: 0,
      controllerManager: { qps: 20, burst: 30 },
      scheduler: { qps: 50, burst: 100 },
      kubeletEvents: 0,
    });
  });

  test('come from the flags of the processes, with one dash or two', () => {
    const input = runInput(
      run(
        { variant: null },
        {
          kcm: ['kube-controller-manager', '--kube-api-qps=2000', '--kube-api-burst=3000'],
          scheduler: ['kube-scheduler', '-kube-api-qps=7.5'],
          fakenodes: ['fakenodes', '-n=200', '-kubelet-events=3'],
        },
      ),
    );
    expect(input.controllerManager).toEqual({ qps: 2000, burst: 3000 });
    expect(input.scheduler).toEqual({ qps: 7.5, burst: 100 });
    expect(input.kubeletEvents).toBe(3);
    expect(input.variant).toBe('');
  });

  test('are numbers in the sentence where no field has them', () => {
    const input = runInput(run({ what: 'scale 500 to 100, then delete all' }));
    expect(numberIn(input, /scale \d+ to (\d+)/, 7)).toBe(100);
    expect(numberIn(input, /parallelism (\d+)/, 7)).toBe(7);
  });
});

describe('the phases of a run', () => {
  test('are in the order of their times, with the names of their lengths', () => {
    const { phases } = runInput(run(), {
      phase_scale_start: 37.1,
      phase_delete_start: 68.8,
      phase_again_start: 12,
      scale_down_s: 19.5,
      delete_all_s: 5.5,
      converged_s: 25,
      scale: {},
    });
    expect(phases).toEqual([
      { name: 'again', startSeconds: 12, lengths: [] },
      { name: 'scale', startSeconds: 37.1, lengths: ['scale_down_s'] },
      { name: 'delete', startSeconds: 68.8, lengths: ['delete_all_s'] },
    ]);
  });
});

describe('the load of others during a run', () => {
  const used = (busySeconds: number): Record<string, unknown> => ({
    cpu_total_incl_3s_tail: {
      machine_busy_cpu_s: busySeconds,
      apiserver_cpu_s: 20,
      apiserver_rss_mb: 371,
      etcd_cpu_s: 5,
      seconds: 50,
    },
  });

  test('is what the machine was busy with beside the processes of the run', () => {
    expect(runInput(run(), used(50)).otherCores).toBe(0.5);
  });

  test('is none where what is left over is noise', () => {
    expect(runInput(run(), used(26.5)).otherCores).toBe(0);
    expect(runInput(run(), used(20)).otherCores).toBe(0);
  });
});
