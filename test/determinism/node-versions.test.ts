// The same bytes on every supported release of Node. The binaries come from the npm registry (the
// package behind `node` for this platform); without the registry the test is skipped with a
// message.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../support/scenarios.js';

const folder = mkdtempSync(join(tmpdir(), 'kubeclock-node-'));
const cache = join(root, 'node_modules/.cache/kubeclock');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Path of a Node binary of a release, fetched once; undefined when it cannot be had. */
function nodeBinary(release: number): string | undefined {
  const prefix = join(cache, `node-${release}`);
  const name = `node-${process.platform}-${process.arch}`;
  const binary = join(prefix, 'node_modules', name, 'bin/node');
  if (existsSync(binary)) return binary;
  const options = ['--no-save', '--ignore-scripts', '--no-package-lock', '--loglevel=error'];
  try {
    const args = ['install', '--prefix', prefix, ...options, `${name}@${release}`];
    execFileSync('npm', args, { stdio: 'ignore', timeout: 120_000 });
  } catch {
    return undefined;
  }
  return existsSync(binary) ? binary : undefined;
}

function summaryBy(binary: string, label: string): string {
  const out = join(folder, label);
  const args = [join(root, 'dist/cli/main.js'), 'run', join(root, 'scenarios/quickstart.yaml')];
  execFileSync(binary, [...args, '--out', out, '-q'], { stdio: 'pipe' });
  return readFileSync(join(out, 'summary.json'), 'utf8');
}

describe('the same bytes on every release of Node', () => {
  const expected = summaryBy(process.execPath, 'own');

  it.each([20, 22, 24])(
    'gives the same summary.json on Node %i',
    (release) => {
      const binary = nodeBinary(release);
      if (binary === undefined) {
        process.stderr.write(`skipped: no Node ${release} from the npm registry\n`);
        return;
      }
      const version = execFileSync(binary, ['--version'], { encoding: 'utf8' });
      expect(version.startsWith(`v${release}.`)).toBe(true);
      expect(summaryBy(binary, `node-${release}`)).toBe(expected);
    },
    180_000,
  );
});
