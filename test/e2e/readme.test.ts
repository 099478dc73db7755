// What the README shows is what the program prints.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../support/scenarios.js';

const folder = mkdtempSync(join(tmpdir(), 'kubeclock-readme-'));
const readme = readFileSync(join(root, 'README.md'), 'utf8');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The lines of the block that begins with `first`, without the indent of the block. */
function block(first: string): string[] {
  const lines = readme.split('\n');
  const start = lines.findIndex((line) => line.trim() === first);
  const indent = (lines[start] ?? '').search(/\S/);
  const length = lines.slice(start).findIndex((line) => /^\S/.test(line));
  const shown = lines.slice(start, start + length).map((line) => line.slice(indent));
  return shown.filter((line) => line.trim() !== '');
}

describe('README.md', () => {
  it('shows the output of the quickstart', () => {
    const main = join(root, 'dist/cli/main.js');
    const scenario = join(root, 'scenarios/quickstart.yaml');
    const args = [main, 'run', scenario, '--out', join(folder, 'out')];
    const printed = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: 'pipe' });
    const lines = printed.split('\n');
    const shown = block('THRESHOLDS');
    expect(shown.length).toBeGreaterThan(8);
    for (const line of shown) expect(lines).toContain(line);
  });

  it('names npm scripts and commands that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const [, script = ''] of readme.matchAll(/npm run ([a-z:]+)/g)) {
      expect(Object.keys(scripts)).toContain(script);
    }
    const main = join(root, 'dist/cli/main.js');
    for (const [, command = ''] of readme.matchAll(/npx kubeclock ([a-z]+)/g)) {
      const help = execFileSync(process.execPath, [main, command, '--help'], { encoding: 'utf8' });
      expect(help).toContain(`kubeclock ${command}`);
    }
  });
});
