// The pages of docs/ that are written from the code, so that they say what it does.

import { commandHelp, renderCommandDocs } from './command-docs.mjs';
import { renderCsvDocs } from './csv-docs.mjs';
import { metricGroup, renderMetricDocs } from './metric-docs.mjs';
import { renderScenarioDocs } from './scenario-docs.mjs';

/** Texts by path. `load` imports a module of src, or what was built of it. */
export async function referencePages(load, metricModules) {
  const { csvFiles } = await load('report/csv-files');
  const { perfCsvFiles } = await load('report/scheduler-perf/perf-files');
  const { buildParser } = await load('cli/program');
  const { environmentOptions } = await load('cli/options');
  const environment = [...environmentOptions.texts, ...environmentOptions.flags];
  const { thresholdMetrics } = await load('scenario/threshold-metrics');
  const { aggregationNames } = await load('scenario/threshold');
  const { scenarioJsonSchema } = await load('scenario/json-schema');
  const scenarioDocs = renderScenarioDocs(scenarioJsonSchema(), thresholdMetrics, aggregationNames);
  const groups = [];
  for (const module of metricModules) {
    const group = metricGroup(await load(`metrics/${module}`));
    if (group !== undefined) groups.push(group);
  }
  return new Map([
    ['docs/cli.md', renderCommandDocs(await commandHelp(buildParser), environment)],
    ['docs/csv.md', renderCsvDocs([...csvFiles, ...perfCsvFiles])],
    ['docs/metrics.md', renderMetricDocs(groups)],
    ['docs/scenario.md', scenarioDocs],
  ]);
}
