// The Services that select what carries certain labels, found by one of these labels: a namespace
// may have thousands of Services, and a pod one or two.

import { type LabelMatcher, labelRequirements, matcherOf } from '../../../api/label-selector.js';
import type { Labels } from '../../../api/object-meta.js';
import { type HasRequirements, SelectorBuckets } from '../../../api/selector-buckets.js';
import type { Service } from '../../../api/service.js';
import { keyOf } from '../../../client/api-request.js';

/** A Service with a selector. */
interface Selecting extends HasRequirements {
  service: Service;
  readonly matches: LabelMatcher;
}

/** Kept by whoever hears of Services. */
export class ServiceSelectors {
  readonly #byKey = new Map<string, Selecting>();
  readonly #byNamespace = new Map<string, SelectorBuckets<Selecting>>();

  /** A Service that is new or has changed. */
  set(service: Service): void {
    const key = keyOf(service);
    const selector = selectorOf(service);
    const known = this.#byKey.get(key);
    if (known !== undefined && selectorOf(known.service) === selector) {
      known.service = service;
      return;
    }
    this.delete(service);
    if (selector === undefined) return;
    const requirements = labelRequirements({ matchLabels: selector });
    const selecting = { service, requirements, matches: matcherOf(requirements) };
    this.#byKey.set(key, selecting);
    this.#buckets(service).add(selecting);
  }

  delete(service: Service): void {
    const known = this.#byKey.get(keyOf(service));
    if (known === undefined) return;
    this.#byKey.delete(keyOf(service));
    this.#buckets(service).remove(known);
  }

  /**
   * The Services of a namespace whose selector the labels satisfy, in no order that means anything.
   * Linear in those that agree with the labels in one of them.
   */
  selecting(namespace: string, labels: Labels | undefined): readonly Service[] {
    const buckets = this.#byNamespace.get(namespace);
    if (buckets === undefined) return noServices;
    const found: Service[] = [];
    for (const { matches, service } of buckets.candidates(labels)) {
      if (matches(labels)) found.push(service);
    }
    return found;
  }

  #buckets({ metadata: { namespace = '' } }: Service): SelectorBuckets<Selecting> {
    let buckets = this.#byNamespace.get(namespace);
    if (buckets === undefined) {
      buckets = new SelectorBuckets();
      this.#byNamespace.set(namespace, buckets);
    }
    return buckets;
  }
}

/** What a file has written of a Service may lack its spec. */
function selectorOf({ spec }: Service): Service['spec']['selector'] {
  return spec?.selector;
}

const noServices: readonly Service[] = [];
