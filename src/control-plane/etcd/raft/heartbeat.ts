// Heartbeats: they keep followers quiet, tell them the commit index, and confirm reads.
// Source: etcd-io/raft v3.6 raft.go sendHeartbeat, handleHeartbeat (reference: controlplane A2,
// A7).
import type { Message } from './message.js';
import type { Progress } from './progress.js';
import type { RaftCore } from './raft-core.js';

/** MsgHeartbeat at a follower. */
export function handleHeartbeat(core: RaftCore, { from, commit, context }: Message): void {
  core.log.committed = Math.max(core.log.committed, Math.min(commit, core.log.lastIndex));
  core.send('MsgHeartbeatResp', from, { context });
}

/** Heartbeats to all followers; `context` asks them to confirm reads. */
export function sendHeartbeats(core: RaftCore, context: number): void {
  for (let to = 0; to < core.options.members; to++) {
    if (to === core.id) continue;
    // Only what the follower is known to have may be committed there.
    const commit = Math.min((core.progress[to] as Progress).match, core.log.committed);
    core.send('MsgHeartbeat', to, { commit, context });
  }
}
