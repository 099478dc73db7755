// What is known of metrics-server, and what pods use when nobody says.
import { type Constants, defineConstants } from '../../stats/constants.js';

const table = {
  metricResolutionUs: {
    value: 15_000_000,
    unit: 'µs',
    source: 'metrics-server manifest --metric-resolution (reference: nodes-controllers 3.15)',
    note: 'between two measurements, unless the scenario says more',
  },
  freshContainerMinWindowUs: {
    value: 10_000_000,
    unit: 'µs',
    source: 'metrics-server pkg/storage/pod.go freshContainerMinMetricsResolution',
    note: 'a container that ran this long at its first scrape is reported from its start on',
  },
  scrapeUs: {
    value: 30_000,
    unit: 'µs',
    source: 'ASSUMED: a kubelet renders its resource metrics, and they are parsed',
    note: 'from the measurement to the moment at which it is served',
  },
  answerCpuUs: {
    value: 200,
    unit: 'µs',
    source: 'ASSUMED: one request of the metrics API',
  },
  podAnswerCpuUs: {
    value: 10,
    unit: 'µs',
    source: 'ASSUMED: one pod of such a request',
  },
  podMetricsBytes: {
    value: 300,
    unit: 'bytes',
    source: 'ASSUMED: one PodMetrics with a container, encoded',
  },
  cpuShareOfRequest: {
    value: 0.5,
    unit: '1',
    source: 'ASSUMED: of its CPU request a running pod uses, unless the scenario says more',
  },
  memoryShareOfRequest: {
    value: 0.7,
    unit: '1',
    source: 'ASSUMED: of its memory request a running pod uses',
  },
} as const;

export const metricsServerConstants: Constants<typeof table> = defineConstants(
  'metrics-server',
  table,
);
