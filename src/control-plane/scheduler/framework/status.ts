// What a plugin answers. Success is the common case and is `undefined`, so that nothing is
// allocated for it. Source: kube-scheduler v1.36 framework interface (reference: scheduler 1.8).

export type StatusCode =
  | 'Success'
  | 'Error'
  | 'Unschedulable'
  | 'UnschedulableAndUnresolvable'
  | 'Wait'
  | 'Skip'
  | 'Pending';

/** A plugin's answer other than success. Shared: plugins keep one object per distinct answer. */
export interface Status {
  readonly code: StatusCode;
  readonly reasons: readonly string[];
}

/** An answer with its reasons. */
export function status(code: StatusCode, ...reasons: readonly string[]): Status {
  return { code, reasons };
}

/** The plugin has nothing to do for this pod. */
export const skip: Status = status('Skip');

/** The code of an answer; `undefined` is success. */
export function codeOf(answer: Status | undefined): StatusCode {
  return answer === undefined ? 'Success' : answer.code;
}

/** Whether the pod was refused, as opposed to an error. */
export function isRejected(answer: Status | undefined): answer is Status {
  const code = codeOf(answer);
  return code === 'Unschedulable' || code === 'UnschedulableAndUnresolvable' || code === 'Pending';
}

/** All reasons in one text. */
export function messageOf(answer: Status | undefined): string {
  return answer === undefined ? '' : answer.reasons.join(', ');
}
