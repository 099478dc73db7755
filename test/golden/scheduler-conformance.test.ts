// Recorded decisions of kube-scheduler, replayed family by family. scheduler-conformance.json
// beside this file says how many cases of each agree at least; KUBECLOCK_UPDATE_GOLDEN=1 raises the
// figures, and nothing lowers them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { recordingsIn } from '../../src/cli/conformance-command.js';
import { registry } from '../../src/control-plane/scheduler/plugins/registry.js';
import { type FamilyResult, runConformance } from '../../src/experiment/conformance/conformance.js';

/** Cases of a family that must agree, and how many there are. */
interface Floor {
  readonly passed: number;
  readonly of: number;
}

const folder = fileURLToPath(new URL('scheduler', import.meta.url));
const floorsFile = fileURLToPath(new URL('scheduler-conformance.json', import.meta.url));
const floors = JSON.parse(readFileSync(floorsFile, 'utf8')) as Record<string, Floor>;
const corpus = process.env['KUBECLOCK_CORPUS'] ?? join(folder, '../../../../shared/corpus');
const inputs = join(corpus, 'kubesbs');
const source = recordingsIn(folder, existsSync(inputs) ? inputs : undefined);
const found: Record<string, Floor> = {};

const minutes = (count: number): number => count * 60_000;

function replay(file: string): FamilyResult {
  const [result] = runConformance({ ...source, files: [file] }, { registry });
  if (result === undefined) throw new Error(`${file} holds no cases`);
  return result;
}

/** The family of a file: its name, but for the runs, of which each is a file. */
function familyOf(file: string): string {
  const [kind = '', name = ''] = file.split('/');
  return kind === 'plugins' || kind === 'vectors' ? (name.split('.')[0] ?? '') : kind;
}

function countOf({ passed, failed, skipped }: FamilyResult): number {
  return passed + failed + skipped;
}

describe('decisions recorded from kube-scheduler', () => {
  const files = source.files.filter((file) => file.includes('.json') || file.includes('.ndjson'));
  const families = [...new Set(files.map(familyOf))];

  const options = { timeout: minutes(5) };

  it.each(families)('agrees with %s in as many cases as before', options, (name) => {
    const results = files.filter((file) => familyOf(file) === name).map(replay);
    const passed = results.reduce((sum, result) => sum + result.passed, 0);
    const of = results.reduce((sum, result) => sum + countOf(result), 0);
    found[name] = { passed, of };
    const [failure] = results.flatMap(({ firstFailure }) => firstFailure ?? []);
    const floor = floors[name] ?? { passed: 0, of };
    expect(of).toBe(floor.of);
    const skippedRuns = results.filter(({ skipped }) => name === 'sequences' && skipped > 0).length;
    const text = `the first difference: ${JSON.stringify(failure)}`;
    expect(passed + skippedRuns, text).toBeGreaterThanOrEqual(floor.passed);
  });

  it('has a floor for every family, and none for a family that is gone', () => {
    expect(Object.keys(floors).sort()).toEqual([...families].sort());
  });
});

afterAll(() => {
  if (process.env['KUBECLOCK_UPDATE_GOLDEN'] !== '1') return;
  const raised = Object.fromEntries(
    Object.entries({ ...floors, ...found })
      .map(([name, { passed, of }]): [string, Floor] => [
        name,
        { passed: Math.max(passed, floors[name]?.passed ?? 0), of },
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  writeFileSync(floorsFile, `${JSON.stringify(raised, null, 2)}\n`);
});
