/**
 * Admission webhooks in a scenario, in the words of MutatingWebhookConfiguration and
 * ValidatingWebhookConfiguration, with what only their author knows: how long they take, and when
 * nothing listens.
 */

import { z } from 'zod';
import {
  failurePolicies,
  type WebhookSpec,
  webhookOperations,
  webhookTypes,
} from '../control-plane/apiserver/admission/webhook.js';
import { scenarioDefaults } from './constants.js';
import { distributionOf } from './distribution-text.js';
import { durationUs, formatDuration } from './duration.js';
import { duration, durations, list, mapping, oneOf, text, wholeNumber } from './schema-parts.js';

const rule = mapping({
  operations: list(oneOf(webhookOperations), `words of ${webhookOperations.join(', ')}`, 1)
    .optional()
    .describe('All when absent.'),
  apiGroups: list(z.string({ error: 'an API group, "" for the core one' }), 'API groups', 1)
    .optional()
    .describe('"" is the core group; all when absent.'),
  resources: list(
    text('a resource such as pods or pods/status'),
    'resources such as pods, pods/status or *',
    1,
  ).describe('Such as pods, pods/status or *.'),
});

const outage = mapping({
  from: duration().describe('Since the start of the run.'),
  to: duration().describe('Since the start of the run; above `from`.'),
})
  .refine(({ from, to }) => durationUs(to) > durationUs(from), {
    error: 'a time `to` after the time `from`',
  })
  .describe('Nothing listens: calls are refused at once.');

const webhook = mapping({
  name: text('the name of a webhook such as policy.example.com').describe(
    'Such as policy.example.com; in metrics and refusals.',
  ),
  type: oneOf(webhookTypes).describe('Mutating ones are called one after the other.'),
  rules: list(rule, 'rules {operations, apiGroups, resources}', 1).describe(
    'It is called for requests that match one of them.',
  ),
  excludedNamespaces: list(text('a namespace'), 'namespaces')
    .optional()
    .describe('It is not called for objects in them, such as kube-system.'),
  latency: durations.optional().describe('Until its answer has arrived.'),
  timeoutSeconds: wholeNumber(1, 30)
    .optional()
    .describe('After so many seconds its answer counts as missing; 10 when absent.'),
  failurePolicy: oneOf(failurePolicies)
    .optional()
    .describe('Fail: what it does not answer is refused; Ignore: it passes.'),
  outages: list(outage, 'times {from, to}').optional().describe('When nothing listens.'),
});

/** `controlPlane.apiServer.admissionWebhooks`. */
export const admissionWebhooks = list(
  webhook,
  'webhooks {name, type, rules, latency, timeoutSeconds, failurePolicy}',
)
  .superRefine((webhooks, context) => {
    for (const [index, { name }] of webhooks.entries()) {
      if (webhooks.findIndex((each) => each.name === name) === index) continue;
      const message = `a name that no other webhook has: "${name}" is taken`;
      context.addIssue({ code: 'custom', path: [index, 'name'], message });
    }
  })
  .optional()
  .describe('Whom the API servers ask before they store a change.');

/** The webhooks as written, with the defaults of Kubernetes. */
export function admissionWebhooksOf(
  texts: z.infer<typeof admissionWebhooks>,
): readonly WebhookSpec[] {
  const usual = formatDuration(scenarioDefaults.webhookLatencyUs);
  return (texts ?? []).map((webhookText) => ({
    name: webhookText.name,
    type: webhookText.type,
    rules: webhookText.rules.map(({ operations = ['*'], apiGroups = ['*'], resources }) => ({
      operations,
      apiGroups,
      resources,
    })),
    excludedNamespaces: webhookText.excludedNamespaces ?? [],
    latency: distributionOf(webhookText.latency ?? usual, durationUs),
    timeoutSeconds: webhookText.timeoutSeconds ?? 10,
    failurePolicy: webhookText.failurePolicy ?? 'Fail',
    outages: (webhookText.outages ?? []).map(({ from, to }) => ({
      fromUs: durationUs(from),
      toUs: durationUs(to),
    })),
  }));
}
