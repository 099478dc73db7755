// What is wrong with a plugin that a user has written, found while it runs. It ends the run: after
// a wrong answer every later placement would be in doubt.

/** One call of a plugin. */
export interface PluginCall {
  /** In the words of Kubernetes: `PreFilter`, `Score`, `NormalizeScore`, `Permit`. */
  readonly point: string;
  /** `namespace/name`; '' when the call is about no pod. */
  readonly pod: string;
  /** '' when the call is about no node, or about many. */
  readonly node: string;
}

/** A plugin broke the rules or threw. A fault of its author, not of kubeclock nor of a scenario. */
export class PluginFailure extends Error {
  override readonly name = 'PluginFailure';
  readonly plugin: string;
  readonly call: PluginCall;

  /** `fault` is the rest of the sentence that begins with the plugin and the call. */
  constructor(plugin: string, call: PluginCall, fault: string, cause?: unknown) {
    super(`plugin ${plugin}, ${describe(call)}: ${fault}`, { cause });
    this.plugin = plugin;
    this.call = call;
    // The author looks for the place in the plugin, not for the one here.
    if (cause instanceof Error && cause.stack !== undefined) this.stack = cause.stack;
  }
}

/** `Score of pod default/web-1 on node n3`. */
function describe({ point, pod, node }: PluginCall): string {
  return `${point}${pod === '' ? '' : ` of pod ${pod}`}${node === '' ? '' : ` on node ${node}`}`;
}

/** What was thrown, in one line; anything may be thrown. */
export function thrownText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `threw ${shown(thrown)}`;
  const { name, message } = thrown;
  return message === '' ? `threw ${name}` : `threw ${name}: ${message}`;
}

/** A value as it may stand in a message: at most 60 characters. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return clipped(JSON.stringify(value));
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object' || value === null) return clipped(String(value));
  return isThenable(value) ? 'a promise' : 'an object';
}

/** Whether a value is a promise, or acts like one. */
export function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && isMethod(value.then);
}

function isMethod(value: unknown): boolean {
  return typeof value === 'function';
}

function clipped(text: string): string {
  const limit = 60;
  return text.length <= limit ? text : `${text.slice(0, limit - 3)}...`;
}
