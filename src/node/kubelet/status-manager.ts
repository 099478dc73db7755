// Writes pod statuses, one pod at a time per node: GET, PATCH when there is news, and DELETE when a
// pod that was asked to go has been cleaned up. A pod that changes while it waits is written once,
// with its newest status.
// Source: Kubernetes v1.36 pkg/kubelet/status/status_manager.go (reference: nodes-controllers
// §1.15).

import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Pod, PodStatus } from '../../api/pod.js';
import type { ApiCall } from '../../client/api-call.js';
import { type ApiRequest, type ApiResponse, isSuccess } from '../../client/api-request.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { KubeletContext } from './kubelet-context.js';
import { clockOf, type NodeAgent } from './node-agent.js';
import type { PodRecord } from './pod-record.js';
import { isSameStatus, statusOf, withStatus } from './pod-status.js';
import { isStatic } from './static-pods.js';

export class StatusManager {
  readonly #context: KubeletContext;
  readonly #resynced: EventKind;

  constructor(context: KubeletContext) {
    this.#context = context;
    this.#resynced = context.simulation.defineEvent('kubelet.StatusResynced', (node) =>
      this.#resync(context.agents[node] as NodeAgent),
    );
  }

  /** Takes the status from the record and has it written when it says something new. */
  update(record: PodRecord): void {
    const status = statusOf(record, clockOf(record.agent, this.#context.simulation.now));
    if (isSameStatus(record.status, status)) return;
    record.status = status;
    record.statusVersion++;
    record.statusChangedUs = this.#context.simulation.now;
    if (this.#context.settings.skipStatuses) return this.queue(record);
    record.unwritten.push(status);
    this.#queue(record);
  }

  /** Writes a status again that has been written before. */
  rewrite(record: PodRecord): void {
    record.writtenVersion = -1;
    this.queue(record);
  }

  /** Has a pod looked at: for its status, or because it became deletable. */
  queue(record: PodRecord): void {
    if (record.statusesQueued === 0 && !record.isRemoved && !record.isBeingRead)
      this.#queue(record);
  }

  #queue(record: PodRecord): void {
    record.statusesQueued++;
    const { agent } = record;
    agent.statusQueue.push(record);
    if (!agent.isWritingStatus) this.#next(agent);
  }

  #next(agent: NodeAgent): void {
    if (agent.isStopped) return;
    const record = agent.statusQueue.shift();
    agent.isWritingStatus = record !== undefined;
    if (record === undefined) return;
    record.statusesQueued--;
    if (record.isRemoved || record.isDeleteSent) return this.#next(agent);
    const { namespace = '', name } = record.pod.metadata;
    record.isBeingRead = true; // what changes until the answer comes is written with it
    agent.client.send({ verb: 'get', resource: 'pods', namespace, name }, this.#got, record);
  }

  readonly #got = (call: ApiCall): void => {
    const record = call.context as PodRecord;
    const response = call.response as ApiResponse;
    record.isBeingRead = false;
    if (!isSuccess(response)) return this.#failed(record, response);
    const uid = isStatic(record.pod) ? record.mirrorUid : record.uid;
    if (response.object?.metadata.uid !== uid) return this.#next(record.agent);
    if (record.writtenVersion === record.statusVersion) return this.#finish(record);
    const status = record.unwritten.shift() ?? (record.status as PodStatus);
    record.writtenVersion = record.statusVersion - record.unwritten.length;
    const apply = (current: KubernetesObject): KubernetesObject =>
      withStatus(current as Pod, status);
    const patch = { bytes: this.#context.settings.statusPatchBytes, apply };
    const { namespace = '', name } = record.pod.metadata;
    record.agent.client.send(
      { verb: 'patch', resource: 'pods', subresource: 'status', namespace, name, patch },
      this.#patched,
      record,
    );
  };

  readonly #patched = (call: ApiCall): void => {
    const record = call.context as PodRecord;
    const response = call.response as ApiResponse;
    if (isSuccess(response)) {
      const { simulation, monitor } = this.#context;
      monitor?.statusSynced(simulation.now - record.statusChangedUs);
      return this.#finish(record);
    }
    record.writtenVersion = -1;
    this.#failed(record, response);
  };

  /** Deletes what may go, unless there is news to be written first. */
  #finish(record: PodRecord): void {
    const { agent, pod } = record;
    const hasNews = record.writtenVersion !== record.statusVersion;
    const isAskedToGo = pod.metadata.deletionTimestamp !== undefined;
    if (!record.isDeletable || !isAskedToGo || record.isDeleteSent || hasNews) {
      return this.#next(agent);
    }
    record.isDeleteSent = true;
    const { namespace = '', name } = pod.metadata;
    const request: ApiRequest = {
      verb: 'delete',
      resource: 'pods',
      namespace,
      name,
      gracePeriodSeconds: 0,
      uidPrecondition: record.uid,
    };
    agent.client.send(request, this.#deleted, record);
  }

  readonly #deleted = (call: ApiCall): void => {
    const record = call.context as PodRecord;
    const response = call.response as ApiResponse;
    if (isSuccess(response)) return this.#next(record.agent);
    record.isDeleteSent = false;
    this.#failed(record, response);
  };

  /** A pod that is gone needs no more; anything else is tried again by the periodic pass. */
  #failed(record: PodRecord, { code }: ApiResponse): void {
    if (code !== 404) {
      record.needsResync = true;
      const { simulation, settings } = this.#context;
      simulation.after(settings.statusResyncUs, this.#resynced, record.agent.index);
    }
    this.#next(record.agent);
  }

  #resync(agent: NodeAgent): void {
    for (const record of agent.pods.values()) {
      if (!record.needsResync) continue;
      record.needsResync = false;
      this.queue(record);
    }
  }
}
