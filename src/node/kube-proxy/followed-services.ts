// What the rules of each proxy said about the Services that somebody connects to, as far back as
// somebody still asks. Nothing is kept while no Service is followed.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { SimTime } from '../../kernel/time.js';
import { ProgrammedHistory } from './programmed-history.js';
import { ServiceHistory, type ServiceVersion } from './service-history.js';
import { serviceKeyOf } from './service-map.js';

export class FollowedServices {
  /** By `namespace/name`. */
  readonly #histories = new Map<string, ServiceHistory>();
  readonly #programmed = new ProgrammedHistory();

  /** Keeps what the rules say about a Service, from now on. */
  follow(key: string): ServiceHistory {
    let history = this.#histories.get(key);
    if (history === undefined) {
      history = new ServiceHistory();
      this.#histories.set(key, history);
    }
    return history;
  }

  addProxy(): void {
    this.#programmed.addProxy();
  }

  /** A Service or slice has changed; the history that it belongs to, if it is followed. */
  apply(object: KubernetesObject, isDeleted: boolean): ServiceHistory | undefined {
    if (this.#histories.size === 0) return undefined;
    const history = this.#historyOf(object);
    history?.apply(object, isDeleted);
    return history;
  }

  /** What was listed at the start is the first entry. */
  recordAll(): void {
    for (const history of this.#histories.values()) history.record(0);
  }

  /** From then on a proxy has so many entries of the log in its rules. */
  programmed(member: number, at: SimTime, entries: number): void {
    if (this.#histories.size > 0) this.#programmed.add(member, at, entries);
  }

  versionAt(history: ServiceHistory, member: number, time: SimTime): ServiceVersion | undefined {
    return history.versionAt(this.#programmed.at(member, time));
  }

  /** Nobody asks for times before that any more, and no proxy is before `entry`. */
  forgetBefore(time: SimTime, entry: number): void {
    this.#programmed.forgetBefore(time);
    for (const history of this.#histories.values()) history.dropBefore(entry);
  }

  #historyOf(object: KubernetesObject): ServiceHistory | undefined {
    const { metadata, kind } = object;
    if (kind === 'Service') return this.#histories.get(`${metadata.namespace}/${metadata.name}`);
    const key = kind === 'EndpointSlice' ? serviceKeyOf(object) : undefined;
    return key === undefined ? undefined : this.#histories.get(key);
  }
}
