/**
 * Defaults of FlowSchema and PriorityLevelConfiguration.
 *
 * Source: Kubernetes v1.36 `pkg/apis/flowcontrol/v1/defaults.go`.
 */

import type { DefaultFiller } from './default-filler.js';
import type { FlowSchema, PriorityLevelConfiguration } from './flow-control.js';

/** Defaults a FlowSchema. */
export function defaultFlowSchema(filler: DefaultFiller, schema: FlowSchema): FlowSchema {
  return filler.within(schema, [], 'spec', (spec, path) =>
    filler.fill(spec, path, { matchingPrecedence: 1000 }),
  );
}

/** Defaults a PriorityLevelConfiguration. */
export function defaultPriorityLevelConfiguration(
  filler: DefaultFiller,
  level: PriorityLevelConfiguration,
): PriorityLevelConfiguration {
  return filler.within(level, [], 'spec', (spec, path) => {
    if (spec.type === 'Exempt') {
      const shares = { nominalConcurrencyShares: 0, lendablePercent: 0 };
      return filler.fillAt(spec, path, 'exempt', shares);
    }
    return filler.within(spec, path, 'limited', (limited, at) => {
      const filled = filler.fill(limited, at, { nominalConcurrencyShares: 30, lendablePercent: 0 });
      return filler.within(filled, at, 'limitResponse', (response, responseAt) =>
        filler.within(response, responseAt, 'queuing', (queuing, queuingAt) =>
          filler.fill(queuing, queuingAt, { queues: 64, handSize: 8, queueLengthLimit: 50 }),
        ),
      );
    });
  });
}
