// Which operations of a scenario could keep a heartbeat from being stored, so that those of a
// cluster with lazy heartbeats are sent while they last. What happens to one node, or to one
// process that is not an apiserver, is none: the heartbeats themselves tell who watches over it.
import type { LazyHeartbeats } from '../client/lazy-heartbeats.js';
import type { Operation } from './operation.js';

/** Tells lazy heartbeats what an operation that is about to be performed means to them. */
export function noteDisturbance(operation: Operation, heartbeats: LazyHeartbeats): void {
  switch (operation.op) {
    case 'partition':
      return heartbeats.disturb(operation.name, operation.durationUs);
    case 'nodeFault':
      if (operation.fault !== 'clockSkew') return;
      return heartbeats.disturb(operation.name, operation.durationUs);
    case 'etcdFault':
      return heartbeats.disturb(operation.name ?? operation.source, operation.durationUs);
    case 'restart':
      if (operation.component !== 'kube-apiserver') return;
      return heartbeats.disturb(operation.source, operation.downUs);
    case 'defrag':
    case 'compact':
    case 'disarm':
      return heartbeats.disturb(operation.source, 0);
    case 'heal':
      return heartbeats.end(operation.fault);
    default:
      return;
  }
}
