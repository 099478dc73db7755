/**
 * Timestamps of API objects inside the simulator.
 *
 * The real API writes RFC 3339 text; here a timestamp is a number so that components compare and
 * subtract without parsing. This is one of two deliberate deviations from the API's JSON; the other
 * one, numeric `resourceVersion` and `generation`, is described at `ObjectMeta`.
 */

/**
 * A point in simulated time: integer microseconds since the start of the scenario. Negative for
 * objects that existed before the scenario began. Invariant: a safe integer.
 */
export type Time = number;
