// nodes.csv: what every node holds at the end.
import type { NodeRow } from '../../metrics/run-result.js';
import { type CsvFile, csvFile, numberColumn, secondsColumn, textColumn } from './csv-file.js';

/** One row a node at the end of the run. */
export const nodesCsv: CsvFile = csvFile<NodeRow>(
  'nodes.csv',
  'One row a node, as it is at the end of the run.',
  [
    textColumn('name', 'Name of the node.', (node) => node.name),
    textColumn('zone', 'Zone of the node; empty when it has none.', (node) => node.zone),
    textColumn('ready', '`true` when its Ready condition is True.', (node) => String(node.ready)),
    numberColumn('pods', 'Pods bound to the node.', (node) => node.pods),
    numberColumn(
      'cpu_allocatable_milli',
      'CPU that pods may request, in thousandths of a core.',
      (node) => node.cpuAllocatableMilli,
    ),
    numberColumn(
      'cpu_requested_milli',
      'CPU that its pods request, in thousandths of a core.',
      (node) => node.cpuRequestedMilli,
    ),
    numberColumn(
      'memory_allocatable_bytes',
      'Memory that pods may request.',
      (node) => node.memoryAllocatableBytes,
    ),
    numberColumn(
      'memory_requested_bytes',
      'Memory that its pods request.',
      (node) => node.memoryRequestedBytes,
    ),
    numberColumn('images_pulled', 'Images pulled during the run.', (node) => node.imagesPulled),
    numberColumn(
      'image_pulled_bytes',
      'Bytes of images pulled during the run.',
      (node) => node.imageBytesPulled,
    ),
    secondsColumn(
      'kube_proxy_cpu_seconds',
      'CPU time of the syncs of its kube-proxy.',
      (node) => node.kubeProxyCpuUs,
    ),
  ],
  (result) => result.nodes,
);
