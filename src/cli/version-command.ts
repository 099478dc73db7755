/**
 * `kubeclock version`: which kubeclock, which Kubernetes it models, which Node.js runs it.
 */

import { type ExitCode, exitCode } from './exit-code.js';
import { type GlobalArguments, outputFormat } from './options.js';
import type { Terminal } from './terminal.js';
import { modelledKubernetes, packageVersion } from './version.js';

export function versionCommand(args: GlobalArguments, { out }: Terminal): ExitCode {
  const version = {
    kubeclock: packageVersion(),
    kubernetes: modelledKubernetes,
    node: process.version,
  };
  if (outputFormat(args) === 'json') out.write(`${JSON.stringify(version, null, 2)}\n`);
  else
    out.write(
      `kubeclock ${version.kubeclock} ` +
        `(Kubernetes ${version.kubernetes}, Node.js ${version.node})\n`,
    );
  return exitCode.ok;
}
