// What a plugin may answer at each extension point. Types say the same to authors who have their
// files checked; plugins in plain JavaScript, and casts, are caught here.
// Source: kube-scheduler v1.36 framework/runtime/framework.go (what it does with each code);
// reference: scheduler 1.6-1.11.

import type { Snapshot } from '../cache/snapshot.js';
import { maxNodeScore } from '../framework/normalize-score.js';
import type { NodeList } from '../framework/plugin.js';
import type { Status, StatusCode } from '../framework/status.js';
import { isThenable, type PluginCall, PluginFailure, shown } from './plugin-failure.js';

const rejections: readonly StatusCode[] = [
  'Unschedulable',
  'UnschedulableAndUnresolvable',
  'Pending',
  'Error',
];

/** Codes by extension point, besides Success. */
const codes: ReadonlyMap<string, readonly StatusCode[]> = new Map([
  ['PreEnqueue', rejections],
  ['PreFilter', [...rejections, 'Skip']],
  ['Filter', rejections],
  ['PostFilter', ['Unschedulable', 'UnschedulableAndUnresolvable', 'Error']],
  ['PreScore', ['Skip', 'Error']],
  ['Score', ['Error']],
  ['Reserve', rejections],
  ['Permit', [...rejections, 'Wait']],
  ['PreBind', rejections],
]);

/** Names the plugin in everything that it finds wrong with an answer. */
export class AnswerCheck {
  readonly #plugin: string;

  constructor(plugin: string) {
    this.#plugin = plugin;
  }

  /** @throws PluginFailure always. */
  fail(call: PluginCall, fault: string, cause?: unknown): never {
    throw new PluginFailure(this.#plugin, call, fault, cause);
  }

  /** The answer when `isRight`; `expected` says what it should have been. */
  expect(isRight: boolean, call: PluginCall, found: unknown, expected: string): void {
    if (isRight) return;
    if (isThenable(found)) {
      this.fail(call, `returned a promise, expected ${expected}; plugins cannot wait`);
    }
    this.fail(call, `returned ${shown(found)}, expected ${expected}`);
  }

  /** Of a method that returns nothing. An async one would go on after the call. */
  nothing(answer: unknown, call: PluginCall): void {
    if (isThenable(answer)) this.expect(false, call, answer, 'nothing');
  }

  /** A status of a code that the extension point has; Success is undefined from here on. */
  status(answer: unknown, call: PluginCall): Status | undefined {
    if (answer === undefined) return undefined;
    const allowed = codes.get(call.point) ?? [];
    const { code, reasons } = isObject(answer) ? answer : {};
    const words = `undefined, or a status with the code ${allowed.join(', ')}`;
    if (code === 'Success') return undefined;
    if (typeof code !== 'string' || isThenable(answer)) this.expect(false, call, answer, words);
    if (!allowed.includes(code as StatusCode)) {
      this.fail(call, `returned a status with the code ${shown(code)}, expected ${words}`);
    }
    const areTexts = Array.isArray(reasons) && reasons.every((each) => typeof each === 'string');
    if (!areTexts) this.fail(call, 'returned a status whose reasons are not a list of texts');
    return answer as Status;
  }

  /** The fields of an answer that is an object with a status. */
  object(answer: unknown, call: PluginCall, expected: string): Readonly<Record<string, unknown>> {
    const isRight = isObject(answer) && !isThenable(answer);
    this.expect(isRight, call, answer, expected);
    return isObject(answer) ? answer : {};
  }

  /** A duration in microseconds, above 0. */
  duration(value: unknown, field: string, call: PluginCall): void {
    if (Number.isSafeInteger(value) && (value as number) > 0) return;
    const expected = `${field}: a whole number of microseconds above 0`;
    this.fail(call, `returned ${field} ${shown(value)}, expected ${expected}`);
  }

  /** Every score an integer; of 0..100 when it `isFinal`. Linear in the number of nodes. */
  scores(
    call: PluginCall,
    nodes: NodeList,
    snapshot: Snapshot,
    scores: Float64Array,
    isFinal: boolean,
  ): void {
    const [lowest, highest] = isFinal ? [0, maxNodeScore] : [-maxRawScore, maxRawScore];
    for (let i = 0; i < nodes.count; i++) {
      const score = scores[i]!;
      if (Number.isInteger(score) && score >= lowest && score <= highest) continue;
      const node = snapshot.table.names[nodes.rows[i]!] ?? '';
      const range = isFinal ? 'an integer of 0..100' : 'an integer, which normalizeScore scales';
      const what = Number.isNaN(score) ? 'set no score, or NaN' : `set the score ${score}`;
      this.fail({ ...call, node }, `${what}; expected ${range}`);
    }
  }
}

/** Raw scores beyond this lose digits. */
const maxRawScore = Number.MAX_SAFE_INTEGER;

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
