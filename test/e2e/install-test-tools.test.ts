// tools/install-test-tools.sh on machines of every kind: its commands are stand-ins that write down
// how they were called, so that nothing is installed.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const script = new URL('../../tools/install-test-tools.sh', import.meta.url).pathname;

let bin = '';

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'kubeclock-tools-'));
  for (const tool of ['bash', 'env', 'timeout', 'mktemp', 'rm', 'dirname']) {
    const { stdout } = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' });
    symlinkSync(stdout.trim(), join(bin, tool));
  }
});

afterEach(() => rmSync(bin, { recursive: true, force: true }));

function standIn(name: string, body: string): void {
  writeFileSync(join(bin, name), `#!${join(bin, 'bash')}\n${body}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** Runs the script as user 0 or 1000; returns what was said and how apt-get was called. */
function run(user: number, ...installed: readonly string[]) {
  for (const name of installed) standIn(name, 'exit 0');
  standIn('id', `echo ${user}`);
  const { status, stderr } = spawnSync(join(bin, 'bash'), [script], {
    encoding: 'utf8',
    env: { PATH: bin },
  });
  let calls = '';
  try {
    calls = readFileSync(join(bin, 'calls'), 'utf8');
  } catch {
    // apt-get was not called.
  }
  return { status, stderr, calls };
}

const aptGet = 'echo "$*" >>"$(dirname "$0")/calls"';

describe('the tools that tests ask', () => {
  test('are left alone when they are there', () => {
    standIn('apt-get', aptGet);
    expect(run(0, 'chromium', 'promtool', 'xmllint')).toEqual({ status: 0, stderr: '', calls: '' });
  });

  test('are fetched and installed by root, only those that are missing', () => {
    standIn('apt-get', aptGet);
    const { status, stderr, calls } = run(0, 'promtool', 'xmllint');
    expect([status, stderr]).toEqual([0, 'kubeclock: installing chromium for tests (once)\n']);
    expect(calls.trim().split('\n')).toEqual([
      'update -qq',
      'install -y -qq --no-install-recommends --download-only chromium',
      'install -y -qq --no-install-recommends --no-download chromium',
    ]);
  });

  test.each([
    ['other users', 1000, aptGet],
    ['root without apt-get', 0, ''],
  ])('are only named for %s', (_, user, body) => {
    if (body !== '') standIn('apt-get', body);
    const { status, stderr, calls } = run(user, 'promtool');
    expect([status, calls]).toEqual([0, '']);
    expect(stderr).toBe(
      "kubeclock: tests that need Debian's chromium libxml2-utils are left out\n",
    );
  });

  test('do not fail the run when the network does', () => {
    standIn('apt-get', `${aptGet}\nexit 100`);
    const { status, stderr, calls } = run(0);
    expect([status, calls]).toEqual([0, 'update -qq\n']);
    expect(stderr).toContain('chromium libxml2-utils prometheus');
    expect(stderr).toContain('not all could be installed');
  });
});
