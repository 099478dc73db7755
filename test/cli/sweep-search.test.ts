import { afterAll, describe, expect, test } from 'vitest';
import { SweepProgram } from './sweep-program.js';

const program = new SweepProgram();
const find = ['--find', 'max:nodePools[0].count=1:12', '--seeds', '2'];

afterAll(() => program.remove());

describe('a search', () => {
  test('finds the boundary and shows all that it has looked at', async () => {
    const { code, out } = await program.sweep('found', ...find, '--where', 'pod_startup_p99<50s');
    expect(code).toBe(0);
    expect(out).toContain('in all of 2 runs:\n  7 (8 does not hold)\n');
    const { search, cells } = JSON.parse(program.read('found', 'sweep.json'));
    expect(search.answers).toMatchObject([{ value: '7', failing: '8', monotone: true }]);
    const looked = cells.map(({ values }: { values: string[] }) => Number(values[0]));
    expect(looked).toEqual(looked.toSorted((a: number, b: number) => a - b));
  });

  test('made again comes to the same bytes without a run', async () => {
    const before = program.files('found');
    await program.sweep('found', ...find, '--where', 'pod_startup_p99<50s');
    expect(program.files('found')).toEqual(before);
  });

  test('is made for every combination of other parameters', async () => {
    const args = [...find, '-L', 'seed=1,1#long-seeds-wait', '--where', 'pod_startup_p99<36.3s'];
    const { out } = await program.sweep('each', ...args);
    expect(out).toContain('  seed=1: 6 (7 does not hold)\n  seed=1#long-seeds-wait: 5 (6 does');
  });

  test('of something that is not monotone says so', async () => {
    const { code, out } = await program.sweep('odd', ...find, '--where', 'pods_unscheduled==0');
    expect(code).toBe(0);
    expect(out).toMatch(
      / {2}4 \(5 does not hold\); NOT MONOTONE: [\d, ]*12 hold although 5 does not/,
    );
  });

  test('that finds nothing ends as a threshold that failed', async () => {
    const { code, out } = await program.sweep('none', ...find, '--where', 'pod_startup_p99<1ms');
    expect(code).toBe(3);
    expect(out).toContain('none of 1 to 12: 1 does not hold');
  });
});

test.each([
  [['--find', 'max:seed=1:5'], 'Say with --where when a value holds'],
  [['--where', 'pods_unscheduled==0'], '--where says when a value of --find holds'],
  [[...find, '--where', 'pods_unscheduled'], 'write MEASURE<VALUE'],
  [['--find', 'seed=1:5', '--where', 'nodes_in_use<1'], 'write max:path=from:to:step or min:'],
  [[...find, '--where', 'nodes_in_use<1', '--shard', '1/2'], 'it has no shards'],
  [[...find, '--find', 'min:seed=1:2'], '--find is given more than once'],
])('%j is refused: %s', async (words, message) => {
  const { code, err, out } = await program.sweep('refused', ...words);
  expect(err).toContain(message);
  expect({ code, out }).toEqual({ code: 2, out: '' });
});
