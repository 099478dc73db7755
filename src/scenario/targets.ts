/**
 * How operations name objects: `Deployment/shop/frontend`, with the kind in any form that kubectl
 * takes (`deployment`, `deployments`, `deploy`).
 */

import { didYouMean } from '../api/did-you-mean.js';
import { type ResourceKind, resourceKinds } from '../api/resource-kinds.js';
import type { ObjectReference } from '../cluster/operation.js';
import type { TargetText } from './schema-operations.js';

const kindsByWord: ReadonlyMap<string, ResourceKind> = new Map(
  resourceKinds.flatMap((entry) =>
    [entry.kind.toLowerCase(), entry.resource, ...entry.shortNames].map(
      (word) => [word, entry] as const,
    ),
  ),
);

/** Why a target names nothing, with the kind that may have been meant. */
export interface TargetFault {
  readonly fault: string;
  readonly suggestion: string | undefined;
}

/** The object that a target names. */
export function resolveTarget(target: TargetText): ObjectReference | TargetFault {
  const { kind, namespace, name } = typeof target === 'string' ? split(target) : target;
  const entry = kindsByWord.get(kind.toLowerCase());
  if (entry === undefined) {
    const near = didYouMean(
      kind,
      resourceKinds.map((each) => each.kind),
    );
    return { fault: `"${kind}" is no kind that is simulated`, suggestion: near };
  }
  return {
    kind: entry.kind,
    namespace: entry.namespaced ? (namespace ?? 'default') : '',
    name,
  };
}

function split(text: string): { kind: string; namespace: string | undefined; name: string } {
  const [kind = '', second = '', third] = text.split('/');
  return third === undefined
    ? { kind, namespace: undefined, name: second }
    : { kind, namespace: second, name: third };
}

/** `Deployment/shop/frontend`, or `Node/node-0` for what has no namespace. */
export function formatTarget({ kind, namespace, name }: ObjectReference): string {
  return namespace === '' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}
