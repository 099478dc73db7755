// The study of the OpenB trace (docs/openb.md), and what a second thread is worth to a comparison.
// The lists of nodes and pods lie in the corpus that KUBECLOCK_CORPUS names.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const corpus = resolve(root, process.env['KUBECLOCK_CORPUS'] ?? '../shared/corpus');
const lists = ['openb_node_list_gpu_node.csv', 'openb_pod_list_default.csv'].map((name) =>
  join(corpus, 'openb/data/csv', name),
);
const plugins = join(root, 'scenarios/plugins');
const policy = (name) => ['--policy', `${name}=${join(plugins, 'openb', `${name}.yaml`)}`];

/** Seconds that a command takes. @throws when it fails. */
function secondsOf(args) {
  const folder = mkdtempSync(join(tmpdir(), 'kubeclock bench '));
  const cli = join(root, 'dist/cli/main.js');
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1000;
  rmSync(folder, { recursive: true, force: true });
  if (status !== 0) throw new Error(stderr);
  return seconds;
}

const plugin = ['--plugin', join(plugins, 'gpu-share.ts')];

const ofCorpus = [
  {
    name: 'openb-one-run',
    unit: 's',
    atMost: 3,
    measure: () =>
      secondsOf([
        'run',
        ...lists,
        ...plugin,
        '--scheduler-config',
        join(plugins, 'openb/default.yaml'),
        '-q',
      ]),
  },
  {
    name: 'openb-three-policies-ten-seeds',
    unit: 's',
    atMost: 60,
    measure: () =>
      secondsOf([
        'compare',
        ...lists,
        ...plugin,
        ...['default', 'most-allocated', 'fgd'].flatMap(policy),
        '--seeds',
        '10',
        '-q',
      ]),
  },
];

const pool = join(root, 'scenarios/node-pool-300.yaml');
const comparison = (workers) =>
  secondsOf([
    ...['compare', pool, '--policy', 'a', '--policy', 'b', '--until', '5s', '-q'],
    ...['--seeds', '20', '--workers', workers],
  ]);

export const cases = [
  ...(lists.every((file) => existsSync(file)) ? ofCorpus : []),
  {
    name: 'compare-second-worker',
    unit: 'x',
    atLeast: 1.8,
    measure: () => comparison('1') / comparison('2'),
  },
];
