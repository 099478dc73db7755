// Which pod of a mix comes when: the kinds as they are listed, or shuffled as a deck of cards;
// where a load is asked for, then fewer of them or more, drawn from the mix with its proportions.
// Source: Q. Weng et al., "Beware of Fragmentation", USENIX ATC 2023, 6.1 (arrived load).
import { podRequests } from '../api/resource-requests.js';
import type { RandomStream } from '../kernel/random-stream.js';
import { quantityAmount } from './node-capacity.js';
import type { CreatePodMixOperation } from './operation.js';

/**
 * The kind of each pod, by its index in `kinds`, in the order of creation; with a load the longest
 * such list whose requests together are at most that part of `capacity`. Linear in the result.
 */
export function mixSequence(
  { kinds, isShuffled, load }: CreatePodMixOperation,
  capacity: number,
  random: RandomStream,
): readonly number[] {
  const deck = kinds.flatMap(({ count }, kind) => new Array<number>(count).fill(kind));
  if (isShuffled) shuffle(deck, random);
  if (load === undefined) return deck;
  const amounts = kinds.map(({ template }) =>
    quantityAmount(podRequests(template.spec), load.resource),
  );
  const most = load.ratio * capacity;
  const sequence: number[] = [];
  let sum = 0;
  for (;;) {
    const next = sequence.length;
    const again = isShuffled ? random.below(deck.length) : next % deck.length;
    const kind = deck[next < deck.length ? next : again] as number;
    sum += amounts[kind] as number;
    if (sum > most) return sequence;
    sequence.push(kind);
  }
}

/** Fisher and Yates: every order is as likely as any other. */
function shuffle(deck: number[], random: RandomStream): void {
  for (let i = deck.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const card = deck[i] as number;
    deck[i] = deck[j] as number;
    deck[j] = card;
  }
}
