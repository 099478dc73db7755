// A user's plugin with every call guarded: what it throws is named, what it answers is checked. The
// guarded plugin has exactly the methods that the plugin has, so that it is enabled where that
// would be.

import type { Pod } from '../../../api/pod.js';
import type { KindKey } from '../cache/kind-cache.js';
import type { ClusterEventWithHint, NodeFilter, Plugin } from '../framework/plugin.js';
import { isObject } from './answers.js';
import { type AnyPlugin, callOf, Guard } from './guard.js';
import { guardedBinding } from './guarded-binding.js';
import { guardedScoring } from './guarded-scoring.js';
import type { PluginCall } from './plugin-failure.js';

/** The plugin behind its guard. `plugin` has the form that `pluginFaults` asks for. */
export function guardedPlugin(plugin: Plugin): Plugin {
  const guard = new Guard(plugin.name);
  return {
    name: plugin.name,
    ...guardedQueueing(plugin, guard),
    ...guardedFiltering(plugin, guard),
    ...guardedScoring(plugin, guard),
    ...guardedBinding(plugin, guard),
  };
}

type Methods = Partial<AnyPlugin>;

function guardedQueueing(own: AnyPlugin, guard: Guard): Methods {
  const { eventsToRegister, preEnqueue, less } = own;
  return {
    ...(eventsToRegister && { eventsToRegister: () => registrations(own, guard) }),
    ...(preEnqueue && {
      preEnqueue: (pod) => {
        const call = { point: 'PreEnqueue', pod: nameOf(pod), node: '' };
        return guard.status(
          guard.attempt(call, () => preEnqueue.call(own, pod)),
          call,
        );
      },
    }),
    ...(less && {
      less: (a, b) => {
        const call = callOf('QueueSort', a.info);
        const answer: unknown = guard.attempt(call, () => less.call(own, a, b));
        guard.expect(typeof answer === 'boolean', call, answer, 'true or false');
        return answer === true;
      },
    }),
  };
}

function nameOf({ metadata: { namespace = '', name } }: Pod): string {
  return `${namespace}/${name}`;
}

/** What the plugin registers, with its hints guarded. */
function registrations(own: AnyPlugin, guard: Guard): readonly ClusterEventWithHint[] {
  const call = { point: 'EventsToRegister', pod: '', node: '' };
  const answer: unknown = guard.attempt(call, () => own.eventsToRegister?.());
  const isRight = Array.isArray(answer) && answer.every(isRegistration);
  guard.expect(isRight, call, answer, 'a list of {event: clusterEvent(…), hint}');
  return (answer as readonly ClusterEventWithHint[]).map(({ event, hint }) => {
    if (hint === undefined) return { event };
    return {
      event,
      hint: (pod, previous, object) => {
        const about = { point: 'QueueingHint', pod: nameOf(pod), node: '' };
        const found: unknown = guard.attempt(about, () => hint(pod, previous, object));
        const isHint = found === 'Queue' || found === 'QueueSkip';
        guard.expect(isHint, about, found, '"Queue" or "QueueSkip"');
        return found === 'Queue' ? found : 'QueueSkip';
      },
    };
  });
}

function isRegistration(value: unknown): boolean {
  if (!isObject(value) || !isObject(value['event'])) return false;
  const { resource, action, label } = value['event'];
  const hint = value['hint'];
  const isEvent = typeof resource === 'string' && typeof label === 'string';
  return isEvent && Number.isInteger(action) && (hint === undefined || typeof hint === 'function');
}

function guardedFiltering(own: AnyPlugin, guard: Guard): Methods {
  const { addPod, removePod, filter, preFilter, verdictKey } = own;
  return {
    ...(preFilter && {
      preFilter: (state, pod, snapshot) => {
        const call = callOf('PreFilter', pod);
        const answer = guard.attempt(call, () => preFilter.call(own, state, pod, snapshot));
        const { status, nodeNames } = guard.object(answer, call, 'an object {status, nodeNames}');
        const isSet = nodeNames === undefined || isSetOfTexts(nodeNames);
        guard.expect(isSet, call, nodeNames, 'nodeNames as a Set of names');
        return { ...answer, status: guard.status(status, call) };
      },
    }),
    ...(addPod && {
      addPod: (state, pod, added, row, snapshot) => {
        const call = callOf('AddPod', pod, snapshot.table.names[row]);
        const answer = guard.attempt(call, () =>
          addPod.call(own, state, pod, added, row, snapshot),
        );
        guard.nothing(answer, call);
      },
    }),
    ...(removePod && {
      removePod: (state, pod, removed, row, snapshot) => {
        const call = callOf('RemovePod', pod, snapshot.table.names[row]);
        const answer = guard.attempt(call, () =>
          removePod.call(own, state, pod, removed, row, snapshot),
        );
        guard.nothing(answer, call);
      },
    }),
    ...(filter && {
      filter: (state, pod, snapshot) => {
        const call = callOf('Filter', pod);
        const judge = guard.attempt(call, () => filter.call(own, state, pod, snapshot));
        if (judge === undefined) return undefined;
        const expected = 'undefined, or a function that judges the row of a node';
        guard.expect(typeof judge === 'function', call, judge, expected);
        return guardedFilter(judge, call, snapshot.table.names, guard);
      },
    }),
    ...(verdictKey && {
      verdictKey: (pod) => {
        const call = callOf('VerdictKey', pod);
        const answer: unknown = guard.attempt(call, () => verdictKey.call(own, pod));
        const isRight = answer === undefined || Array.isArray(answer);
        guard.expect(isRight, call, answer, 'undefined, or a list of values');
        return answer as KindKey | undefined;
      },
    }),
  };
}

function isSetOfTexts(value: unknown): boolean {
  return value instanceof Set && [...value].every((each) => typeof each === 'string');
}

/** Called for every node: a node that passes costs one more call and nothing else. */
function guardedFilter(
  judge: NodeFilter,
  call: PluginCall,
  names: readonly string[],
  guard: Guard,
): NodeFilter {
  return (row) => {
    try {
      const answer = judge(row);
      if (answer === undefined) return undefined;
      return guard.status(answer, { ...call, node: names[row] ?? '' });
    } catch (error) {
      return guard.rethrow({ ...call, node: names[row] ?? '' }, error);
    }
  };
}
