// The registry's part in a creation: names and UIDs. The n-th name of a prefix depends on seed,
// prefix and n alone, so that two policies that create the same pods in another order give them the
// same names, and so the same UIDs. Source of prefix length and alphabet: Kubernetes v1.36
// apiserver storage/names, apimachinery util/rand. Upstream draws suffixes at random and tries
// again on a collision; here those of a prefix run through all suffixes without a repeat.
import type { ObjectMeta } from '../../api/object-meta.js';
import type { RandomRoot } from '../../kernel/random-stream.js';
import type { SimTime } from '../../kernel/time.js';
import { hex16Bits, hex32Bits } from '../../stats/hexadecimal.js';
import { ServiceAddresses } from './service-addresses.js';
import { storedMetadata } from './stored-parts.js';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
/** 27^5. */
const SUFFIX_COUNT = 14_348_907;
/** A generated name has 63 characters at most. */
const MAX_PREFIX_LENGTH = 63 - SUFFIX_LENGTH;

/** The walk of one prefix through all suffixes: `next` grows by `step` modulo their number. */
interface Walk {
  next: number;
  readonly step: number;
}

/** Gives names and UIDs. One a cluster, whatever the number of apiservers. */
export class IdentityGenerator {
  /** Those of Services. */
  readonly addresses: ServiceAddresses;
  readonly #random: RandomRoot;
  readonly #walks = new Map<string, Walk>();
  readonly #incarnations = new Map<string, number>();

  constructor(random: RandomRoot) {
    this.#random = random;
    this.addresses = new ServiceAddresses(random);
  }

  /**
   * Metadata as stored at creation: name, uid, creation time, generation 1. `requested`: the
   * namespace of the request, for metadata that names none; '': none either.
   */
  fill(metadata: ObjectMeta, requested: string, resource: string, now: SimTime): ObjectMeta {
    const { namespace = requested, generateName = '' } = metadata;
    const scope = `${resource}/${namespace}`;
    const name = metadata.name || this.#nameFor(scope, generateName);
    const uid = this.#uidFor(`${scope}/${name}`, now);
    const server = {
      name,
      namespace: metadata.namespace ?? (requested === '' ? undefined : requested),
      uid,
      resourceVersion: 0,
      creationTimestamp: now,
      deletionTimestamp: metadata.deletionTimestamp,
      deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds,
    };
    return storedMetadata(server, metadata, 1);
  }

  #nameFor(scope: string, generateName: string): string {
    const prefix = generateName.slice(0, MAX_PREFIX_LENGTH);
    const key = `${scope}/${prefix}`;
    let walk = this.#walks.get(key);
    if (walk === undefined) {
      walk = this.#walkFor(key);
      this.#walks.set(key, walk);
    }
    let suffix = '';
    let rest = walk.next;
    for (let i = 0; i < SUFFIX_LENGTH; i++) {
      suffix += ALPHABET[rest % ALPHABET.length];
      rest = Math.floor(rest / ALPHABET.length);
    }
    walk.next = (walk.next + walk.step) % SUFFIX_COUNT;
    return prefix + suffix;
  }

  /** A step that shares no factor with 3^15 leads through every suffix before it repeats one. */
  #walkFor(key: string): Walk {
    const stream = this.#random.stream(`apiserver/generate-name/${key}`);
    const step = 3 * stream.below(SUFFIX_COUNT / 3) + 1 + stream.below(2);
    return { next: stream.below(SUFFIX_COUNT), step };
  }

  #uidFor(key: string, now: SimTime): string {
    // An Event that has expired may be posted again under its name, but not at the same time: to
    // remember all names of Events would only cost memory.
    const isEvent = key.startsWith('events/');
    const incarnation = isEvent ? now : (this.#incarnations.get(key) ?? 0) + 1;
    if (!isEvent) this.#incarnations.set(key, incarnation);
    const stream = this.#random.stream(`apiserver/uid/${key}/${incarnation}`);
    const hex4 = (): string => hex16Bits(stream.below(65_536));
    const hex8 = (): string => hex32Bits(stream.below(4_294_967_296));
    return `${hex8()}-${hex4()}-4${hex4().slice(1)}-a${hex4().slice(1)}-${hex8()}${hex4()}`;
  }
}
