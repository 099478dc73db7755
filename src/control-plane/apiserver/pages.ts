// A list in parts: the token that says where the next part begins, and what a part holds.
// Source: Kubernetes v1.36 apiserver storage/continue.go; API concepts, "Retrieving large results
// sets in chunks" (reference: controlplane B10).
import { encodedBytes } from '../../api/encoded-size.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { type ApiRequest, type ApiResponse, keyOf } from '../../client/api-request.js';
import { selectionOf } from './selection.js';

/** State and first key (`namespace/name`) of the next part. */
export interface Continuation {
  readonly revision: number;
  readonly startKey: string;
}

function continueToken({ revision, startKey }: Continuation): string {
  return `${revision}:${startKey}`;
}

/** Undefined: it is no token. */
export function continuationOf(token: string): Continuation | undefined {
  const colon = token.indexOf(':');
  const revision = Number(token.slice(0, Math.max(0, colon)));
  if (colon < 1 || !Number.isSafeInteger(revision)) return undefined;
  return { revision, startKey: token.slice(colon + 1) };
}

/** The smallest key behind another. */
export function keyBehind(key: string): string {
  return `${key}\u0000`;
}

/** The answer with the first objects of a list, `remaining` of which are left for later. */
export function listOf(
  items: readonly KubernetesObject[],
  revision: number,
  request: ApiRequest,
  remaining: number,
): ApiResponse {
  const bytes = items.reduce((sum, item) => sum + encodedBytes(item), 0);
  const list = { code: 200, reason: '', message: '', bytes, items, revision };
  const last = items.at(-1);
  if (remaining === 0 || last === undefined) return list;
  const token = continueToken({ revision, startKey: keyBehind(keyOf(last)) });
  // With a selector the server cannot know how many there are without looking at all of them.
  const isCounted = selectionOf(request).field === undefined;
  return { ...list, continue: token, ...(isCounted && { remainingItemCount: remaining }) };
}

/** That part of all objects, in order, which a request with a limit asks for. */
export function partOf(
  objects: readonly KubernetesObject[],
  startKey: string,
  limit: number,
): { readonly items: readonly KubernetesObject[]; readonly remaining: number } {
  const rest = startKey === '' ? objects : objects.filter((each) => keyOf(each) >= startKey);
  if (limit === 0 || rest.length <= limit) return { items: rest, remaining: 0 };
  return { items: rest.slice(0, limit), remaining: rest.length - limit };
}
