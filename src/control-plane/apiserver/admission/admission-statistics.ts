// How often webhooks were called, for how long, and with which end: the figures behind the metrics
// apiserver_admission_webhook_*.
// Source: Kubernetes v1.36 apiserver admission/metrics/metrics.go (reference: controlplane B13).
import type { SimTime } from '../../../kernel/time.js';
import { WholeHistogram } from '../../../stats/whole-histogram.js';
import type { WebhookOperation, WebhookSpec } from './webhook.js';

const BOUNDS_US = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25].map((s) => Math.round(s * 1_000_000));

/** Calls of one webhook for one operation that ended alike. */
export interface WebhookStatistics {
  readonly webhook: WebhookSpec;
  readonly operation: WebhookOperation;
  /** It did not answer, in time or at all. */
  readonly isFailed: boolean;
  readonly durationUs: WholeHistogram;
}

/** Of one apiserver. */
export class AdmissionStatistics {
  /** In order of the first call. */
  readonly webhooks: WebhookStatistics[] = [];

  /** A webhook has been called and has answered, or been given up, after `durationUs`. */
  webhookCalled(
    webhook: WebhookSpec,
    operation: WebhookOperation,
    durationUs: SimTime,
    isFailed: boolean,
  ): void {
    let found = this.webhooks.find(
      (each) =>
        each.webhook === webhook && each.operation === operation && each.isFailed === isFailed,
    );
    if (found === undefined) {
      found = { webhook, operation, isFailed, durationUs: new WholeHistogram(BOUNDS_US) };
      this.webhooks.push(found);
    }
    found.durationUs.observe(durationUs);
  }
}
