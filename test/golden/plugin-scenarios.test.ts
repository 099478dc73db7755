// The worked examples of scheduler plugins are golden tests as every scenario is: through the built
// program, because Node has to import the plugins. KUBECLOCK_UPDATE_GOLDEN=1 rewrites the file.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { pluginScenarios, runPlugins } from '../e2e/plugin-scenarios.js';

const file = fileURLToPath(new URL('plugin-scenarios.json', import.meta.url));
const isUpdate = process.env['KUBECLOCK_UPDATE_GOLDEN'] === '1';
const names = readdirSync(pluginScenarios)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -'.yaml'.length))
  .sort((a, b) => (a < b ? -1 : 1));

const known = isUpdate ? {} : JSON.parse(readFileSync(file, 'utf8'));
const found: Record<string, unknown> = {};
const folder = mkdtempSync(join(tmpdir(), 'kubeclock golden '));

describe('every scenario with a plugin keeps its trace', () => {
  it.each(names)('%s', async (name) => {
    const { summary } = await runPlugins(name, folder, '--verify');
    const { traceHash, events, endSeconds, outcome, counts } = summary;
    const { pods, podsReady } = counts;
    found[name] = { traceHash, events, endSeconds, end: outcome.end, pods, podsReady };
    if (!isUpdate) expect(found[name]).toEqual(known[name]);
  });

  it('has no golden of a scenario that is gone', () => {
    if (!isUpdate) expect(Object.keys(known).sort()).toEqual(names);
  });
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  if (isUpdate) writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);
});
