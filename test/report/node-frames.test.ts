import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base64, packFrames } from '../../src/report/html/node-map-data.js';
import { type NodeFrame, nodeFrames } from '../../src/report/node-frames.js';
import { fillingHistory, twoNodeHistory } from './node-histories.js';

const seconds = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => (i + 1) * 1_000_000);

const plain = (frame: NodeFrame | undefined) => ({
  timeUs: frame?.timeUs,
  state: [...(frame?.state ?? [])],
  pods: [...(frame?.pods ?? [])],
  cpuPercent: [...(frame?.cpuPercent ?? [])],
  memoryPercent: [...(frame?.memoryPercent ?? [])],
});

describe('nodeFrames', () => {
  const nodeHistory = twoNodeHistory();

  test('adds changes up, sample by sample', () => {
    const run = { nodeHistory, timeSeries: { timeUs: seconds(3), columns: [] } };
    expect(nodeFrames(run, 10).map(plain)).toEqual([
      { timeUs: 1e6, state: [2, 2], pods: [0, 3], cpuPercent: [0, 50], memoryPercent: [0, 25] },
      { timeUs: 2e6, state: [2, 1], pods: [2, 3], cpuPercent: [97, 50], memoryPercent: [10, 25] },
      { timeUs: 3e6, state: [2, 0], pods: [2, 0], cpuPercent: [97, 0], memoryPercent: [10, 0] },
    ]);
  });

  test('thinned frames show the last sample of their part, and the last of all', () => {
    const timeSeries = { timeUs: seconds(10), columns: [] };
    const history = fillingHistory(5, 10, 20);
    const all = nodeFrames({ nodeHistory: history, timeSeries }, 10).map(plain);
    const some = nodeFrames({ nodeHistory: history, timeSeries }, 4).map(plain);
    expect(some).toEqual([all[2], all[4], all[7], all[9]]);
  });

  test('are none without samples, and none without nodes', () => {
    const none = { timeUs: [], columns: [] };
    expect(nodeFrames({ nodeHistory, timeSeries: none }, 10)).toEqual([]);
    const timeSeries = { timeUs: seconds(3), columns: [] };
    expect(nodeFrames({ nodeHistory: fillingHistory(0, 3, 1), timeSeries }, 10)).toEqual([]);
  });

  test('bound figures that no cell could show', () => {
    const wild = { ...nodeHistory, pods: nodeHistory.pods.map(() => 1e9) };
    const run = { nodeHistory: wild, timeSeries: { timeUs: seconds(3), columns: [] } };
    expect(nodeFrames(run, 1)[0]?.pods[0]).toBe(65_535);
  });
});

/** What the page's script does, written anew. */
function unpack({ changes, ways, seconds: times }: ReturnType<typeof packFrames>, nodes: number) {
  const bytes = Buffer.from(changes, 'base64');
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const figures = Array.from({ length: nodes }, () => [0, 0, 0, 0]);
  const frames = times.map((time) => {
    let node = -1;
    for (let left = varint(); left > 0; left--) {
      node += varint();
      const [state = 0, ...added] = ways[varint()] ?? [];
      const figure = figures[node] ?? [];
      figure[0] = state;
      added.forEach((value, i) => {
        figure[i + 1] = (figure[i + 1] ?? 0) + value;
      });
    }
    return { time, figures: figures.map((figure) => [...figure]) };
  });
  expect(at).toBe(bytes.length);
  return frames;
}

describe('packFrames', () => {
  test('loses nothing, whatever the frames', () => {
    const figure = fc.integer({ min: 0, max: 65_535 });
    const cell = fc.tuple(fc.integer({ min: 0, max: 2 }), figure, figure, figure);
    const frames = fc.array(fc.array(cell, { minLength: 200, maxLength: 200 }), { maxLength: 4 });
    fc.assert(
      fc.property(frames, (cells) => {
        const made = cells.map((row, i) => ({
          timeUs: i * 500_000,
          state: Uint8Array.from(row, ([state]) => state),
          cpuPercent: Uint16Array.from(row, ([, cpu]) => cpu),
          memoryPercent: Uint16Array.from(row, ([, , memory]) => memory),
          pods: Uint16Array.from(row, ([, , , pods]) => pods),
        }));
        expect(unpack(packFrames(made), 200)).toEqual(
          cells.map((row, i) => ({ time: i / 2, figures: row })),
        );
      }),
      { numRuns: 20 },
    );
  });

  test('takes about two bytes a change when pods are alike', () => {
    const timeSeries = { timeUs: seconds(60), columns: [] };
    const nodeHistory = fillingHistory(500, 60, 30);
    const { changes } = packFrames(nodeFrames({ nodeHistory, timeSeries }, 60));
    expect((changes.length * 3) / 4 / nodeHistory.sample.length).toBeLessThan(2.2);
  });

  test('writes base64 as everybody does', () => {
    for (const length of [0, 1, 2, 3, 4, 255]) {
      const bytes = Array.from({ length }, (_, i) => (i * 7 + 250) & 255);
      expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    }
  });
});
