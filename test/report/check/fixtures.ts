// What a check came to that was never made: a scenario for everything that can become of one.
import type { Difference } from '../../../src/experiment/check/judgement.js';
import type {
  CheckedScenario,
  CheckedThreshold,
  CheckReport,
} from '../../../src/report/check/check-report.js';
import type { Tolerance } from '../../../src/scenario/tolerance.js';

export const tolerance: Tolerance = { figure: 'all', text: '2%', bound: 0.02, isRelative: true };

export const difference: Difference = {
  input: [
    { path: 'controlPlane.etcd.disk', before: 'nvme', after: 'hdd' },
    { path: 'file shop/web.yaml', before: 'sha256:0', after: 'sha256:1' },
    { path: 'horizon', before: undefined, after: '5m' },
  ],
  model: [],
  first: {
    isExact: true,
    first: 1_616,
    last: 1_616,
    was: { index: 1_616, time: 3_746_174, kind: 'registry.JobServed', target: 2 },
    now: { index: 1_616, time: 3_750_000, kind: 'etcd.FsyncDone', target: 0 },
    moved: {
      was: {
        index: 1_616,
        time: 3_746_174,
        kind: 'registry.JobServed',
        target: 2,
        occurrence: 1,
        before: 7,
      },
      now: {
        index: 1_620,
        time: 3_776_410,
        kind: 'registry.JobServed',
        target: 2,
        occurrence: 1,
        before: 8,
      },
    },
  },
  stages: [
    {
      activity: 'image_pull',
      beforeUs: 3_000_000,
      afterUs: 3_500_000,
      changes: 2,
      change: 'apply Deployment/shop/web',
      changeBeforeUs: 1_000_000,
      changeAfterUs: 1_400_000,
    },
    {
      activity: 'publish',
      beforeUs: 900,
      afterUs: 400,
      changes: 1,
      change: 'apply Deployment/shop/web',
      changeBeforeUs: 900,
      changeAfterUs: 400,
    },
  ],
  figures: [
    {
      figure: 'pod_startup_seconds.p99',
      before: 2.5,
      after: 3,
      direction: 'worse',
      tolerance: undefined,
      isAllowed: false,
    },
    {
      figure: 'pods_ready',
      before: 0,
      after: 2,
      direction: 'better',
      tolerance,
      isAllowed: true,
    },
    {
      figure: 'dns_lookup_seconds.count',
      before: 7,
      after: undefined,
      direction: 'other',
      tolerance,
      isAllowed: false,
    },
  ],
};

const threshold = (overrides: Partial<CheckedThreshold>): CheckedThreshold => ({
  metric: 'pod_startup_seconds',
  expression: 'p(99)<60',
  level: 'error',
  value: 71.25,
  ok: true,
  line: 12,
  ...overrides,
});

const scenario = (overrides: Partial<CheckedScenario>): CheckedScenario => ({
  name: 'shop',
  file: 'scenarios/shop.yaml',
  seed: '1',
  status: 'same',
  message: '',
  events: 21_638,
  traceHash: '0123456789abcdef',
  difference: undefined,
  thresholds: [],
  line: 1,
  update: undefined,
  ...overrides,
});

/** Names that no reporter may take for markup. */
export const hostile = 'a<b>&"c|d, 100%: `x`\u0007';

export const same: CheckedScenario = scenario({ thresholds: [threshold({})] });

export const regressed: CheckedScenario = scenario({
  name: 'drain',
  file: `scenarios/${hostile}.yaml`,
  status: 'regressed',
  difference,
  line: 27,
});

export const failing: CheckedScenario = scenario({
  name: 'slow',
  file: 'scenarios/slow.yaml',
  status: 'within',
  difference: { ...difference, input: [], stages: [], figures: [], first: undefined },
  thresholds: [
    threshold({ ok: false }),
    threshold({ ok: false, level: 'warn', line: 13, value: Number.NaN }),
  ],
});

export const broken: CheckedScenario = scenario({
  name: 'gang',
  file: 'scenarios/gang.yaml',
  status: 'failed',
  message: 'PluginFailure: gang.ts:3:1: no such node',
});

export const written: CheckedScenario = { ...regressed, name: 'new', update: 'written' };

export const reportOf = (...scenarios: readonly CheckedScenario[]): CheckReport => ({
  modelVersion: '0.1.0',
  scenarios,
});

export const fullReport: CheckReport = reportOf(same, regressed, failing, broken);
