// Calls into a plugin that a user has written: what it throws becomes a PluginFailure that names
// the call.

import type {
  BindPlugin,
  FilterPlugin,
  PermitPlugin,
  Plugin,
  PostBindPlugin,
  PostFilterPlugin,
  PreBindPlugin,
  PreEnqueuePlugin,
  PreFilterPlugin,
  PreScorePlugin,
  QueueSortPlugin,
  ReservePlugin,
  ScorePlugin,
} from '../framework/plugin.js';
import type { PodInfo } from '../framework/pod-info.js';
import { AnswerCheck } from './answers.js';
import { type PluginCall, PluginFailure, thrownText } from './plugin-failure.js';

/** A plugin with whatever extension points it has. */
export type AnyPlugin = Plugin &
  Partial<
    PreEnqueuePlugin &
      QueueSortPlugin &
      PreFilterPlugin &
      FilterPlugin &
      PostFilterPlugin &
      PreScorePlugin &
      ScorePlugin &
      ReservePlugin &
      PermitPlugin &
      PreBindPlugin &
      BindPlugin &
      PostBindPlugin
  >;

/** What the guarded methods of one plugin share. */
export class Guard extends AnswerCheck {
  /** The answer of `body`. @throws PluginFailure for whatever it throws. */
  attempt<T>(call: PluginCall, body: () => T): T {
    try {
      return body();
    } catch (error) {
      this.rethrow(call, error);
    }
  }

  /** Of a plugin called by another plugin the inner failure is the one to tell. */
  rethrow(call: PluginCall, error: unknown): never {
    if (error instanceof PluginFailure) throw error;
    this.fail(call, thrownText(error), error);
  }
}

/** A call about a pod, and a node unless it is about many. */
export function callOf(point: string, pod: PodInfo, node = ''): PluginCall {
  return { point, pod: pod.key, node };
}
