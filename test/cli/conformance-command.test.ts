// kubeclock conformance: the table, JSON lines, the selection, exit codes.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.js';
import { fittingCase } from '../experiment/conformance/hand-made.js';

let folder = '';

const wrongCase = { ...fittingCase, id: 'hand-2', expected: { feasibleNodes: ['b'] } };
const sequence = {
  id: 'real',
  config: fittingCase.config,
  cluster: { nodesFile: 'nodes.yaml', podsFile: 'pods.yaml' },
  expected: [],
  final: {},
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock conformance '));
  for (const name of ['good/plugins', 'bad/plugins', 'bad/sequences', 'empty', 'corpus/kubesbs']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  const line = (recorded: object): string => `${JSON.stringify(recorded)}\n`;
  writeFileSync(join(folder, 'good/plugins/hand.ndjson.gz'), gzipSync(line(fittingCase)));
  writeFileSync(join(folder, 'bad/plugins/hand.ndjson'), line(fittingCase) + line(wrongCase));
  writeFileSync(join(folder, 'bad/sequences/real.json.gz'), gzipSync(JSON.stringify(sequence)));
  for (const name of ['nodes', 'pods']) {
    writeFileSync(join(folder, `corpus/kubesbs/${name}.yaml`), '# none\n');
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function conformance(args: readonly string[], env: Record<string, string> = {}) {
  let out = '';
  let err = '';
  const code = await runProgram(['conformance', ...args], {
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
    env,
  });
  return { code, out, err };
}

const at = (name: string): string => join(folder, name);

describe('kubeclock conformance', () => {
  test('says how many cases of each family agree', async () => {
    const { code, out } = await conformance(['scheduler', at('good')]);
    expect(code).toBe(0);
    expect(out).toBe(
      [
        'FAMILY  PASSED  FAILED  SKIPPED',
        'hand         1       0        0',
        'total        1       0        0',
        '',
      ].join('\n'),
    );
  });

  test('shows the first difference of a family, and fails', async () => {
    const { code, out } = await conformance(['scheduler', at('bad')]);
    expect(code).toBe(1);
    expect(out).toContain('hand            1       1        0\n');
    expect(out).toContain('hand-2: feasibleNodes[0]\n  expected: "b"\n  got:      "a"\n');
    expect(out).toContain('sequences: skipped because nodes.yaml is not there: name its folder');
  });

  test('prints a JSON object a line, the sums last', async () => {
    const { code, out } = await conformance(['scheduler', at('bad'), '--json']);
    expect(code).toBe(1);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      {
        name: 'conformance/scheduler/hand',
        value: 1,
        unit: 'cases',
        target: 2,
        ok: false,
        failed: 1,
        skipped: 0,
        firstFailure: { id: 'hand-2', field: 'feasibleNodes[0]', expected: 'b', got: 'a' },
      },
      {
        name: 'conformance/scheduler/sequences',
        value: 0,
        unit: 'cases',
        target: 0,
        ok: true,
        failed: 0,
        skipped: 1,
      },
      { passed: 1, failed: 1, skipped: 1 },
    ]);
  });

  test('replays one family or one case', async () => {
    const one = await conformance(['scheduler', at('bad'), '--only', 'hand-1']);
    expect(one.code).toBe(0);
    expect(one.out).toMatch(/^total +1 +0 +0$/m);
    const family = await conformance(['scheduler', at('bad'), '--only', 'hand']);
    expect(family.out).toMatch(/^total +1 +1 +0$/m);
  });

  test('finds manifests where --inputs says, or in the corpus', async () => {
    const withInputs = ['scheduler', at('bad'), '--only', 'sequences'];
    const inputs = await conformance([...withInputs, '--inputs', at('corpus/kubesbs')]);
    const corpus = await conformance(withInputs, { KUBECLOCK_CORPUS: at('corpus') });
    expect([inputs.code, corpus.code]).toEqual([0, 0]);
    expect(corpus.out).toBe(inputs.out);
    expect(inputs.out).toMatch(/^sequences +1 +0 +0$/m);
  });

  test.each([
    [['scheduler', 'nowhere'], 'nowhere is not a folder.'],
    [['kubelet', '.'], 'conformance kubelet: what can be replayed is scheduler.'],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await conformance(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('refuses a folder without recordings, and a selection of nothing', async () => {
    expect((await conformance(['scheduler', at('empty')])).err).toContain('holds no recordings.');
    const nothing = await conformance(['scheduler', at('good'), '--only', 'x']);
    expect(nothing).toMatchObject({ code: 2, out: '' });
    expect(nothing.err).toContain('holds nothing named "x".');
  });
});
