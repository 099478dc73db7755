// What an apiserver's admission has counted of its webhooks, as metrics.
// Left out: the families of the steps and of the built-in plugins, whose times are one constant.
// Source: Kubernetes v1.36 apiserver admission/metrics/metrics.go, admission/plugin/webhook
// (reference: controlplane B13).
import type { AdmissionStatistics } from '../control-plane/apiserver/admission/admission-statistics.js';
import type { WebhookSpec } from '../control-plane/apiserver/admission/webhook.js';
import type { MetricFamily } from './metric-registry.js';
import type { MetricSample } from './run-result.js';

const US = 1_000_000;
const common = ['name', 'operation', 'rejected', 'type'];

const durations: MetricFamily = {
  name: 'apiserver_admission_webhook_admission_duration_seconds',
  help: 'Time of a call of a webhook, until it had answered or was given up.',
  type: 'histogram',
  labels: common,
};
const failOpen: MetricFamily = {
  name: 'apiserver_admission_webhook_fail_open_count',
  help: 'Calls that failed and were passed over.',
  type: 'counter',
  labels: ['name', 'type'],
};
const rejections: MetricFamily = {
  name: 'apiserver_admission_webhook_rejection_count',
  help: 'Requests that were refused because of a webhook.',
  type: 'counter',
  labels: ['error_type', 'name', 'operation', 'rejection_code', 'type'],
};
const requests: MetricFamily = {
  name: 'apiserver_admission_webhook_request_total',
  help: 'Calls of webhooks by the code of the answer.',
  type: 'counter',
  labels: ['code', ...common],
};

/** The families of this file, by which a test compares them with recorded ones. */
export const admissionFamilies: readonly MetricFamily[] = [
  durations,
  failOpen,
  rejections,
  requests,
];

/** Calls that failed under Ignore, by name and type, whatever the operation. */
function passedOver(webhooks: AdmissionStatistics['webhooks']): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { webhook, isFailed, durationUs } of webhooks) {
    if (!isFailed || webhook.failurePolicy === 'Fail') continue;
    const key = `${webhook.name} ${typeOf(webhook)}`;
    counts.set(key, (counts.get(key) ?? 0) + durationUs.count);
  }
  return counts;
}

function typeOf({ type }: WebhookSpec): string {
  return type === 'Mutating' ? 'admit' : 'validating';
}

/** What a call that fails counts as: the server takes the webhook for unavailable. */
const FAILED_CODE = '503';

/** The metrics of one apiserver; `instance` leads the labels of each. */
export function admissionSamples(
  { webhooks }: AdmissionStatistics,
  instance: MetricSample['labels'],
): readonly MetricSample[] {
  const samples: MetricSample[] = [];
  const head = ({ name, help, type, labels }: MetricFamily, values: readonly string[]) => {
    const own = labels.map((label, i) => [label, values[i] as string] as const);
    return { name, help, type, labels: [...instance, ...own] };
  };
  for (const { webhook, operation, isFailed, durationUs } of webhooks) {
    const { name } = webhook;
    const type = typeOf(webhook);
    const isRejected = isFailed && webhook.failurePolicy === 'Fail';
    const values = [name, operation, `${isRejected}`, type];
    const value = durationUs.count;
    const code = isFailed ? FAILED_CODE : '200';
    samples.push({ ...head(durations, values), ...durationUs.report(US) });
    samples.push({ ...head(requests, [code, ...values]), value });
    if (isRejected) {
      const why = ['calling_webhook_error', name, operation, FAILED_CODE, type];
      samples.push({ ...head(rejections, why), value });
    }
  }
  for (const [key, value] of passedOver(webhooks)) {
    samples.push({ ...head(failOpen, key.split(' ')), value });
  }
  return samples;
}
