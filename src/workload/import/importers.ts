/**
 * All formats that can be imported.
 */

import { azureImporter } from './azure/azure-importer.js';
import { cl2Importer } from './cl2/cl2-importer.js';
import { clusterDumpImporter } from './cluster-dump/cluster-dump-importer.js';
import type { Importer } from './importer.js';
import { jobsetImporter } from './jobset/jobset-importer.js';
import { kubeBurnerImporter } from './kube-burner/kube-burner-importer.js';
import { kwokImporter } from './kwok/kwok-importer.js';
import { openbImporter } from './openb/openb-importer.js';
import { schedulerSimulatorImporter } from './scheduler-simulator/scheduler-simulator-importer.js';
import { simkubeImporter } from './simkube/simkube-importer.js';

/** In alphabetical order of their formats; of two that recognise a file the first reads it. */
export const importers: readonly Importer[] = [
  azureImporter,
  cl2Importer,
  clusterDumpImporter,
  jobsetImporter,
  kubeBurnerImporter,
  kwokImporter,
  openbImporter,
  schedulerSimulatorImporter,
  simkubeImporter,
];
