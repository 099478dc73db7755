// Static pods: a kubelet runs them from files on its node, with or without an API server, and shows
// each by a mirror pod that it creates in the API. Deleting the mirror does not touch the pod: the
// kubelet removes what is left of it and makes another.
// Left out: files that change during a run, the owner reference of a mirror to its Node.
// Source: Kubernetes v1.36 pkg/kubelet/config/common.go, pkg/kubelet/pod/mirror_client.go
// (reference: nodes-controllers §1.17).
import type { Pod } from '../../api/pod.js';
import type { ApiCall } from '../../client/api-call.js';
import { type ApiResponse, isSuccess } from '../../client/api-request.js';
import type { EventKind } from '../../kernel/simulation.js';
import { kindHash } from '../../kernel/trace-hash.js';
import type { KubeletContext } from './kubelet-context.js';
import type { NodeAgent } from './node-agent.js';
import type { PodRecord } from './pod-record.js';

/** On the mirror of a static pod: the hash of the manifest. */
const mirrorAnnotation = 'kubernetes.io/config.mirror';
const hashAnnotation = 'kubernetes.io/config.hash';
const sourceAnnotation = 'kubernetes.io/config.source';

/** Whether an object of the API stands for a static pod. */
export function isMirror({ metadata }: Pod): boolean {
  return metadata.annotations?.[mirrorAnnotation] !== undefined;
}

/** Whether a pod comes from a file on its node. */
export function isStatic({ metadata }: Pod): boolean {
  return metadata.annotations?.[sourceAnnotation] === 'file';
}

/** The pod that a kubelet makes of a manifest: named after its node, known by its hash. */
export function staticPod(manifest: Pod, node: string): Pod {
  const { metadata, spec } = manifest;
  const uid = hashOf(JSON.stringify(manifest), node);
  return {
    ...manifest,
    metadata: {
      ...metadata,
      name: `${metadata.name}-${node}`,
      namespace: metadata.namespace ?? 'default',
      uid,
      annotations: { ...metadata.annotations, [hashAnnotation]: uid, [sourceAnnotation]: 'file' },
    },
    spec: {
      ...spec,
      nodeName: node,
      tolerations: [...(spec.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' }],
    },
    status: {},
  };
}

/** 32 hexadecimal digits, as an MD5 sum has. */
function hashOf(manifest: string, node: string): string {
  const parts = ['a', 'b', 'c', 'd'].map((salt) => kindHash(`${salt}${manifest}/${node}`) >>> 0);
  return parts.map((part) => part.toString(16).padStart(8, '0')).join('');
}

/** What it works with. */
export interface StaticPodParts {
  /** A mirror is there: the status of its pod may be written. */
  readonly mirrored: (record: PodRecord) => void;
}

export class StaticPods {
  readonly #context: KubeletContext;
  readonly #parts: StaticPodParts;
  readonly #retried: EventKind;

  constructor(context: KubeletContext, parts: StaticPodParts) {
    this.#context = context;
    this.#parts = parts;
    this.#retried = context.simulation.defineEvent('kubelet.MirrorPodRetried', (node) =>
      this.mirrorAll(context.agents[node] as NodeAgent),
    );
  }

  /** Has a mirror made of every static pod of a node that has none. */
  mirrorAll(agent: NodeAgent): void {
    if (agent.isStopped) return;
    for (const record of agent.pods.values()) if (isStatic(record.pod)) this.#mirror(record);
  }

  /** A mirror as the API has it now. */
  changed(agent: NodeAgent, mirror: Pod): void {
    const hash = mirror.metadata.annotations?.[mirrorAnnotation] ?? '';
    const record = agent.pods.get(hash);
    const { uid = '', deletionTimestamp } = mirror.metadata;
    if (record === undefined || deletionTimestamp !== undefined) return this.#remove(agent, mirror);
    if (record.mirrorUid === uid) return;
    agent.mirrors.set(uid, record);
    record.mirrorUid = uid;
    this.#parts.mirrored(record);
  }

  /** A mirror is gone: another takes its place. False when it was none. */
  removed(agent: NodeAgent, uid: string): boolean {
    const record = agent.mirrors.get(uid);
    if (record === undefined) return false;
    agent.mirrors.delete(uid);
    record.mirrorUid = undefined;
    this.#mirror(record);
    return true;
  }

  #mirror(record: PodRecord): void {
    if (record.mirrorUid !== undefined || record.isBeingMirrored) return;
    record.isBeingMirrored = true;
    const { metadata, ...rest } = record.pod;
    const { uid, ...own } = metadata;
    const annotations = { ...metadata.annotations, [mirrorAnnotation]: record.uid };
    const { namespace = 'default', name } = metadata;
    const body: Pod = { ...rest, metadata: { ...own, annotations } };
    record.agent.client.send(
      { verb: 'create', resource: 'pods', namespace, name, body },
      this.#answered,
      record,
    );
  }

  readonly #answered = (call: ApiCall): void => {
    const record = call.context as PodRecord;
    const response = call.response as ApiResponse;
    record.isBeingMirrored = false;
    if (isSuccess(response)) return this.changed(record.agent, response.object as Pod);
    const { simulation, settings } = this.#context;
    simulation.after(settings.syncBackoffUs, this.#retried, record.agent.index);
  };

  /** Removes a mirror at once: it is to go, or what it stands for is no more. */
  #remove(agent: NodeAgent, { metadata }: Pod): void {
    const { namespace = '', name, uid } = metadata;
    agent.client.send(
      {
        verb: 'delete',
        resource: 'pods',
        namespace,
        name,
        gracePeriodSeconds: 0,
        ...(uid !== undefined && { uidPrecondition: uid }),
      },
      () => {},
    );
  }
}
