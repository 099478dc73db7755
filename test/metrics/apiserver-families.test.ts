// The families of kube-apiserver and of its etcd client against the /metrics of recorded ones
// (test/golden/apiserver-metric-families.json, taken from all metrics-apiserver-*.txt.gz).
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { apiRequestFamilies } from '../../src/metrics/api-request-families.js';
import { flowControlFamilies } from '../../src/metrics/flow-control-families.js';
import type { MetricFamily } from '../../src/metrics/metric-registry.js';
import { storageFamilies } from '../../src/metrics/storage-families.js';
import { deployment, loaded } from '../scenario/memory-files.js';

interface RecordedFamily {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

const file = new URL('../golden/apiserver-metric-families.json', import.meta.url);
const recorded = JSON.parse(readFileSync(file, 'utf8')) as readonly RecordedFamily[];
const recordedByName = new Map(recorded.map((family) => [family.name, family]));

const families: readonly MetricFamily[] = [
  ...apiRequestFamilies,
  ...flowControlFamilies.values(),
  ...storageFamilies.values(),
];

/** Families of a real server that no run has, by the reason. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  'the time of built-in plugins is one constant': [
    'apiserver_admission_controller_admission_duration_seconds',
    'apiserver_admission_step_admission_duration_seconds',
    'apiserver_admission_step_admission_duration_seconds_summary',
    'apiserver_request_filter_duration_seconds',
  ],
  'policies in CEL, audit and authorization are not modelled beyond their time': [
    'apiserver_audit_event_total',
    'apiserver_audit_requests_rejected_total',
    'apiserver_authorization_decisions_total',
    'apiserver_cel_compilation_duration_seconds',
    'apiserver_cel_evaluation_duration_seconds',
    'apiserver_validation_declarative_validation_mismatch_total',
    'apiserver_validation_declarative_validation_panic_total',
    'apiserver_validation_duplicate_validation_error_total',
  ],
  'certificates, encryption at rest and aggregated servers are not modelled': [
    'apiserver_client_certificate_expiration_seconds',
    'apiserver_envelope_encryption_dek_cache_fill_percent',
    'apiserver_kube_aggregator_x509_insecure_sha1_total',
    'apiserver_kube_aggregator_x509_missing_san_total',
    'apiserver_storage_data_key_generation_duration_seconds',
    'apiserver_storage_data_key_generation_failures_total',
    'apiserver_storage_envelope_transformation_cache_misses_total',
    'apiserver_tls_handshake_errors_total',
    'apiserver_webhooks_x509_insecure_sha1_total',
    'apiserver_webhooks_x509_missing_san_total',
  ],
  'the size of what is stored is told by etcd, and the check of caches is not modelled': [
    'apiserver_resource_size_estimate_bytes',
    'apiserver_storage_consistency_checks_total',
    'apiserver_storage_db_total_size_in_bytes',
    'apiserver_storage_size_bytes',
  ],
  'old names of others in this list': [
    'apiserver_flowcontrol_request_concurrency_in_use',
    'apiserver_flowcontrol_request_concurrency_limit',
  ],
  'node ports, deprecated versions and requests that carry a time are not modelled': [
    'apiserver_nodeport_repair_reconcile_errors_total',
    'apiserver_request_timestamp_comparison_time',
    'apiserver_requested_deprecated_apis',
  ],
};

const rounded = (bounds: readonly number[] | undefined): readonly number[] | undefined =>
  bounds?.map((bound) => Number(bound.toPrecision(12)));

describe('a family of the API server', () => {
  const shared = families.filter(({ name }) => recordedByName.has(name));

  test.each(shared.map((family) => [family.name, family] as const))(
    '%s has the type and labels of the recorded one',
    (name, { type, labels, buckets }) => {
      const real = recordedByName.get(name);
      expect(type).toBe(real?.type);
      expect([...labels].sort()).toEqual(real?.labels);
      if (buckets !== undefined) expect(rounded(buckets)).toEqual(rounded(real?.buckets));
    },
  );

  test('that is recorded is there, or its reason is known', () => {
    const known = new Set([...families.map(({ name }) => name), ...Object.values(leftOut).flat()]);
    expect(recorded.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  });

  test('is not both there and left out, and what is left out is recorded', () => {
    const own = new Set(families.map(({ name }) => name));
    const names = Object.values(leftOut).flat();
    expect(names.filter((name) => own.has(name) || !recordedByName.has(name))).toEqual([]);
  });
});

describe('the metrics of a run', () => {
  const { metrics } = runScenario(
    loaded(
      `horizon: 40s\nnodePools: [{name: pool, count: 2}]\nworkload: {operations: [{op: create, objects: [${deployment('web', 2)}]}]}`,
    ),
  );
  const own = metrics.filter(({ name }) => /^(apiserver|etcd|watch_cache)_/.test(name));

  test('have the buckets of the recorded ones', () => {
    const wrong = own.filter(({ name, buckets }) => {
      const real = recordedByName.get(name)?.buckets;
      if (real === undefined || buckets === undefined) return false;
      const bounds = rounded(buckets.map(([bound]) => bound));
      return JSON.stringify(bounds) !== JSON.stringify(rounded(real));
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  test('are those of many families, each with the labels of the recorded one', () => {
    const names = new Set(own.map(({ name }) => name));
    expect(names.size).toBeGreaterThan(45);
    const wrong = own.filter(({ name, labels }) => {
      const real = recordedByName.get(name)?.labels;
      const sorted = labels.map(([label]) => label).sort();
      return real !== undefined && JSON.stringify(sorted) !== JSON.stringify(real);
    });
    expect(wrong.map(({ name, labels }) => [name, labels])).toEqual([]);
  });
});
