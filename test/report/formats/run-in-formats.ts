// A small real run with everything that formats ask for, shared by their tests.
import { exportRun } from '../../../src/report/export-run.js';
import { formatNames } from '../../../src/report/formats/format-names.js';
import { formatsNamed } from '../../../src/report/formats/output-formats.js';
import type { LoadedScenario } from '../../../src/scenario/scenario.js';
import { loadNamed } from '../../support/scenarios.js';

export const scenarioOfFormats = (): LoadedScenario => loadNamed('quickstart', { until: '35s' });

/** All files of all formats. */
export function filesOfAllFormats(): ReadonlyMap<string, string | Uint8Array> {
  return exportRun(scenarioOfFormats(), formatsNamed(formatNames), undefined).files;
}

/** A file that is text. @throws Error when there is none of that name. */
export function textIn(files: ReadonlyMap<string, string | Uint8Array>, name: string): string {
  const file = files.get(name);
  if (typeof file !== 'string') throw new Error(`no text ${name} among ${[...files.keys()]}`);
  return file;
}
