// What every watcher reads: each change of what it watches exactly once and in the order of
// revisions, from the revision on that it asked for, also over watches that end and are opened
// again; a bookmark only when nothing before it is missing; never an older revision than before.
// Left out: changes so far back that long runs would only be burdened with them.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { resourceKinds } from '../api/resource-kinds.js';
import type { FieldEquality, WatcherAddress } from '../client/api-request.js';
import type { OpenedWatch } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import { Checker } from './checker.js';

/** Changes of a scope that are remembered at least. */
const REMEMBERED = 65_536;

/** Revisions of the changes that a watcher of some scope has to see, ascending. */
class Scope {
  readonly name: string;
  revisions: number[] = [];
  /** Changes before the first of them. */
  forgotten = 0;
  /** Nobody asked for the changes up to this one, or they are forgotten. */
  sinceRevision: number;

  constructor(name: string, sinceRevision: number) {
    this.name = name;
    this.sinceRevision = sinceRevision;
  }

  /** Amortised O(1). */
  add(revision: number): void {
    this.revisions.push(revision);
    if (this.revisions.length < 2 * REMEMBERED) return;
    let cut = REMEMBERED;
    // Several changes may be of one revision: when a lease of Events runs out, all of them go.
    while (this.revisions[cut] === this.revisions[cut - 1]) cut++;
    this.sinceRevision = this.revisions[cut - 1] as number;
    this.revisions = this.revisions.slice(cut);
    this.forgotten += cut;
  }
}

/** The scopes of one resource that anybody has watched. */
interface Scopes {
  readonly all: Scope;
  readonly byNamespace: Map<string, Scope>;
  readonly byName: Map<string, Scope>;
  readonly byNode: Map<string, Scope>;
}

/** One watcher, over all its watches. */
interface Watcher {
  readonly scope: Scope;
  /** Number of the next change that it has to see, of all that its scope has had. */
  next: number;
  /** Additions that come before any change. */
  additions: number;
  /** What it has read so far. */
  revision: number;
}

const resourceByKind: ReadonlyMap<string, string> = new Map(
  resourceKinds.map(({ kind, resource }) => [kind, resource]),
);

export class WatchHistory extends Checker {
  readonly #scopes = new Map<string, Scopes>();
  /** By address. */
  readonly #watchers = new Map<number, Watcher>();
  /** Of the last change. */
  #revision = 0;

  override committed({ object, previous, revision }: WatchEvent): void {
    this.#revision = revision;
    const scopes = this.#scopesOf(resourceByKind.get(object.kind) ?? '');
    scopes.all.add(revision);
    const { namespace = '', name } = object.metadata;
    if (scopes.byNamespace.size > 0) scopes.byNamespace.get(namespace)?.add(revision);
    if (scopes.byName.size > 0) scopes.byName.get(name)?.add(revision);
    if (scopes.byNode.size === 0) return;
    const node = nodeOf(object);
    const before = nodeOf(previous);
    scopes.byNode.get(node)?.add(revision);
    if (before !== node) scopes.byNode.get(before)?.add(revision);
  }

  override watchOpened({ address, afterRevision, additions, ...watch }: OpenedWatch): void {
    if (watch.namespace !== '' && watch.fieldSelector !== undefined) return;
    const scope = this.#scopeOf(watch.resource, watch.namespace, watch.fieldSelector);
    const key = keyOf(address);
    const before = this.#watchers.get(key)?.revision ?? 0;
    const isOnward = afterRevision >= before;
    this.expect(isOnward, () => `${scope.name} goes back from ${before} to ${afterRevision}`);
    let place = scope.revisions.length;
    while (place > 0 && (scope.revisions[place - 1] as number) > afterRevision) place--;
    const next = scope.forgotten + place;
    this.#watchers.set(key, { scope, next, additions, revision: afterRevision });
  }

  override watchEventRead(address: WatcherAddress, event: WatchEvent): void {
    const watcher = this.#watchers.get(keyOf(address));
    if (watcher === undefined) return;
    const { name, revisions, forgotten, sinceRevision } = watcher.scope;
    const { type, revision } = event;
    if (watcher.additions > 0) {
      watcher.additions--;
      if (type !== 'ADDED') this.violated(`${name} begins with ${type} ${revision}`);
      return;
    }
    if (revision < watcher.revision) {
      this.violated(`${name} yields ${revision} after ${watcher.revision}`);
    }
    watcher.revision = revision;
    watcher.next = Math.max(watcher.next, forgotten);
    const expected = revisions[watcher.next - forgotten];
    if (type === 'BOOKMARK') {
      const isWhole = expected === undefined || expected > revision;
      if (!isWhole) this.violated(`${name} has lost ${expected} before a bookmark of ${revision}`);
    } else if (revision > sinceRevision) {
      if (expected !== revision) this.violated(`${name} yields ${revision}, not ${expected}`);
      const place =
        expected === revision ? watcher.next : forgotten + revisions.lastIndexOf(revision);
      watcher.next = place + 1;
    }
  }

  #scopesOf(resource: string): Scopes {
    let scopes = this.#scopes.get(resource);
    if (scopes === undefined) {
      const all = new Scope(`a watch of ${resource}`, 0);
      scopes = { all, byNamespace: new Map(), byName: new Map(), byNode: new Map() };
      this.#scopes.set(resource, scopes);
    }
    return scopes;
  }

  #scopeOf(resource: string, namespace: string, selector: FieldEquality | undefined): Scope {
    const { all, byNamespace, byName, byNode } = this.#scopesOf(resource);
    if (selector === undefined && namespace === '') return all;
    const byField = selector?.field === 'spec.nodeName' ? byNode : byName;
    const [scopes, key, text] =
      selector === undefined
        ? [byNamespace, namespace, `${resource} of ${namespace}`]
        : [byField, selector.value, `${resource} with ${selector.field}=${selector.value}`];
    let scope = scopes.get(key);
    if (scope === undefined) {
      scope = new Scope(`a watch of ${text}`, this.#revision);
      scopes.set(key, scope);
    }
    return scope;
  }
}

/** Targets are below it. */
const TARGETS = 4_294_967_296;

/** The address as one number. */
function keyOf({ kind, target }: WatcherAddress): number {
  return kind * TARGETS + target;
}

function nodeOf(object: KubernetesObject | undefined): string {
  return object?.kind === 'Pod' ? (object.spec.nodeName ?? '') : '';
}
