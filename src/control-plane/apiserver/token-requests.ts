// Tokens of service accounts, by the subresource serviceaccounts/token: the account is read in the
// store, then the pod that the token is bound to, then the token is signed.
// Left out: accounts that do not exist; here every one is taken to be there.
// Source: Kubernetes v1.36 pkg/registry/core/serviceaccount/storage/token.go.
import { objectKey } from '../../client/api-request.js';
import type { EtcdResult } from '../../client/etcd-client.js';
import type { EventKind } from '../../kernel/simulation.js';
import { notFound, storageFailure } from './answers.js';
import { apiserverConstants } from './constants.js';
import type { StorageContext } from './storage-context.js';

export class TokenRequests {
  readonly #context: StorageContext;
  readonly #accountRead: EventKind;
  readonly #podRead: EventKind;

  constructor(context: StorageContext) {
    const { simulation, name, etcd, requests } = context;
    this.#context = context;
    this.#accountRead = simulation.defineEvent(`${name}.ServiceAccountRead`, (id, ticket) => {
      const result = etcd.result(ticket);
      if (requests.resume(id)) this.#afterAccount(id, result);
    });
    this.#podRead = simulation.defineEvent(`${name}.TokenPodRead`, (id, ticket) => {
      const result = etcd.result(ticket);
      if (requests.resume(id)) this.#afterPod(id, result);
    });
  }

  /** Issues a token. */
  handle(id: number): void {
    this.#read(id, this.#context.requests.key(id), this.#accountRead);
  }

  #read(id: number, key: string, read: EventKind): void {
    const { etcd, latencies } = this.#context;
    latencies.asked(id);
    etcd.read(key, read, id);
  }

  #afterAccount(id: number, { error }: EtcdResult): void {
    const { requests, latencies, reply } = this.#context;
    latencies.answered(id, 'serviceaccounts', 'get');
    if (error !== undefined) return reply(id, storageFailure(error));
    const { namespace, boundPod } = requests.call(id).request;
    if (boundPod === undefined) return this.#issue(id);
    this.#read(id, `pods/${objectKey(namespace, boundPod)}`, this.#podRead);
  }

  #afterPod(id: number, { current, error }: EtcdResult): void {
    const { requests, latencies, reply } = this.#context;
    latencies.answered(id, 'pods', 'get');
    if (error !== undefined) return reply(id, storageFailure(error));
    const { boundPod = '' } = requests.call(id).request;
    if (current === undefined) return reply(id, notFound('pods', boundPod));
    this.#issue(id);
  }

  #issue(id: number): void {
    const { tokenBytes: bytes, tokenSignCpuUs, garbageCollectionFactor } = apiserverConstants;
    const answer = { code: 201, reason: '', message: '', bytes };
    this.#context.reply(id, answer, tokenSignCpuUs * garbageCollectionFactor);
  }
}
