// The history of nodes as frames: what every node held at so many times, evenly spread over the
// samples. Page, plots and tables are made of them.
import type { RunResult } from '../metrics/run-result.js';

/** What all nodes held at one time; every array is as long as there are nodes. */
export interface NodeFrame {
  readonly timeUs: number;
  /** 0: not registered; 1: not ready; 2: ready. */
  readonly state: Uint8Array;
  readonly pods: Uint16Array;
  /** Requested of allocatable, whole percents. */
  readonly cpuPercent: Uint16Array;
  readonly memoryPercent: Uint16Array;
}

/** Largest figure that a frame holds. */
const mostUint16 = 65_535;

/**
 * At most `count` frames, the last sample among them; none without samples or nodes.
 * O(count × nodes + changes).
 */
export function nodeFrames(
  { nodeHistory, timeSeries }: Pick<RunResult, 'nodeHistory' | 'timeSeries'>,
  count: number,
): NodeFrame[] {
  const { timeUs } = timeSeries;
  const nodes = nodeHistory.names.length;
  if (nodes === 0 || timeUs.length === 0) return [];
  const frames: NodeFrame[] = [];
  let frame = emptyFrame(nodes);
  let change = 0;
  for (const sample of frameSamples(timeUs.length, count)) {
    frame = copyFrame(frame, timeUs[sample] as number);
    for (; (nodeHistory.sample[change] ?? sample + 1) <= sample; change++) {
      const node = nodeHistory.node[change] as number;
      frame.state[node] = nodeHistory.state[change] as number;
      frame.pods[node] = clamped(nodeHistory.pods[change]);
      frame.cpuPercent[node] = clamped(nodeHistory.cpuPercent[change]);
      frame.memoryPercent[node] = clamped(nodeHistory.memoryPercent[change]);
    }
    frames.push(frame);
  }
  return frames;
}

/** The last sample of each of `count` equal parts. */
function frameSamples(samples: number, count: number): number[] {
  const frames = Math.min(samples, count);
  return Array.from({ length: frames }, (_, i) => Math.ceil(((i + 1) * samples) / frames) - 1);
}

function emptyFrame(nodes: number): NodeFrame {
  return {
    timeUs: 0,
    state: new Uint8Array(nodes),
    pods: new Uint16Array(nodes),
    cpuPercent: new Uint16Array(nodes),
    memoryPercent: new Uint16Array(nodes),
  };
}

function copyFrame(frame: NodeFrame, timeUs: number): NodeFrame {
  return {
    timeUs,
    state: frame.state.slice(),
    pods: frame.pods.slice(),
    cpuPercent: frame.cpuPercent.slice(),
    memoryPercent: frame.memoryPercent.slice(),
  };
}

function clamped(value: number | undefined): number {
  return Math.max(0, Math.min(mostUint16, value ?? 0));
}
