// The binding of assumed pods: PreBind, then the request of the first Bind plugin that has one.
// Each pod has its own goroutine, so bindings wait for nothing but the client's rate limit. Left
// out: writing nominatedNodeName before slow PreBinds, parallel PreBinds.
// Source: kube-scheduler v1.36 schedule_one.go bindingCycle; reference: scheduler 1.11.

import type { ApiCall } from '../../client/api-call.js';
import type { ApiClient } from '../../client/api-client.js';
import { isSuccess } from '../../client/api-request.js';
import { Slab } from '../../client/slab.js';
import type { EventKind, Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';
import { schedulerConstants } from './constants.js';
import type { PluginAnswer } from './framework/framework.js';
import type { PreBindWork } from './framework/plugin.js';
import { messageOf, type Status, type StatusCode, status } from './framework/status.js';
import type { SchedulerMonitor } from './scheduler-monitor.js';
import type { SchedulingCycle } from './scheduling-cycle.js';

interface Binding {
  readonly cycle: SchedulingCycle;
  /** When the extension point at work began. */
  sinceUs: SimTime;
  /** Index of the PreBind plugin at work. */
  plugin: number;
  work: PreBindWork | undefined;
  /** Requests of the plugin that have not been answered. */
  outstanding: number;
  deadlineUs: SimTime;
}

/** Called at the end; status undefined when the pod is bound. */
export type BindingEnded = (cycle: SchedulingCycle, answer: PluginAnswer) => void;

/** All bindings that are under way. */
export class BindingCycles {
  readonly #simulation: Simulation;
  readonly #client: ApiClient;
  readonly #ended: BindingEnded;
  readonly #polled: EventKind;
  readonly #monitor: Pick<SchedulerMonitor, 'pointRan'> | undefined;
  readonly #polling = new Slab<Binding>();
  #size = 0;

  /** `name` is that of the scheduler. */
  constructor(
    simulation: Simulation,
    name: string,
    client: ApiClient,
    ended: BindingEnded,
    monitor?: Pick<SchedulerMonitor, 'pointRan'>,
  ) {
    this.#simulation = simulation;
    this.#monitor = monitor;
    this.#client = client;
    this.#ended = ended;
    this.#polled = simulation.defineEvent(`${name}.PreBindPolled`, (id) =>
      this.#await(this.#polling.remove(id)),
    );
  }

  /** Number of bindings under way. */
  get size(): number {
    return this.#size;
  }

  start(cycle: SchedulingCycle): void {
    this.#size++;
    const sinceUs = this.#simulation.now;
    this.#preBind({ cycle, sinceUs, plugin: -1, work: undefined, outstanding: 0, deadlineUs: 0 });
  }

  /** Goes on with the next PreBind plugin that has work, or binds. */
  #preBind(binding: Binding): void {
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
      binding.deadlineUs = this.#simulation.now + timeoutUs;
      for (const request of answer.requests) this.#client.send(request, this.#answered, binding);
      if (binding.outstanding === 0) this.#await(binding);
      return;
    }
    this.#pointRan(binding, 'PreBind', 'Success');
    this.#bind(binding);
  }

  readonly #answered = (call: ApiCall): void => {
    const binding = call.context as Binding;
    if (binding.work === undefined) return; // another request has failed before
    const response = call.response as NonNullable<ApiCall['response']>;
    if (isSuccess(response)) {
      if (--binding.outstanding === 0) this.#await(binding);
      return;
    }
    binding.work = undefined;
    this.#fail(binding, this.#preBindName(binding), 'PreBind', status('Error', response.message));
  };

  /** Looks once a second whether what the plugin waits for has come. */
  #await(binding: Binding): void {
    const { work, deadlineUs } = binding;
    const isComplete = work?.isComplete?.() ?? true;
    if (isComplete === true) {
      this.#preBind(binding);
    } else if (isComplete !== false) {
      this.#fail(binding, this.#preBindName(binding), 'PreBind', isComplete);
    } else if (this.#simulation.now >= deadlineUs) {
      const late = status('Error', 'timed out waiting for the condition');
      this.#fail(binding, this.#preBindName(binding), 'PreBind', late);
    } else {
      const id = this.#polling.add(binding);
      this.#simulation.after(schedulerConstants.preBindPollUs, this.#polled, id);
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
      this.#client.send(request, this.#bound, binding);
      return;
    }
    this.#fail(binding, '', 'Bind', status('Error', 'no plugin binds the pod'));
  }

  readonly #bound = (call: ApiCall): void => {
    const binding = call.context as Binding;
    const response = call.response as NonNullable<ApiCall['response']>;
    if (isSuccess(response)) {
      this.#pointRan(binding, 'Bind', 'Success');
      this.#end(binding, { status: undefined, plugin: '' });
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

  #end({ cycle }: Binding, answer: PluginAnswer): void {
    this.#size--;
    this.#ended(cycle, answer);
  }

  /** The extension point is over; the next one begins. */
  #pointRan(binding: Binding, point: 'PreBind' | 'Bind', code: StatusCode): void {
    const { now } = this.#simulation;
    const { schedulerName } = binding.cycle.framework;
    this.#monitor?.pointRan(schedulerName, point, code, now - binding.sinceUs);
    binding.sinceUs = now;
  }
}
