// The metrics of admission webhooks, by name, labels and value.
import { describe, expect, test } from 'vitest';
import { AdmissionStatistics } from '../../src/control-plane/apiserver/admission/admission-statistics.js';
import type { WebhookSpec } from '../../src/control-plane/apiserver/admission/webhook.js';
import { admissionSamples } from '../../src/metrics/admission-samples.js';

function webhook(name: string, extra: Partial<WebhookSpec> = {}): WebhookSpec {
  return {
    name,
    type: 'Validating',
    rules: [],
    excludedNamespaces: [],
    latency: { kind: 'constant', value: 1 },
    timeoutSeconds: 10,
    failurePolicy: 'Fail',
    outages: [],
    ...extra,
  };
}

/** `name{label="value",…} value`, without the prefix that all have. */
function lines(statistics: AdmissionStatistics, instance: readonly [string, string][] = []) {
  return admissionSamples(statistics, instance).map(({ name, labels, value, sum, count }) => {
    const text = labels.map(([label, text]) => `${label}="${text}"`).join(',');
    const short = name.replace('apiserver_admission_webhook_', '');
    return `${short}{${text}} ${value ?? `${sum}/${count}`}`;
  });
}

describe('the metrics of a webhook', () => {
  test('count its calls and their time', () => {
    const statistics = new AdmissionStatistics();
    const policy = webhook('p');
    statistics.webhookCalled(policy, 'CREATE', 20_000, false);
    statistics.webhookCalled(policy, 'CREATE', 480_000, false);
    statistics.webhookCalled(policy, 'DELETE', 1_000, false);
    expect(lines(statistics)).toEqual([
      'admission_duration_seconds{name="p",operation="CREATE",rejected="false",type="validating"} 0.5/2',
      'request_total{code="200",name="p",operation="CREATE",rejected="false",type="validating"} 2',
      'admission_duration_seconds{name="p",operation="DELETE",rejected="false",type="validating"} 0.001/1',
      'request_total{code="200",name="p",operation="DELETE",rejected="false",type="validating"} 1',
    ]);
  });

  test('have the buckets of Kubernetes', () => {
    const statistics = new AdmissionStatistics();
    statistics.webhookCalled(webhook('p'), 'CREATE', 30_000, false);
    expect(admissionSamples(statistics, [])[0]?.buckets).toEqual([
      [0.005, 0],
      [0.025, 0],
      [0.1, 1],
      [0.5, 1],
      [1, 1],
      [2.5, 1],
      [10, 1],
      [25, 1],
    ]);
  });

  test('say why a request was refused', () => {
    const statistics = new AdmissionStatistics();
    statistics.webhookCalled(webhook('p', { type: 'Mutating' }), 'UPDATE', 10_000_000, true);
    expect(lines(statistics)).toEqual([
      'admission_duration_seconds{name="p",operation="UPDATE",rejected="true",type="admit"} 10/1',
      'request_total{code="503",name="p",operation="UPDATE",rejected="true",type="admit"} 1',
      'rejection_count{error_type="calling_webhook_error",name="p",operation="UPDATE",' +
        'rejection_code="503",type="admit"} 1',
    ]);
  });

  test('count together what was passed over, whatever the operation', () => {
    const statistics = new AdmissionStatistics();
    const lenient = webhook('p', { failurePolicy: 'Ignore' });
    statistics.webhookCalled(lenient, 'CREATE', 500, true);
    statistics.webhookCalled(lenient, 'UPDATE', 500, true);
    expect(lines(statistics).at(-1)).toBe('fail_open_count{name="p",type="validating"} 2');
    expect(lines(statistics).filter((line) => line.startsWith('rejection'))).toEqual([]);
  });

  test('begin with the server when there are several', () => {
    const statistics = new AdmissionStatistics();
    statistics.webhookCalled(webhook('p'), 'CREATE', 1, false);
    const [line] = lines(statistics, [['instance', 'kube-apiserver-1']]);
    expect(line).toMatch(/^admission_duration_seconds\{instance="kube-apiserver-1",name="p",/);
  });
});
