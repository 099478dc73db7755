// Which objects `kubectl get` is asked for: kinds by any of their names, `all`, several with commas,
// names behind them or as TYPE/NAME; and which of a cluster's objects those are.
// Source: Kubernetes v1.36 cli-runtime resource builder.
import { didYouMean } from '../../api/did-you-mean.js';
import { withGroup } from '../../api/group.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { matcherOf, parseLabelSelector, SelectorError } from '../../api/label-selector.js';
import { type ResourceKind, resourceKinds } from '../../api/resource-kinds.js';
import { ascending } from '../../stats/ascending.js';
import { allKinds, type ListedKind } from './listing.js';

/** What is asked for; goes from thread to thread. */
export interface ObjectQuery {
  readonly wanted: readonly WantedKind[];
  /** Of namespaced kinds; undefined: all. */
  readonly namespace: string | undefined;
  /** A label selector as text; '' selects everything. */
  readonly selector: string;
  /** `.metadata.creationTimestamp`: in this order instead of that of their keys. */
  readonly sortBy: string | undefined;
}

/** One kind, and the names of its objects; no names: all objects. */
export interface WantedKind {
  readonly kind: ResourceKind;
  readonly names: readonly string[];
}

/** What was found. */
export interface FoundObjects {
  /** In the order of the query. */
  readonly groups: readonly ListedKind[];
  /** Objects that were named and are not there: `deployments.apps "web"`. */
  readonly missing: readonly string[];
}

/** A query that cannot be read; the message says what to write instead. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

const kindsByWord: ReadonlyMap<string, ResourceKind> = new Map(
  resourceKinds.flatMap((each) => {
    const words = [each.resource, each.kind.toLowerCase(), ...each.shortNames];
    const all = [...words, ...words.map((word) => withGroup(word, each.apiVersion))];
    return all.map((word) => [word, each] as const);
  }),
);

function kindsOf(word: string): readonly ResourceKind[] {
  const lower = word.toLowerCase();
  if (lower === 'all') return allKinds;
  const kind = kindsByWord.get(lower);
  if (kind !== undefined) return [kind];
  const nearest = didYouMean(lower, [...kindsByWord.keys()]);
  const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  throw new QueryError(`the server doesn't have a resource type "${word}".${hint}`);
}

/**
 * Reads the arguments behind `get`.
 *
 * @throws QueryError for arguments that kubectl would not take either.
 */
export function wantedKinds(args: readonly string[]): readonly WantedKind[] {
  const [types = '', ...names] = args;
  if (types === '') throw new QueryError('Name what is to be shown, such as pods or deploy/web.');
  if (args.some((arg) => arg.includes('/'))) return args.map(typeAndName);
  const kinds = types.split(',').flatMap(kindsOf);
  return kinds.map((kind) => ({ kind, names }));
}

function typeAndName(arg: string): WantedKind {
  const [type = '', name = '', ...more] = arg.split('/');
  if (type === '' || name === '' || more.length > 0) {
    throw new QueryError(`"${arg}": beside TYPE/NAME every argument must be of that form.`);
  }
  const [kind, ...others] = kindsOf(type);
  if (kind === undefined || others.length > 0) {
    throw new QueryError(`"${arg}": name one type before the slash.`);
  }
  return { kind, names: [name] };
}

/** @throws QueryError for a selector that cannot be read. */
export function checkSelector(selector: string): void {
  try {
    parseLabelSelector(selector);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw new QueryError(`-l "${selector}": ${error.message}`);
  }
}

/** Finds what is asked for among all objects of a cluster. O(objects + found · log found). */
export function findObjects(
  objects: readonly KubernetesObject[],
  { wanted, namespace, selector, sortBy }: ObjectQuery,
): FoundObjects {
  const matches = matcherOf(parseLabelSelector(selector));
  const missing: string[] = [];
  const groups = wanted.map(({ kind, names }) => {
    const inScope = objects.filter(
      (object) =>
        object.kind === kind.kind &&
        (!kind.namespaced || namespace === undefined || object.metadata.namespace === namespace) &&
        matches(object.metadata.labels),
    );
    if (names.length === 0) return { kind, objects: inScope.sort(orderOf(sortBy)) };
    const found = names.flatMap((name) => {
      const alike = inScope.filter(({ metadata }) => metadata.name === name);
      if (alike.length === 0)
        missing.push(`${withGroup(kind.resource, kind.apiVersion)} "${name}"`);
      return alike;
    });
    return { kind, objects: found };
  });
  return { groups, missing };
}

type Order = (a: KubernetesObject, b: KubernetesObject) => number;

const byKey: Order = ({ metadata: a }, { metadata: b }) =>
  ascending(a.namespace ?? '', b.namespace ?? '') || ascending(a.name, b.name);

/** By a field, objects without it first; equal ones by their keys. */
function orderOf(path: string | undefined): Order {
  if (path === undefined) return byKey;
  const steps = path.replaceAll(/[{}]/g, '').split('.').filter(Boolean);
  const fieldOf = (object: KubernetesObject): string | number | undefined => {
    const value = steps.reduce<unknown>(
      (at, step) => (at as Readonly<Record<string, unknown>> | undefined)?.[step],
      object,
    );
    return typeof value === 'number' || typeof value === 'string' ? value : undefined;
  };
  return (a, b) => {
    const [left, right] = [fieldOf(a), fieldOf(b)];
    if (left === right) return byKey(a, b);
    if (left === undefined) return -1;
    return right === undefined ? 1 : ascending(left, right) || byKey(a, b);
  };
}
