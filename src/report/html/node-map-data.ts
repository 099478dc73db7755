// Frames of nodes as few bytes, for the page's script to read. Every frame says which nodes changed
// since the one before, and how, as a number in a list of the distinct ways: pods of a workload ask
// for the same, so that a change takes two bytes.
import type { NodeFrame } from '../node-frames.js';

/** What the script needs beside the bytes. */
export interface PackedFrames {
  readonly seconds: readonly number[];
  /** Base64 of varints; see `packFrames`. */
  readonly changes: string;
  /** The distinct changes: state, then what is added to CPU, memory and pods. */
  readonly ways: readonly (readonly [number, number, number, number])[];
}

/**
 * Packs frames. Each is a count, and for so many nodes, in ascending order: how far it is from the
 * one before (from -1 in the beginning), and the number of the way in which it changed. Integers
 * are varints, seven bits a byte, the lowest first, as in Protocol Buffers. O(frames × nodes).
 */
export function packFrames(frames: readonly NodeFrame[]): PackedFrames {
  const ways: [number, number, number, number][] = [];
  const numbers = new Map<number, number>();
  const bytes: number[] = [];
  frames.forEach((frame, index) => {
    const before = frames[index - 1];
    const changed: number[] = [];
    let last = -1;
    let count = 0;
    for (let node = 0; node < frame.state.length; node++) {
      const way = wayOf(frame, before, node);
      if (way === undefined) continue;
      count++;
      changed.push(node - last);
      last = node;
      const key = wayKey(way);
      let number = numbers.get(key);
      if (number === undefined) {
        number = ways.length;
        numbers.set(key, number);
        ways.push(way);
      }
      changed.push(number);
    }
    pushVarint(bytes, count);
    for (const value of changed) pushVarint(bytes, value);
  });
  return {
    seconds: frames.map(({ timeUs }) => timeUs / 1_000_000),
    changes: base64(bytes),
    ways,
  };
}

function wayOf(
  frame: NodeFrame,
  before: NodeFrame | undefined,
  node: number,
): [number, number, number, number] | undefined {
  const added = (values: Uint16Array, earlier: Uint16Array | undefined): number =>
    (values[node] as number) - (earlier?.[node] ?? 0);
  const state = frame.state[node] as number;
  const cpu = added(frame.cpuPercent, before?.cpuPercent);
  const memory = added(frame.memoryPercent, before?.memoryPercent);
  const pods = added(frame.pods, before?.pods);
  if (state === (before?.state[node] ?? 0) && cpu === 0 && memory === 0 && pods === 0) {
    return undefined;
  }
  return [state, cpu, memory, pods];
}

/** One whole number for each way: the differences lie within ±65,535 (17 bits), the state in 2. */
function wayKey([state, cpu, memory, pods]: readonly number[]): number {
  // 3 × 17 + 2 bits are 53: just exact.
  return (
    ((signless(cpu) * 131_072 + signless(memory)) * 131_072 + signless(pods)) * 4 + (state ?? 0)
  );
}

function signless(value = 0): number {
  return value + 65_535;
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  bytes.push(rest);
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 as browsers read it; this layer has no library of the host for it. */
export function base64(bytes: readonly number[]): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = [bytes[i], bytes[i + 1], bytes[i + 2]];
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += digits.charAt(word >> 18) + digits.charAt((word >> 12) & 63);
    text += b === undefined ? '=' : digits.charAt((word >> 6) & 63);
    text += c === undefined ? '=' : digits.charAt(word & 63);
  }
  return text;
}
