// Where kubelets learn of their pods: each lists those bound to its node and follows them by a
// watch, which it opens again where it was when it ends.
// Source: Kubernetes v1.36 pkg/kubelet/config/apiserver.go, client-go tools/cache/reflector.go
// (reference: nodes-controllers §1.4).
import type { Pod } from '../../api/pod.js';
import type { ApiCall } from '../../client/api-call.js';
import { type ApiResponse, isSuccess, isWorthAnotherWatch } from '../../client/api-request.js';
import { clientConstants, watchEventCpuUs } from '../../client/constants.js';
import { watchTimeoutSeconds } from '../../client/reflector.js';
import type { WatchEvent, WatchStream } from '../../client/watch.js';
import type { EventKind } from '../../kernel/simulation.js';
import type { CpuHost } from '../../kernel/stations.js';
import type { SimTime } from '../../kernel/time.js';
import type { KubeletContext } from './kubelet-context.js';
import type { NodeAgent } from './node-agent.js';
import { noEvent } from './pod-record.js';

/** Who is told of pods. */
export interface PodListener {
  /** All pods of a node, as a list has them. */
  podsListed(agent: NodeAgent, pods: readonly Pod[]): void;
  podChanged(agent: NodeAgent, pod: Pod): void;
  podRemoved(agent: NodeAgent, uid: string): void;
}

export class PodSource {
  readonly #context: KubeletContext;
  readonly #listener: PodListener;
  readonly #host: CpuHost | undefined;
  readonly #watchArrived: EventKind;
  readonly #watchDecoded: EventKind = -1;
  readonly #listRetried: EventKind;

  /** `host`: the process in which all agents decode; absent where that takes no CPU time. */
  constructor(context: KubeletContext, listener: PodListener, host: CpuHost | undefined) {
    const { simulation, agents } = context;
    this.#context = context;
    this.#listener = listener;
    this.#host = host;
    this.#watchArrived = simulation.defineEvent('kubelet.PodWatchEventArrived', (node, _, now) =>
      this.#readWatch(agents[node] as NodeAgent, now),
    );
    if (host !== undefined) {
      this.#watchDecoded = simulation.defineEvent('kubelet.PodWatchEventDecoded', (node) => {
        const agent = agents[node] as NodeAgent;
        const event = agent.decoding.shift();
        if (event !== undefined) this.#follow(agent, event);
      });
    }
    this.#listRetried = simulation.defineEvent('kubelet.PodListRetried', (node) => {
      const agent = agents[node] as NodeAgent;
      agent.listEvent = noEvent;
      return agent.isWatchLost ? this.#openWatch(agent) : this.list(agent);
    });
  }

  /** Asks for the pods of a node and follows them from then on. */
  list(agent: NodeAgent): void {
    if (agent.isStopped) return;
    const fieldSelector = { field: 'spec.nodeName', value: agent.spec.name } as const;
    agent.client.send(
      {
        verb: 'list',
        resource: 'pods',
        namespace: '',
        name: '',
        resourceVersion: 0,
        fieldSelector,
      },
      this.#onListed,
      agent,
    );
  }

  /** The kubelet has ended: it asks for nothing any more. */
  stop(agent: NodeAgent): void {
    agent.watch?.close();
    agent.watch = undefined;
    if (agent.listEvent !== noEvent) this.#context.simulation.cancel(agent.listEvent);
    agent.listEvent = noEvent;
  }

  readonly #onListed = (call: ApiCall): void => {
    const agent = call.context as NodeAgent;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) return this.#listLater(agent);
    this.#listener.podsListed(agent, (response.items ?? []) as readonly Pod[]);
    agent.watchedRevision = response.revision ?? 0;
    this.#openWatch(agent);
  };

  /** Follows the pods from where the agent has got to. */
  #openWatch(agent: NodeAgent): void {
    agent.isWatchLost = false;
    if (agent.isStopped) return;
    const fieldSelector = { field: 'spec.nodeName', value: agent.spec.name } as const;
    const watcher = { kind: this.#watchArrived, target: agent.index };
    const { random } = this.#context.simulation;
    agent.watchTimeouts ??= random.stream(`${agent.name}/watch-timeout`);
    agent.client.send(
      {
        verb: 'watch',
        resource: 'pods',
        namespace: '',
        name: '',
        resourceVersion: agent.watchedRevision,
        allowWatchBookmarks: true,
        timeoutSeconds: watchTimeoutSeconds(agent.watchTimeouts),
        fieldSelector,
        watcher,
      },
      this.#onWatching,
      agent,
    );
  }

  readonly #onWatching = (call: ApiCall): void => {
    const agent = call.context as NodeAgent;
    const response = call.response as ApiResponse;
    if (!isSuccess(response)) {
      agent.isWatchLost = isWorthAnotherWatch(response);
      return this.#listLater(agent);
    }
    if (agent.isStopped) return (response.watch as WatchStream).close();
    agent.listBackoffUs = 0;
    agent.watch = response.watch as WatchStream;
    this.#readWatch(agent, this.#context.simulation.now);
  };

  #listLater(agent: NodeAgent): void {
    if (agent.isStopped) return;
    const { reflectorBackoffInitialUs, reflectorBackoffMaxUs } = clientConstants;
    const doubledUs = Math.min(2 * agent.listBackoffUs, reflectorBackoffMaxUs);
    agent.listBackoffUs = Math.max(reflectorBackoffInitialUs, doubledUs);
    const { simulation } = this.#context;
    agent.listEvent = simulation.after(agent.listBackoffUs, this.#listRetried, agent.index);
  }

  #readWatch(agent: NodeAgent, now: SimTime): void {
    const { watch } = agent;
    if (watch === undefined) return;
    for (let event = watch.next(now); event !== undefined; event = watch.next(now)) {
      agent.watchedRevision = event.revision;
      if (event.type === 'BOOKMARK') continue;
      if (this.#host === undefined) {
        this.#follow(agent, event);
      } else {
        agent.decoding.push(event);
        this.#host.run(watchEventCpuUs(event), this.#watchDecoded, agent.index);
      }
    }
    if (!watch.isEnded) return;
    agent.watch = undefined;
    this.#openWatch(agent);
  }

  #follow(agent: NodeAgent, event: WatchEvent): void {
    const pod = event.object as Pod;
    if (event.type === 'DELETED') this.#listener.podRemoved(agent, pod.metadata.uid ?? '');
    else this.#listener.podChanged(agent, pod);
  }
}
