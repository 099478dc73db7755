// What the members of a Raft group tell each other, under etcd's names.
// Source: etcd-io/raft v3.6 raftpb (reference: controlplane A2, A3).
import type { EntryData } from './entry-data.js';

/** One entry of the replicated log. `data` is undefined in the entry that begins a term. */
export interface Entry {
  readonly term: number;
  readonly index: number;
  /** As it takes up in the log and on the wire, with its overhead. */
  readonly bytes: number;
  readonly data: EntryData | undefined;
}

/** Kinds of messages; MsgHup, MsgBeat and the like are methods here. */
export type MessageType =
  | 'MsgApp'
  | 'MsgAppResp'
  | 'MsgHeartbeat'
  | 'MsgHeartbeatResp'
  | 'MsgPreVote'
  | 'MsgPreVoteResp'
  | 'MsgVote'
  | 'MsgVoteResp'
  | 'MsgProp'
  | 'MsgReadIndex'
  | 'MsgReadIndexResp'
  | 'MsgSnap'
  | 'MsgTimeoutNow';

/** One message. Fields that a type does not use are 0, false or empty. */
export interface Message {
  readonly type: MessageType;
  readonly from: number;
  readonly to: number;
  readonly term: number;
  /** MsgApp: index and term of the entry before `entries`; answers: the index they are about. */
  readonly index: number;
  readonly logTerm: number;
  readonly entries: readonly Entry[];
  /** Commit index that the receiver may take over. */
  readonly commit: number;
  readonly reject: boolean;
  /** Of a rejected MsgApp: where the logs may agree. */
  readonly rejectHint: number;
  /** Of reads: the asker's number; of votes: 1 in a leadership transfer. */
  readonly context: number;
}

/** Index and context of a read that the leader has confirmed. */
export interface ReadState {
  readonly index: number;
  readonly context: number;
}

export const NO_ENTRIES: readonly Entry[] = [];

/** Bytes of a message on the wire: its entries and the overhead of one message. */
export function messageBytes(message: Message): number {
  let bytes = 64;
  for (const entry of message.entries) bytes += entry.bytes;
  return bytes;
}
