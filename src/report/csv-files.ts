// The CSV files of a run, in the order of the documentation.
import { apiRequestsCsv } from './csv/api-requests.js';
import { convergenceCsv } from './csv/convergence.js';
import { criticalPathCsv } from './csv/critical-path.js';
import type { CsvFile } from './csv/csv-file.js';
import { dnsCsv } from './csv/dns.js';
import { eventsCsv } from './csv/events.js';
import { nodesCsv } from './csv/nodes.js';
import { podsCsv } from './csv/pods.js';
import { summaryCsv } from './csv/summary.js';
import { timeSeriesCsv } from './csv/time-series.js';
import { trafficCsv } from './csv/traffic.js';

/** Every CSV file, each with its columns and what they mean; docs/csv.md is written from it. */
export const csvFiles: readonly CsvFile[] = [
  summaryCsv,
  podsCsv,
  nodesCsv,
  timeSeriesCsv,
  apiRequestsCsv,
  convergenceCsv,
  criticalPathCsv,
  eventsCsv,
  trafficCsv,
  dnsCsv,
];
