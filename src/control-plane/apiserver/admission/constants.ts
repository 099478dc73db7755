// What admission costs and how often it tries again.
import { type Constants, defineConstants } from '../../../stats/constants.js';

const table = {
  quotaWriteRetries: {
    value: 3,
    unit: 'writes',
    source: 'Kubernetes v1.36 apiserver pkg/admission/plugin/resourcequota/controller.go',
    note: 'of the use of a quota that somebody else has written meanwhile',
  },
  webhookCallCpuUs: {
    value: 150,
    unit: 'µs',
    source: 'ASSUMED: a request over TLS and its answer, as the transport of a served one and more',
    note: 'of one call of an admission webhook, besides the encoding of its review',
  },
  webhookRefusalUs: {
    value: 500,
    unit: 'µs',
    source: 'ASSUMED: one round trip within a cluster',
    note: 'until a call is refused where nothing listens',
  },
} as const;

export const admissionConstants: Constants<typeof table> = defineConstants('admission', table);
