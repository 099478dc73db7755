/**
 * `kubeclock schema`: the JSON Schema of scenario files, for editors.
 */

import { scenarioJsonSchema } from '../scenario/json-schema.js';
import { type ExitCode, exitCode } from './exit-code.js';
import type { Terminal } from './terminal.js';

export function schemaCommand({ out }: Terminal): ExitCode {
  out.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
  return exitCode.ok;
}
