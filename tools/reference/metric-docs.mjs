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

/** What the families that modules export are about. */
const titles = {
  admissionFamilies: 'Admission webhooks',
  apiRequestFamilies: 'Requests to the API server',
  cloudCallFamilies: 'Cloud and its controllers',
  cloudControllerFamilies: 'Cloud and its controllers',
  clusterAutoscalerFamilies: 'Cluster Autoscaler',
  controllerManagerFamilies: 'kube-controller-manager',
  dnsFamilies: 'Cluster DNS',
  etcdFamilies: 'etcd',
  flannelFamilies: 'flannel',
  flowControlFamilies: 'API Priority and Fairness',
  karpenterFamilies: 'Karpenter',
  kubeProxyFamilies: 'kube-proxy',
  kubeletFamilies: 'Kubelets, all together',
  leaderElectionFamilies: 'Leader election',
  restClientFamilies: 'Clients of the API server',
  schedulerConflictFamilies: 'Several schedulers',
  schedulerFamilies: 'kube-scheduler',
  storageFamilies: 'Watch caches and storage of the API server',
  volumeFamilies: 'Volumes',
};

/** What a module declares; undefined when that is no metric. @throws Error without a title. */
export function metricGroup(module) {
  const found = Object.keys(module).filter((name) => name.endsWith('Families'));
  if (found.length === 0) return undefined;
  const [title] = found.map((name) => titles[name]);
  if (title === undefined) throw new Error(`tools/reference has no title for ${found[0]}.`);
  const families = found.flatMap((name) => {
    const declared = module[name];
    return [...(typeof declared === 'function' ? declared('CLOUD') : declared).values()];
  });
  return { title, families };
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
