// Shuffle sharding: each flow is dealt a small hand of queues, so that a flow that fills its queues
// rarely fills all queues of another.
// Source: Kubernetes v1.36 apiserver util/shufflesharding, util/flowcontrol/apf_controller.go
// hashFlowID (reference: controlplane B5).
import { sha256 } from './sha256.js';

/** The hash of a flow: the first eight bytes of a SHA-256 digest, the first one the lowest. */
export function flowHash(schema: string, distinguisher: string): bigint {
  const [first = 0, second = 0] = sha256(`${schema}\u0000${distinguisher}`);
  return (BigInt(reversed(second)) << 32n) | BigInt(reversed(first));
}

/** The word with its bytes in the other order. */
function reversed(word: number): number {
  const swapped =
    ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
  return swapped >>> 0;
}

/** Deals `handSize` different cards of a deck of `deckSize`: numbers from 0, in order of dealing. */
export function dealHand(hash: bigint, deckSize: number, handSize: number): readonly number[] {
  const remainders: number[] = [];
  let rest = hash;
  for (let dealt = 0; dealt < handSize; dealt++) {
    const left = BigInt(deckSize - dealt);
    remainders.push(Number(rest % left));
    rest /= left;
  }
  return remainders.map((remainder, dealt) => {
    let card = remainder;
    for (let earlier = dealt - 1; earlier >= 0; earlier--) {
      if (card >= (remainders[earlier] as number)) card++;
    }
    return card;
  });
}
