// SHA-256, for the hash by which a flow is dealt its queues: collisions of flows are those of the
// real user and namespace names.
// Source: FIPS 180-4, sections 5 and 6.2. Its constants are the fractions of the square and cube
// roots of the first primes; they are computed here in whole numbers.

/** The first `count` primes. */
function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) {
    if (found.every((prime) => n % prime !== 0)) found.push(n);
  }
  return found;
}

/** The largest whole number whose `power`-th power is at most n. */
function wholeRoot(n: bigint, power: 2 | 3): bigint {
  let low = 0n;
  let high = 1n << 40n;
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    const product = power === 2 ? middle * middle : middle * middle * middle;
    if (product <= n) low = middle;
    else high = middle - 1n;
  }
  return low;
}

/** The first 32 bits of the fraction of a root of n. */
function rootFraction(n: number, power: 2 | 3): number {
  return Number(wholeRoot(BigInt(n) << BigInt(32 * power), power) & 0xffffffffn);
}

const initial = Uint32Array.from(primes(8), (prime) => rootFraction(prime, 2));
const roundConstants = Uint32Array.from(primes(64), (prime) => rootFraction(prime, 3));

/** The bytes of a text in UTF-8; a lone surrogate becomes U+FFFD. */
function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0) as number;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) {
      bytes.push(code);
      continue;
    }
    const followers = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    const lead = [0xc0, 0xe0, 0xf0][followers - 1] as number;
    bytes.push(lead | (code >> (6 * followers)));
    for (let i = followers - 1; i >= 0; i--) bytes.push(0x80 | ((code >> (6 * i)) & 0x3f));
  }
  return bytes;
}

/** The message with its padding, as 32-bit words: a multiple of 16. */
function padded(bytes: readonly number[]): Uint32Array {
  const blocks = Math.ceil((bytes.length + 9) / 64);
  const words = new Uint32Array(blocks * 16);
  const put = (index: number, byte: number): void => {
    words[index >> 2] = (words[index >> 2] as number) | (byte << (24 - 8 * (index & 3)));
  };
  for (const [index, byte] of bytes.entries()) put(index, byte);
  put(bytes.length, 0x80);
  const bits = bytes.length * 8;
  words[words.length - 2] = Math.floor(bits / 4_294_967_296);
  words[words.length - 1] = bits % 4_294_967_296;
  return words;
}

const rotated = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

/** The message schedule of the block that begins at `start`. */
function schedule(words: Uint32Array, start: number): Uint32Array {
  const w = new Uint32Array(64);
  w.set(words.subarray(start, start + 16));
  for (let t = 16; t < 64; t++) {
    const early = w[t - 15] as number;
    const late = w[t - 2] as number;
    const s0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
    const s1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
    w[t] = (w[t - 16] as number) + s0 + (w[t - 7] as number) + s1;
  }
  return w;
}

function addBlock(state: Uint32Array, w: Uint32Array): void {
  let [a, b, c, d, e, f, g, h] = state as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let t = 0; t < 64; t++) {
    const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + s1 + choice + (roundConstants[t] as number) + (w[t] as number)) | 0;
    const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + s0 + majority) | 0;
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) {
    state[index] = (state[index] as number) + word;
  }
}

/** The digest of a text's UTF-8 bytes: eight words, the first is the leftmost. */
export function sha256(text: string): Uint32Array {
  const words = padded(utf8(text));
  const state = Uint32Array.from(initial);
  for (let start = 0; start < words.length; start += 16) addBlock(state, schedule(words, start));
  return state;
}
