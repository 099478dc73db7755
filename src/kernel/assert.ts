// Assertions that stay on in production: a wrong simulation is worse than a stopped one.

/** Throws when a programmer's promise is broken. The sentence says what was expected. */
export function assert(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new AssertionError(sentence);
}

/** A bug in kubeclock or in code that uses it; never a fault of a scenario. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** A run met a limit of the model itself; `message` names the simplification and what to change. */
export class ModelLimitError extends Error {
  override readonly name = 'ModelLimitError';
}
