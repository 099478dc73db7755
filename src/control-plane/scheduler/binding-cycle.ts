// The binding of assumed pods: says where a pod is going when that will take a while, waits for
// Permit, runs PreBind, and sends the request of the first Bind plugin that has one. Each pod has
// its own goroutine, so bindings wait for nothing but the client's rate limit. Left out: parallel
// PreBinds.
// Source: kube-scheduler v1.36 schedule_one.go bindingCycle, framework/runtime
// pods_in_prebind_map.go; reference: scheduler 1.10, 1.11.

import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import { isSuccess } from '../../client/api-request.js';
import { Slab } from '../../client/slab.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { schedulerConstants } from './constants.js';
import { nominationPatch } from './failure-handler.js';
import type { PluginAnswer } from './framework/framework.js';
import type { PreBindWork } from './framework/plugin.js';
import {
  codeOf,
  isRejected,
  messageOf,
  type Status,
  type StatusCode,
  status,
} from './framework/status.js';
import type { PointName, SchedulerMonitor } from './scheduler-monitor.js';
import type { SchedulingCycle } from './scheduling-cycle.js';

interface Binding {
  readonly cycle: SchedulingCycle;
  /** When the extension point at work began. */
  sinceUs: SimTime;
  /** The nomination has not been answered. */
  isNominating: boolean;
  /** What Permit has said; undefined: it has not. */
  permit: PluginAnswer | undefined;
  /** Whether PreBind is under way, so that the binding can still be called off. */
  isInPreBind: boolean;
  /** The binding has been called off. */
  isOver: boolean;
  /** Index of the PreBind plugin at work. */
  plugin: number;
  work: PreBindWork | undefined;
  /** Requests of the plugin that have not been answered. */
  outstanding: number;
  deadlineUs: SimTime;
}

export interface BindingCyclesOptions {
  readonly simulation: Simulation;
  /** Of the scheduler. */
  readonly name: string;
  readonly client: ApiClient;
  /** Whether the node of a pod that is not bound at once is written to its status. */
  readonly nominates: boolean;
  readonly monitor?: Pick<SchedulerMonitor, 'pointRan'> | undefined;
  /** All Permit plugins have allowed the pod. */
  readonly permitted: (cycle: SchedulingCycle) => void;
  /** Called at the end; status undefined when the pod is bound. */
  readonly ended: (cycle: SchedulingCycle, answer: PluginAnswer) => void;
}

/** All bindings that are under way. */
export class BindingCycles {
  readonly #options: BindingCyclesOptions;
  readonly #polled: EventKind;
  readonly #polling = new Slab<Binding>();
  /** By uid of the pod. */
  readonly #bindings = new Map<string, Binding>();

  constructor(options: BindingCyclesOptions) {
    this.#options = options;
    const { simulation, name } = options;
    this.#polled = simulation.defineEvent(`${name}.PreBindPolled`, (id) =>
      this.#await(this.#polling.remove(id)),
    );
  }

  /** Number of bindings under way. */
  get size(): number {
    return this.#bindings.size;
  }

  /** Begins; with `isWaiting`, `permitDecided` is called later. */
  start(cycle: SchedulingCycle, isWaiting: boolean): void {
    const { simulation, client, nominates } = this.#options;
    const { uid, pod } = cycle.assumed;
    const binding: Binding = {
      cycle,
      sinceUs: simulation.now,
      isNominating: false,
      permit: isWaiting ? undefined : allowed,
      isInPreBind: false,
      isOver: false,
      plugin: -1,
      work: undefined,
      outstanding: 0,
      deadlineUs: 0,
    };
    this.#bindings.set(uid, binding);
    if (nominates) {
      const { status: flight, plugin } = preFlight(cycle);
      this.#pointRan(binding, 'PreBindPreFlight', codeOf(flight));
      if (flight !== undefined && flight.code !== 'Skip') {
        this.#end(binding, { status: flight, plugin });
        return;
      }
      const takesLong = flight === undefined || isWaiting;
      const patch = takesLong ? nominationPatch(pod, cycle.nodeName) : undefined;
      if (patch !== undefined) {
        binding.isNominating = true;
        client.send(patch, this.#nominated, binding);
      }
    }
    this.#go(binding);
  }

  /** Permit is over for a pod that has waited. */
  permitDecided({ assumed }: SchedulingCycle, answer: PluginAnswer): void {
    const binding = this.#bindings.get(assumed.uid);
    if (binding === undefined) return;
    binding.permit = answer;
    this.#go(binding);
  }

  /** Calls a binding off that is in its PreBind. False when it is not, or no longer. */
  cancel(uid: string): boolean {
    const binding = this.#bindings.get(uid);
    if (binding === undefined || !binding.isInPreBind) return false;
    const cancelled = status('Error', 'context canceled');
    this.#fail(binding, this.#preBindName(binding), 'PreBind', cancelled);
    return true;
  }

  /** Whatever the answer: the pod is on its way. */
  readonly #nominated = (call: ApiCall): void => {
    const binding = call.context as Binding;
    binding.isNominating = false;
    this.#go(binding);
  };

  /** Goes on when both the nomination and Permit are over. */
  #go(binding: Binding): void {
    const { permit, isNominating, cycle } = binding;
    if (isNominating || permit === undefined) return;
    if (permit.status !== undefined) {
      this.#end(binding, permit);
      return;
    }
    this.#options.permitted(cycle);
    binding.sinceUs = this.#options.simulation.now;
    binding.isInPreBind = true;
    this.#preBind(binding);
  }

  /** Goes on with the next PreBind plugin that has work, or binds. */
  #preBind(binding: Binding): void {
    const { client, simulation } = this.#options;
    const { state, assumed, nodeName, framework } = binding.cycle;
    const plugins = framework.plugins.preBind;
    while (++binding.plugin < plugins.length) {
      const plugin = plugins[binding.plugin]!;
      const answer = plugin.preBind(state, assumed, nodeName);
      if (answer === undefined) continue;
      if ('code' in answer) {
        this.#fail(binding, plugin.name, 'PreBind', answer);
        return;
      }
      binding.work = answer;
      binding.outstanding = answer.requests.length;
      const timeoutUs = answer.timeoutUs ?? schedulerConstants.preBindTimeoutUs;
      binding.deadlineUs = simulation.now + timeoutUs;
      for (const request of answer.requests) client.send(request, this.#answered, binding);
      if (binding.outstanding === 0) this.#await(binding);
      return;
    }
    binding.isInPreBind = false;
    this.#pointRan(binding, 'PreBind', 'Success');
    this.#bind(binding);
  }

  readonly #answered = (call: ApiCall): void => {
    const binding = call.context as Binding;
    if (binding.isOver) return; // another request has failed before, or the binding was called off
    const response = call.response as NonNullable<ApiCall['response']>;
    if (isSuccess(response)) {
      if (--binding.outstanding === 0) this.#await(binding);
      return;
    }
    this.#fail(binding, this.#preBindName(binding), 'PreBind', status('Error', response.message));
  };

  /** Looks once a second whether what the plugin waits for has come. */
  #await(binding: Binding): void {
    if (binding.isOver) return;
    const { simulation } = this.#options;
    const { work, deadlineUs } = binding;
    const isComplete = work?.isComplete?.() ?? true;
    if (isComplete === true) {
      this.#preBind(binding);
    } else if (isComplete !== false) {
      this.#fail(binding, this.#preBindName(binding), 'PreBind', isComplete);
    } else if (simulation.now >= deadlineUs) {
      const late = status('Error', 'timed out waiting for the condition');
      this.#fail(binding, this.#preBindName(binding), 'PreBind', late);
    } else {
      const id = this.#polling.add(binding);
      simulation.after(schedulerConstants.preBindPollUs, this.#polled, id);
    }
  }

  #preBindName({ cycle, plugin }: Binding): string {
    return cycle.framework.plugins.preBind[plugin]?.name ?? '';
  }

  #bind(binding: Binding): void {
    const { state, assumed, nodeName, framework } = binding.cycle;
    for (let i = 0; i < framework.plugins.bind.length; i++) {
      const request = framework.plugins.bind[i]!.bind(state, assumed, nodeName);
      if (request === undefined) continue;
      binding.plugin = i;
      this.#options.client.send(request, this.#bound, binding);
      return;
    }
    this.#fail(binding, '', 'Bind', status('Error', 'no plugin binds the pod'));
  }

  readonly #bound = (call: ApiCall): void => {
    const binding = call.context as Binding;
    const response = call.response as NonNullable<ApiCall['response']>;
    if (isSuccess(response)) {
      this.#pointRan(binding, 'Bind', 'Success');
      this.#end(binding, allowed);
      return;
    }
    const { name } = binding.cycle.framework.plugins.bind[binding.plugin]!;
    this.#fail(binding, name, 'Bind', status('Error', response.message));
  };

  #fail(binding: Binding, plugin: string, point: 'PreBind' | 'Bind', answer: Status): void {
    this.#pointRan(binding, point, answer.code);
    if (answer.code !== 'Error') {
      this.#end(binding, { status: answer, plugin });
      return;
    }
    const text = `running ${point} plugin "${plugin}": ${messageOf(answer)}`;
    this.#end(binding, { status: status('Error', text), plugin });
  }

  #end(binding: Binding, answer: PluginAnswer): void {
    binding.isOver = true;
    this.#bindings.delete(binding.cycle.assumed.uid);
    this.#options.ended(binding.cycle, answer);
  }

  /** The extension point is over; the next one begins. */
  #pointRan(binding: Binding, point: PointName, code: StatusCode): void {
    const { simulation, monitor } = this.#options;
    const { schedulerName } = binding.cycle.framework;
    monitor?.pointRan(schedulerName, point, code, simulation.now - binding.sinceUs);
    binding.sinceUs = simulation.now;
  }
}

const allowed: PluginAnswer = { status: undefined, plugin: '' };

/** Undefined: some PreBind plugin will have work; Skip: none will. A refusal counts as an error. */
function preFlight({ framework, state, assumed, nodeName }: SchedulingCycle): PluginAnswer {
  let answer: PluginAnswer = { status: status('Skip'), plugin: '' };
  for (const plugin of framework.plugins.preBind) {
    const { name } = plugin;
    const flight = plugin.preBindPreFlight?.(state, assumed, nodeName);
    if (flight === undefined) answer = allowed;
    else if (flight.code === 'Error' || isRejected(flight)) {
      const text = `running PreBindPreFlight "${name}": ${messageOf(flight)}`;
      return { status: status('Error', text), plugin: name };
    }
  }
  return answer;
}
