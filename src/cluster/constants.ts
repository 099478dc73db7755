// The processes of the control plane as the machine's supervisor sees them.
import { type Constants, defineConstants } from '../stats/constants.js';

const table = {
  processStartUs: {
    value: 150_000,
    unit: 'µs',
    source: 'ASSUMED: loading and initialising a Go binary of 60 to 120 MB until its first request',
  },
  processExitUs: {
    value: 130_000,
    unit: 'µs',
    source: 'recorded: golden/timeline h-200, from SIGTERM to the end of kube-scheduler',
  },
  processRestartUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'ASSUMED: a static pod whose container has exited is started again by the next sync',
  },
  evictionRetryUs: {
    value: 5_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 kubectl pkg/drain: sleep after an eviction refused with 429',
  },
  drainPollUs: {
    value: 1_000_000,
    unit: 'µs',
    source: 'Kubernetes v1.36 kubectl pkg/drain: poll interval of waitForDelete',
  },
  otherJobUs: {
    value: 1_000,
    unit: 'µs',
    source: 'ASSUMED: mean CPU time of a job of a process that shares the machine by chance',
  },
} as const;

export const clusterConstants: Constants<typeof table> = defineConstants('cluster', table);
