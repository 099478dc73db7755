// What a member of etcd refuses before Raft sees it: requests that are too large, puts into a
// database that has reached its quota, and everything while it applies too far behind its log.
// Source: etcd v3.6 server/etcdserver/v3_server.go, api/v3rpc/quota.go, storage/quota.go (reference:
// controlplane A1, A8).
import type { EtcdError } from '../../client/etcd-client.js';
import { etcdCosts, etcdSettings } from './constants.js';
import type { Member } from './member.js';
import { Request } from './request.js';

/** Why a member refuses a proposal; undefined: it does not. */
export function refusalOf(
  { bytes, type, transaction }: Request,
  { backend, raft, applier }: Pick<Member, 'backend' | 'raft' | 'applier'>,
  quotaBackendBytes: number,
): EtcdError | undefined {
  const { maxRequestBytes, applyGapLimit, quotaPerPutBytes } = etcdSettings;
  if (bytes > maxRequestBytes) return 'etcdserver: request is too large';
  const isPut = type === 'putBytes' || transaction?.value !== undefined;
  if (isPut && backend.fileBytes + quotaPerPutBytes + bytes > quotaBackendBytes) {
    return 'etcdserver: mvcc: database space exceeded';
  }
  const gap = raft.log.committed - applier.applied;
  return gap > applyGapLimit ? 'etcdserver: too many requests' : undefined;
}

/** The entry that raises the alarm NOSPACE of a member: no member takes puts from then on. */
export function alarmOf(member: number): Request {
  const alarm = new Request('alarm', undefined, 0, 0);
  alarm.subject = member;
  alarm.detail = 1;
  alarm.bytes = etcdCosts.walBytesPerEntry;
  return alarm;
}
