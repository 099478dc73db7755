// Installs the locked packages when they are missing or older than the lockfile; else says nothing.
// Uses Node alone, because it runs before anything is installed.

import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function fail(sentence) {
  console.error(`kubeclock: ${sentence}`);
  process.exit(1);
}

function checkNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const wanted = engines.node.match(/\d+/g).map(Number);
  const found = process.versions.node.split('.').map(Number);
  const difference = found[0] - wanted[0] || found[1] - (wanted[1] ?? 0);
  if (difference < 0) {
    fail(
      `Node ${process.versions.node} is too old: install Node ${engines.node.slice(2)} or newer.`,
    );
  }
}

function modifiedMs(file) {
  return statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

// npm writes this file last, so it is missing or old after an installation that broke off.
function isInstalled() {
  const installed = modifiedMs('node_modules/.package-lock.json');
  return installed > 0 && installed >= modifiedMs('package-lock.json');
}

function install() {
  console.error('kubeclock: installing the locked packages (once)');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status, error } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error !== undefined) fail(`npm could not be started: ${error.message}`);
  if (status !== 0)
    fail('npm ci failed; the lines above say why. Is the package registry reachable?');
}

checkNode();
if (!isInstalled()) install();
