// docs/metrics.md as text, from the families that the modules of src/metrics declare.

import { table } from './markdown.mjs';

const head = `# Metrics

What \`metrics.prom\` of a results folder can hold: the metrics that the real components have, under
their names, with their labels and buckets, as a scrape at the end of the run would find them. A
metric without a sample is left out. With several API servers or schedulers each sample has a first
label \`instance\`. \`kubeclock report DIR --format openmetrics\` writes the same over time
([formats.md](formats.md)). Metrics that begin with \`kubeclock_\` are no component's own.

This file is written from the code: \`npm run build && node tools/write-reference.mjs\`.
`;

/** What the modules that declare families are about. */
const titles = {
  'admission-samples': 'Admission webhooks',
  'api-request-families': 'Requests to the API server',
  'cloud-metrics': 'Cloud and its controllers',
  'cluster-autoscaler-metrics': 'Cluster Autoscaler',
  'controller-manager-metrics': 'kube-controller-manager',
  'dns-metrics': 'Cluster DNS',
  'etcd-families': 'etcd',
  'flannel-metrics': 'flannel',
  'flow-control-families': 'API Priority and Fairness',
  'karpenter-metrics': 'Karpenter',
  'kube-proxy-metrics': 'kube-proxy',
  'kubelet-metrics': 'Kubelets, all together',
  'leader-election-metrics': 'Leader election',
  'rest-client-metrics': 'Clients of the API server',
  'scheduler-conflicts': 'Several schedulers',
  'scheduler-families': 'kube-scheduler',
  'storage-families': 'Watch caches and storage of the API server',
  'volume-metrics': 'Volumes',
};

/** What a module declares; undefined when that is no metric. @throws Error without a title. */
export function metricGroup(name, module) {
  const families = Object.entries(module).flatMap(([key, value]) => {
    if (!key.endsWith('Families')) return [];
    const declared = typeof value === 'function' ? value('CLOUD') : value;
    return [...declared.values()];
  });
  if (families.length === 0) return undefined;
  if (titles[name] === undefined) {
    throw new Error(`tools/reference/metric-docs.mjs has no title for ${name}.`);
  }
  return { title: titles[name], families };
}

/** The whole document. */
export function renderMetricDocs(groups) {
  const sorted = [...groups].sort((a, b) =>
    a.title.toLowerCase() < b.title.toLowerCase() ? -1 : 1,
  );
  return [head, ...sorted.map(section)].join('\n');
}

function section({ title, families }) {
  const rows = [...families]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, type, labels, help }) => [
      `\`${name}\``,
      type,
      labels.map((label) => `\`${label}\``).join(', '),
      help,
    ]);
  return `## ${title}\n\n${table(['metric', 'type', 'labels', 'meaning'], rows)}`;
}
