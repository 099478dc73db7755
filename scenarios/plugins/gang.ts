// Gang scheduling, also called coscheduling: the pods of a group are bound together or not at all.
// A pod that has got a node waits at Permit until enough of its group have one; when one of them
// fits nowhere, or the time is over, all give back what they hold.
//
// The group is written on the pods, with the labels of the scheduler-plugins project:
//
//     pod-group.scheduling.sigs.k8s.io/name: training-1
//     pod-group.scheduling.sigs.k8s.io/min-available: "4"
//
// Runs at: QueueSort, PreFilter, PostFilter, Reserve, Permit. Arguments: timeoutSeconds (default
// 30). Left out: PodGroup objects, and finding out beforehand whether the whole group can fit.

import {
  clusterEvent,
  type KubernetesObject,
  type NamedPluginFactory,
  type PermitPlugin,
  type Pod,
  type PostFilterPlugin,
  type PreFilterPlugin,
  type QueueingHint,
  type QueueSortKey,
  type QueueSortPlugin,
  type ReservePlugin,
  type SimTime,
  seconds,
  status,
} from 'kubeclock';

const name = 'Gang';
const nameLabel = 'pod-group.scheduling.sigs.k8s.io/name';
const minLabel = 'pod-group.scheduling.sigs.k8s.io/min-available';

/** One group, from the first of its pods on. */
interface Group {
  readonly minAvailable: number;
  /** When its first pod came to the scheduler: groups take turns in this order. */
  readonly sinceUs: SimTime;
  /** Pods that have a node, and since when, by uid, until they are deleted. */
  readonly placed: Map<string, { readonly pod: Pod; readonly sinceUs: SimTime }>;
  /** Tried in vain: no attempt before this time, unless something has changed. */
  retryUs: SimTime;
  /** When it last gave back what it had held until its time was over; -1 for never. */
  timedOutUs: SimTime;
}

export const Gang = {
  name,
  create: (args, handle) => {
    const { timeoutSeconds = 30 } = (args ?? {}) as { timeoutSeconds?: number };
    const timeoutUs = seconds(timeoutSeconds);
    // State that lives longer than a cycle: a factory makes it anew for every run.
    const groups = new Map<string, Group>();

    const groupOf = ({ metadata }: Pod, sinceUs = handle.now()): Group | undefined => {
      const label = metadata.labels?.[nameLabel];
      if (label === undefined) return undefined;
      const key = `${metadata.namespace}/${label}`;
      let group = groups.get(key);
      if (group === undefined) {
        const minAvailable = Number(metadata.labels?.[minLabel] ?? 1);
        group = { minAvailable, sinceUs, placed: new Map(), retryUs: 0, timedOutUs: -1 };
        groups.set(key, group);
      }
      return group;
    };

    const currently = ({ metadata }: Pod): Pod | undefined =>
      handle.listers.pod(metadata.namespace ?? '', metadata.name);

    /** How many of a group have a node, those that have been deleted since not counted. */
    const placedCount = ({ placed }: Group): number => {
      for (const [uid, { pod }] of placed) {
        if (currently(pod)?.metadata.uid !== uid) placed.delete(uid);
      }
      return placed.size;
    };

    const waitingOf = (group: Group) =>
      handle.waitingPods().filter(({ info }) => groupOf(info.pod) === group);

    /** All or none: what the others of the group hold is given back. */
    const giveUp = (group: Group, message: string): void => {
      if (placedCount(group) >= group.minAvailable) return;
      group.retryUs = handle.now() + timeoutUs;
      for (const waiting of waitingOf(group)) waiting.reject(name, message);
    };

    const turnOf = ({ info, timestampUs }: QueueSortKey): SimTime =>
      groupOf(info.pod, timestampUs)?.sinceUs ?? timestampUs;

    /**
     * Room is news, but not room that a group has given back because it was too little: groups
     * would wake each other for ever.
     */
    const hint = (pod: Pod, before: KubernetesObject | undefined): QueueingHint => {
      const group = groupOf(pod);
      const current = before?.kind === 'Pod' ? currently(before) : undefined;
      const isGivenBack = current !== undefined && (current.spec.nodeName ?? '') === '';
      if (isGivenBack) {
        const owner = groupOf(current);
        if (owner === group || owner?.timedOutUs !== handle.now()) return 'QueueSkip';
      }
      if (group !== undefined) group.retryUs = 0;
      return 'Queue';
    };

    return {
      name,

      /** By priority, then by group, so that two groups do not each hold half of the room. */
      less(a, b) {
        if (a.info.priority !== b.info.priority) return a.info.priority > b.info.priority;
        const [turnA, turnB] = [turnOf(a), turnOf(b)];
        return turnA === turnB ? a.timestampUs < b.timestampUs : turnA < turnB;
      },

      preFilter(_state, { pod }) {
        if ((groupOf(pod)?.retryUs ?? 0) <= handle.now()) return {};
        const text = 'the group of the pod does not fit as a whole';
        return { status: status('UnschedulableAndUnresolvable', text) };
      },

      postFilter(_state, { pod, key }) {
        const group = groupOf(pod);
        if (group !== undefined && group.retryUs <= handle.now()) {
          giveUp(group, `${key} of the same group fits nowhere`);
        }
        return { status: status('Unschedulable') };
      },

      reserve(_state, { pod, uid }) {
        groupOf(pod)?.placed.set(uid, { pod, sinceUs: handle.now() });
        return undefined;
      },

      unreserve(_state, { pod, uid, key }) {
        const group = groupOf(pod);
        if (group === undefined) return;
        const { sinceUs = handle.now() } = group.placed.get(uid) ?? {};
        if (handle.now() - sinceUs >= timeoutUs) group.timedOutUs = handle.now();
        group.placed.delete(uid);
        giveUp(group, `${key} of the same group has lost its node`);
      },

      permit(_state, { pod }) {
        const group = groupOf(pod);
        if (group === undefined) return { status: undefined };
        const count = placedCount(group);
        if (count < group.minAvailable) {
          const text = `${count} of ${group.minAvailable} pods of the group have a node`;
          return { status: status('Wait', text), timeoutUs };
        }
        for (const waiting of waitingOf(group)) waiting.allow(name);
        return { status: undefined };
      },

      eventsToRegister: () => [
        { event: clusterEvent('AssignedPod', 'Delete'), hint },
        { event: clusterEvent('Node', 'Add', 'UpdateNodeAllocatable'), hint },
      ],
    } satisfies QueueSortPlugin &
      PreFilterPlugin &
      PostFilterPlugin &
      ReservePlugin &
      PermitPlugin;
  },
} satisfies NamedPluginFactory;
