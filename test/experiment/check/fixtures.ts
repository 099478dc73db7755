// A baseline of a run that was never made.
import type { Baseline } from '../../../src/experiment/check/baseline.js';
import type { CheckRun } from '../../../src/experiment/check/check-run.js';

export const baselineFixture: Baseline = {
  scenario: 'shop',
  seed: '1',
  traceHash: '0123456789abcdef',
  figures: new Map([
    ['pod_startup_seconds.p50', 1.5],
    ['pod_startup_seconds.p99', 2.5],
    ['pods_ready', 12],
    ['events', 1000],
  ]),
  input: new Map([
    ['controlPlane.etcd.disk', 'nvme'],
    ['file shop/web.yaml', 'sha256:012345'],
  ]),
  paths: [
    {
      change: 'apply Deployment/shop/web',
      parts: [
        ['api_call', 1_000],
        ['image_pull', 2_000_000],
      ],
    },
    { change: 'apply Service/shop/web', parts: [['publish', 5_000]] },
  ],
  landmarks: [
    { index: 0, time: 0, kind: 'etcd.Started', target: 0, occurrence: 1, before: 65_535 },
    { index: 7, time: 1_250_000, kind: 'kubelet.ImagePulled', target: 3, occurrence: 4, before: 0 },
    { index: 900, time: 9e12, kind: 'etcd.Started', target: -1, occurrence: 0, before: 258 },
  ],
};

/** A run that came to the fixture, but for what is given. */
export function checkRun(changes: Partial<Baseline> = {}, rest: Partial<CheckRun> = {}): CheckRun {
  return {
    found: { ...baselineFixture, ...changes },
    outcome: { end: 'converged', partial: false, message: 'Every change converged after 9 s.' },
    thresholds: [],
    first: undefined,
    ...rest,
  };
}
