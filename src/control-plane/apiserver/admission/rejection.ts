// Why an object may not be stored, as admission says it.
// Source: Kubernetes v1.36 apiserver admission/errors.go.

export interface Rejection {
  readonly code: 403 | 409 | 422 | 500;
  readonly reason: 'Forbidden' | 'Conflict' | 'Invalid' | 'InternalError';
  readonly message: string;
}

/** A plugin does not let an object pass. */
export function forbidden(resource: string, name: string, why: string): Rejection {
  const message = `${resource} "${name}" is forbidden: ${why}`;
  return { code: 403, reason: 'Forbidden', message };
}

/** Admission itself has failed. */
export function internalError(why: string): Rejection {
  const message = `Internal error occurred: ${why}`;
  return { code: 500, reason: 'InternalError', message };
}
