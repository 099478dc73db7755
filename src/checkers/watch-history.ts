// What every watcher reads: each change of what it watches exactly once and in the order of
// revisions, from the revision on that it asked for, also over watches that end and are opened
// again; a bookmark only when nothing before it is missing; never an older revision than before.
import type { KubernetesObject } from '../api/kubernetes-object.js';
import { resourceKinds } from '../api/resource-kinds.js';
import type { FieldEquality, WatcherAddress } from '../client/api-request.js';
import type { OpenedWatch } from '../client/observer.js';
import type { WatchEvent } from '../client/watch.js';
import { Checker } from './checker.js';

/** Revisions of the changes that a watcher of some scope has to see, ascending. */
interface Scope {
  readonly name: string;
  readonly revisions: number[];
  /** Nobody asked for the changes up to this one. */
  readonly sinceRevision: number;
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
  /** Of the next revision that it has to see. */
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
    scopes.all.revisions.push(revision);
    const { namespace = '', name } = object.metadata;
    if (scopes.byNamespace.size > 0) scopes.byNamespace.get(namespace)?.revisions.push(revision);
    if (scopes.byName.size > 0) scopes.byName.get(name)?.revisions.push(revision);
    if (scopes.byNode.size === 0) return;
    const node = nodeOf(object);
    const before = nodeOf(previous);
    scopes.byNode.get(node)?.revisions.push(revision);
    if (before !== node) scopes.byNode.get(before)?.revisions.push(revision);
  }

  override watchOpened({ address, afterRevision, additions, ...watch }: OpenedWatch): void {
    if (watch.namespace !== '' && watch.fieldSelector !== undefined) return;
    const scope = this.#scopeOf(watch.resource, watch.namespace, watch.fieldSelector);
    const key = keyOf(address);
    const before = this.#watchers.get(key)?.revision ?? 0;
    const isOnward = afterRevision >= before;
    this.expect(isOnward, () => `${scope.name} goes back from ${before} to ${afterRevision}`);
    let next = scope.revisions.length;
    while (next > 0 && (scope.revisions[next - 1] as number) > afterRevision) next--;
    this.#watchers.set(key, { scope, next, additions, revision: afterRevision });
  }

  override watchEventRead(address: WatcherAddress, event: WatchEvent): void {
    const watcher = this.#watchers.get(keyOf(address));
    if (watcher === undefined) return;
    const { name, revisions, sinceRevision } = watcher.scope;
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
    const expected = revisions[watcher.next];
    if (type === 'BOOKMARK') {
      const isWhole = expected === undefined || expected > revision;
      if (!isWhole) this.violated(`${name} has lost ${expected} before a bookmark of ${revision}`);
    } else if (revision > sinceRevision) {
      if (expected !== revision) this.violated(`${name} yields ${revision}, not ${expected}`);
      watcher.next = expected === revision ? watcher.next + 1 : revisions.lastIndexOf(revision) + 1;
    }
  }

  #scopesOf(resource: string): Scopes {
    let scopes = this.#scopes.get(resource);
    if (scopes === undefined) {
      const all = { name: `a watch of ${resource}`, revisions: [], sinceRevision: 0 };
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
      scope = { name: `a watch of ${text}`, revisions: [], sinceRevision: this.#revision };
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
