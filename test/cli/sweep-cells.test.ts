// Cells of a sweep as they are loaded: what makes two of them the same, and what is wrong with one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownModel } from '../../src/cli/own-model.js';
import { CellLoader, measureNames } from '../../src/cli/sweep-cells.js';
import type { Model } from '../../src/experiment/check/model-file.js';
import { scenarioText } from '../scenario/memory-files.js';

let folder = '';
let file = '';
const swept = {
  policies: [],
  parameters: [{ name: 'seed', values: ['1', '2'], option: '-L' }],
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock-cells-'));
  file = join(folder, 'shop.yaml');
  writeFileSync(file, scenarioText('seed: 1\nnodePools: [{name: a, count: 1}]'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const model = (cost: string, version = '1'): Model => ({
  version,
  constants: new Map([['etcd.fsyncUs', cost]]),
});

async function digest(of: Model | undefined, value = '1'): Promise<string> {
  const loader = new CellLoader([file], {}, swept, of === undefined ? undefined : async () => of);
  const { planned } = await loader.load([value]);
  return 'digest' in planned ? planned.digest : planned.problem;
}

describe('the digest of a cell', () => {
  test('is that of its input: equal for the same values, another for others', async () => {
    const first = await digest(model('100 µs'));
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(await digest(model('100 µs'))).toBe(first);
    expect(await digest(model('100 µs'), '2')).not.toBe(first);
  });

  test('is another for a model of which one constant has changed, or its version', async () => {
    const [first, second, third] = [
      await digest(model('100 µs')),
      await digest(model('101 µs')),
      await digest(model('100 µs', '2')),
    ];
    expect(new Set([first, second, third]).size).toBe(3);
  });

  test('is by default that of the constants of this program', async () => {
    const own = await ownModel();
    expect(own.constants.size).toBeGreaterThan(100);
    expect(await digest(undefined)).toBe(await digest(own));
  });
});

describe('a cell', () => {
  test('that cannot be run has the first error for a digest, placed where it was typed', async () => {
    const parameters = [{ name: 'horizon', values: ['soon'], option: '--scan' }];
    const loader = new CellLoader([file], {}, { policies: [], parameters });
    const { planned, input, problems } = await loader.load(['soon']);
    expect(input).toBeUndefined();
    expect(planned).toMatchObject({ values: ['soon'] });
    expect('problem' in planned && planned.problem).toContain('spec.horizon');
    expect(problems.map((each) => [each.file, each.line])).toEqual([['--scan horizon', 1]]);
  });

  test('keeps the file that it was made of, and another file that has changed is not read', async () => {
    const loader = new CellLoader([file], {}, swept, async () => model('1'));
    const before = await loader.load(['1']);
    const text = scenarioText('seed: 1\nnodePools: [{name: a, count: 1}]');
    writeFileSync(file, text.replace('count: 1', 'count: 2'));
    const after = await loader.load(['1']);
    writeFileSync(file, text);
    expect(after.planned).toEqual(before.planned);
    expect([...loader.kept().files.values()]).toEqual([text]);
  });

  test('has a value for every measure', () => {
    expect(new Set(measureNames).size).toBe(measureNames.length);
  });
});
