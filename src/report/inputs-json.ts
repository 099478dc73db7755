// inputs.json: what a run was made of. With it, the results folder is enough to run it again.
import { inputsSchemaVersion, type RunInputs } from '../scenario/run-inputs.js';
import { stableJson } from './stable-json.js';

/** The text of inputs.json. Equal inputs give equal bytes. */
export function renderInputsJson(inputs: RunInputs): string {
  const { name, seed, files, options, lists, texts } = inputs;
  return stableJson({
    schemaVersion: inputsSchemaVersion,
    name,
    seed,
    files,
    options: Object.fromEntries(options),
    lists: lists.map((each) => ({ ...each })),
    texts: Object.fromEntries(texts),
  });
}
