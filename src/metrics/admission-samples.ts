// What an apiserver's admission has counted of its webhooks, as metrics.
// Left out: the families of the steps and of the built-in plugins, whose times are one constant.
// Source: Kubernetes v1.36 apiserver admission/metrics/metrics.go, admission/plugin/webhook
// (reference: controlplane B13).
import type { AdmissionStatistics } from '../control-plane/apiserver/admission/admission-statistics.js';
import type { WebhookSpec } from '../control-plane/apiserver/admission/webhook.js';
import type { MetricFamily } from './metric-registry.js';
import type { MetricSample } from './run-result.js';
import { SampleCollector } from './sample-collector.js';

const US = 1_000_000;
const common = ['name', 'operation', 'rejected', 'type'];

const rows: readonly MetricFamily[] = [
  {
    name: 'apiserver_admission_webhook_admission_duration_seconds',
    help: 'Time of a call of a webhook, until it had answered or was given up.',
    type: 'histogram',
    labels: common,
  },
  {
    name: 'apiserver_admission_webhook_fail_open_count',
    help: 'Calls that failed and were passed over.',
    type: 'counter',
    labels: ['name', 'type'],
  },
  {
    name: 'apiserver_admission_webhook_rejection_count',
    help: 'Requests that were refused because of a webhook.',
    type: 'counter',
    labels: ['error_type', 'name', 'operation', 'rejection_code', 'type'],
  },
  {
    name: 'apiserver_admission_webhook_request_total',
    help: 'Calls of webhooks by the code of the answer.',
    type: 'counter',
    labels: ['code', ...common],
  },
];

/** By name without `apiserver_admission_webhook_`. */
export const admissionFamilies: ReadonlyMap<string, MetricFamily> = new Map(
  rows.map((family) => [family.name.replace('apiserver_admission_webhook_', ''), family]),
);

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
  const collector = new SampleCollector(admissionFamilies, instance);
  for (const { webhook, operation, isFailed, durationUs } of webhooks) {
    const { name } = webhook;
    const type = typeOf(webhook);
    const isRejected = isFailed && webhook.failurePolicy === 'Fail';
    const values = [name, operation, `${isRejected}`, type];
    const { count } = durationUs;
    const code = isFailed ? FAILED_CODE : '200';
    collector.histogram('admission_duration_seconds', durationUs.report(US), ...values);
    collector.value('request_total', count, code, ...values);
    if (isRejected) {
      const why = ['calling_webhook_error', name, operation, FAILED_CODE, type];
      collector.value('rejection_count', count, ...why);
    }
  }
  for (const [key, count] of passedOver(webhooks)) {
    collector.value('fail_open_count', count, ...key.split(' '));
  }
  return collector.samples;
}
