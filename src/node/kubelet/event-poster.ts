// Events about pods, posted one after the other by each node. What client-go's recorder does with
// maps of messages follows here from the name of an Event: it is made of the pod, the container and
// the reason, so that a repetition is a PATCH that raises the count. Left out: combining similar
// Events. Source: reference nodes-controllers §0.3, controlplane C7.
import type { Event } from '../../api/event.js';
import { extended } from '../../api/extended.js';
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import { type ObjectReference, referenceTo } from '../../api/object-meta.js';
import type { ApiCall } from '../../client/api-call.js';
import type { ApiRequest, ApiResponse } from '../../client/api-request.js';
import { hexadecimal } from '../../stats/hexadecimal.js';
import type { KubeletContext } from './kubelet-context.js';
import { clockOf, type NodeAgent } from './node-agent.js';
import type { ContainerRecord, PodRecord } from './pod-record.js';

/** Reasons of the Events that a kubelet posts about pods. */
export type EventReason =
  | 'Pulling'
  | 'Pulled'
  | 'Created'
  | 'Started'
  | 'Killing'
  | 'BackOff'
  | 'Failed'
  | 'Unhealthy'
  | 'FailedCreatePodSandBox'
  | 'FailedMount'
  | 'NetworkNotReady'
  | 'Evicted'
  | 'Preempting';

/** Reasons of those about nodes. */
export type NodeEventReason =
  | 'EvictionThresholdMet'
  | 'FreeDiskSpaceFailed'
  | 'SystemOOM'
  | 'NodeHasInsufficientMemory'
  | 'NodeHasSufficientMemory'
  | 'NodeHasDiskPressure'
  | 'NodeHasNoDiskPressure'
  | 'NodeHasInsufficientPID'
  | 'NodeHasSufficientPID';

const warnings: ReadonlySet<EventReason> = new Set([
  'BackOff',
  'Failed',
  'Unhealthy',
  'FailedCreatePodSandBox',
  'FailedMount',
  'NetworkNotReady',
  'Evicted',
  'Preempting',
]);

const nodeWarnings: ReadonlySet<NodeEventReason> = new Set([
  'EvictionThresholdMet',
  'FreeDiskSpaceFailed',
  'SystemOOM',
]);

interface Posting {
  readonly event: Event;
  readonly isRepeated: boolean;
}

/** Messages are forgotten, all at once, when there are more. */
const MESSAGES_LIMIT = 1024;

/** Posts Events of all nodes. */
export class EventPoster {
  readonly #context: KubeletContext;
  /** By node; the first one is under way. */
  readonly #queues: Posting[][] = [];
  readonly #messages = new Map<string, string>();

  constructor(context: KubeletContext) {
    this.#context = context;
  }

  /**
   * Reports something about a container of a pod. `isRepeated`: an Event of this reason was posted
   * before.
   */
  record(
    record: PodRecord,
    container: ContainerRecord | undefined,
    reason: EventReason,
    message: string,
    isRepeated = false,
  ): void {
    const { settings } = this.#context;
    if (!settings.recordEvents || !this.#passesSpamFilter(record)) return;
    this.#enqueue(record.agent, this.#eventOf(record, container, reason, message), isRepeated);
  }

  /** Reports something about a node; Events with the same reason count as repetitions. */
  recordNode(agent: NodeAgent, reason: NodeEventReason, message: string): void {
    const { simulation, settings } = this.#context;
    if (!settings.recordEvents) return;
    const now = clockOf(agent, simulation.now);
    const { name } = agent.spec;
    const known = agent.nodeEvents.has(reason);
    agent.nodeEvents.add(reason);
    const event: Event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${agent.life}.${reason.toLowerCase()}`, namespace: 'default' },
      involvedObject: { kind: 'Node', name, uid: name },
      reason,
      message,
      type: nodeWarnings.has(reason) ? 'Warning' : 'Normal',
      source: agent.eventSource,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
    this.#enqueue(agent, event, known);
  }

  #enqueue({ index }: NodeAgent, event: Event, isRepeated: boolean): void {
    let queue = this.#queues[index];
    if (queue === undefined) {
      queue = [];
      this.#queues[index] = queue;
    }
    queue.push({ event, isRepeated });
    if (queue.length === 1) this.#post(index);
  }

  /** What a kubelet has not posted yet dies with it. */
  stop({ index }: NodeAgent): void {
    this.#queues[index] = [];
  }

  /** A burst for each pod, then one Event per interval; as a debt that time pays off. */
  #passesSpamFilter(record: PodRecord): boolean {
    const { simulation, settings } = this.#context;
    const intervalUs = settings.eventSpamIntervalUs;
    const debtUs = Math.max(record.eventDebtUs, simulation.now);
    if (debtUs - simulation.now > (settings.eventSpamBurst - 1) * intervalUs) return false;
    record.eventDebtUs = debtUs + intervalUs;
    return true;
  }

  #eventOf(
    record: PodRecord,
    container: ContainerRecord | undefined,
    reason: EventReason,
    message: string,
  ): Event {
    const now = clockOf(record.agent, this.#context.simulation.now);
    const { namespace = 'default', name } = record.pod.metadata;
    const part = container === undefined ? 'pod' : container.spec.name;
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name: `${name}.${hexadecimal(record.seenUs)}.${part}.${reason.toLowerCase()}`,
        namespace,
      },
      involvedObject: involvedObject(record, container),
      reason,
      message: this.#shared(message),
      type: warnings.has(reason) ? 'Warning' : 'Normal',
      source: record.agent.eventSource,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
  }

  /** The same text as before, where there was one: most containers are told the same of. */
  #shared(message: string): string {
    const known = this.#messages.get(message);
    if (known !== undefined) return known;
    if (this.#messages.size === MESSAGES_LIMIT) this.#messages.clear();
    this.#messages.set(message, message);
    return message;
  }

  #post(node: number): void {
    const { event, isRepeated } = (this.#queues[node] as Posting[])[0] as Posting;
    const { namespace = 'default', name } = event.metadata;
    const request: ApiRequest = isRepeated
      ? { verb: 'patch', resource: 'events', namespace, name, patch: this.#raise(event) }
      : { verb: 'create', resource: 'events', namespace, name, body: event };
    this.#context.agents[node]?.eventClient.send(request, this.#answered, node);
  }

  #raise({ message, lastTimestamp }: Event): NonNullable<ApiRequest['patch']> {
    const apply = (current: KubernetesObject): KubernetesObject => {
      const count = ((current as Event).count ?? 1) + 1;
      return { ...current, count, message, lastTimestamp } as Event;
    };
    return { bytes: this.#context.settings.eventPatchBytes, apply };
  }

  readonly #answered = (call: ApiCall): void => {
    const node = call.context as number;
    const queue = this.#queues[node] as Posting[];
    const { code } = call.response as ApiResponse;
    if (code === 404 && call.request.verb === 'patch') {
      queue[0] = { event: (queue[0] as Posting).event, isRepeated: false }; // it has expired
    } else {
      queue.shift();
    }
    if (queue.length > 0) this.#post(node);
  };
}

/** What Events of a container are about, or of a pod; those of one container share it. */
function involvedObject(
  { pod }: PodRecord,
  container: ContainerRecord | undefined,
): ObjectReference {
  if (container === undefined) return extended(referenceTo(pod), { fieldPath: 'spec' });
  const list = container.isInit ? 'initContainers' : 'containers';
  container.reference ??= extended(referenceTo(pod), {
    fieldPath: `spec.${list}{${container.spec.name}}`,
  });
  return container.reference;
}
