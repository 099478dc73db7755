// What is in the store before a scenario begins: the cluster has been up for a while, its nodes are
// registered and Ready, the namespaces and classes that every cluster has are there.
// Source: Kubernetes v1.36 pkg/controlplane, kubeadm defaults.
import { extended } from '../api/extended.js';
import type { FlowSchema } from '../api/flow-control.js';
import {
  mandatoryFlowSchemas,
  mandatoryPriorityLevels,
  suggestedFlowSchemas,
  suggestedPriorityLevels,
} from '../api/flow-control-bootstrap.js';
import type { KubernetesObject } from '../api/kubernetes-object.js';
import type { ObjectMeta } from '../api/object-meta.js';
import { danglingCondition } from '../control-plane/apiserver/flow-control/flow-configuration.js';
import {
  defaultServiceAccount,
  rootCertificate,
} from '../control-plane/controller-manager/namespace/namespace-defaults-controller.js';
import type { RandomRoot } from '../kernel/random-stream.js';

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Names and values of the PriorityClasses that the API server creates. */
const PRIORITY_CLASSES = [
  ['system-cluster-critical', 2_000_000_000],
  ['system-node-critical', 2_000_001_000],
] as const;

/** The given objects as stored before the run, after those of every cluster. */
export function bootstrapObjects(
  random: RandomRoot,
  own: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  const ownKeys = new Set(own.map(identityOf));
  const standard: KubernetesObject[] = [
    ...NAMESPACES.map(
      (name): KubernetesObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
    ),
    ...NAMESPACES.flatMap((namespace): KubernetesObject[] =>
      [defaultServiceAccount, rootCertificate].map((object) => ({
        ...object,
        metadata: { ...object.metadata, namespace },
      })),
    ),
    ...PRIORITY_CLASSES.map(
      ([name, value]): KubernetesObject => ({
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name },
        value,
      }),
    ),
    ...flowControlObjects(),
  ];
  const missing = standard.filter((object) => !ownKeys.has(identityOf(object)));
  return [...missing, ...own].map((object) => {
    const metadata: ObjectMeta = extended(object.metadata, {
      uid: object.metadata.uid ?? uidOf(random, object),
      creationTimestamp: 0,
      generation: 1,
    });
    return { ...object, metadata } as KubernetesObject;
  });
}

/**
 * The FlowSchemas and priority levels that every API server keeps, the schemas with the condition
 * that it has given them.
 */
export function flowControlObjects(): readonly KubernetesObject[] {
  const levels = [...mandatoryPriorityLevels, ...suggestedPriorityLevels];
  const schemas = [...mandatoryFlowSchemas, ...suggestedFlowSchemas].map((schema): FlowSchema => {
    const condition = danglingCondition(schema, levels, 0);
    return { ...schema, status: { conditions: condition === undefined ? [] : [condition] } };
  });
  return [...levels, ...schemas];
}

function identityOf({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

function uidOf(random: RandomRoot, object: KubernetesObject): string {
  const stream = random.stream(`bootstrap/uid/${identityOf(object)}`);
  const word = (): string => stream.below(4_294_967_296).toString(16).padStart(8, '0');
  const [a, b, c, d] = [word(), word(), word(), word()];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${d}`;
}
