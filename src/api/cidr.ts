// IPv4 networks such as 10.244.0.0/16 and the addresses in them, as numbers.
// Left out: IPv6.
import { assert } from '../kernel/assert.js';

/** A network: its first address as a number, and the bits of its mask (0 to 32). */
export interface Cidr {
  readonly first: number;
  readonly bits: number;
}

const pattern = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** Reads `10.244.0.0/16`; undefined for text that is no network, or whose address lies inside one. */
export function parseCidr(text: string): Cidr | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || bits > 32) return undefined;
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  return first % addressCount(bits) === 0 ? { first, bits } : undefined;
}

/** Like `parseCidr`, for text that is known to be a network. */
export function cidrOf(text: string): Cidr {
  const cidr = parseCidr(text);
  assert(cidr !== undefined, `"${text}" is no IPv4 network like 10.244.0.0/24`);
  return cidr;
}

/** `10.244.0.0/16`. */
export function formatCidr({ first, bits }: Cidr): string {
  return `${formatAddress(first)}/${bits}`;
}

/** Number of addresses in a network whose mask has so many bits. */
export function addressCount(bits: number): number {
  let count = 1;
  for (let bit = bits; bit < 32; bit++) count *= 2;
  return count;
}

/** `10.244.0.7` of its number. */
export function formatAddress(address: number): string {
  const [a, b, c, d] = [16_777_216, 65_536, 256, 1].map((unit) => Math.floor(address / unit) % 256);
  return `${a}.${b}.${c}.${d}`;
}

/** The number of `10.244.0.7`. */
export function addressOf(text: string): number {
  return cidrOf(`${text}/32`).first;
}

/** Whether a network lies within another. */
export function isWithin(inner: Cidr, outer: Cidr): boolean {
  const end = outer.first + addressCount(outer.bits);
  return inner.bits >= outer.bits && inner.first >= outer.first && inner.first < end;
}
