/**
 * Writes baselines: those that would keep something else than they do, and the model.
 */

import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSameBaseline } from '../experiment/check/baseline.js';
import { renderBaseline } from '../experiment/check/baseline-file.js';
import { type Model, modelChanges, renderModel } from '../experiment/check/model-file.js';
import type { CheckedScenario } from '../report/check/check-report.js';
import { type CheckInputs, modelFile } from './check-input.js';
import type { CheckAnswer } from './check-worker.js';
import type { Terminal } from './terminal.js';

/**
 * Writes what has changed and says for each scenario what was done; undefined for one whose run has
 * not reached its end. A baseline that says the same keeps its bytes.
 *
 * @throws Error of the file system.
 */
export function updateBaselines(
  folder: string,
  { items, model: former }: CheckInputs,
  answers: readonly CheckAnswer[],
  model: Model,
  terminal: Terminal,
): readonly CheckedScenario['update'][] {
  mkdirSync(folder, { recursive: true });
  const updates = items.map(({ baseline, baselineFile }, index) => {
    const answer = answers[index];
    if (answer === undefined || 'failure' in answer || answer.outcome.partial) return undefined;
    const { found } = answer;
    if (baseline !== undefined && isSameBaseline(baseline, found)) return 'kept';
    writeWhole(baselineFile, renderBaseline(found));
    return 'written';
  });
  if (former === undefined || modelChanges(former, model).length > 0) {
    writeWhole(join(folder, modelFile), renderModel(model));
    const own = new Set(items.map(({ baselineFile }) => baselineFile));
    const others = readdirSync(folder).filter(
      (name) => name.endsWith('.json') && name !== modelFile && !own.has(join(folder, name)),
    );
    if (former !== undefined && others.length > 0 && !terminal.isQuiet) {
      terminal.err.write(
        `The model has changed, and ${others.length} other baselines of ${folder} were not ` +
          'updated: update them too, or what the model moves in them will look like a regression.\n',
      );
    }
  }
  return updates;
}

/** Never half a file. */
function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.partial-${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}
