// What results depend on besides the scenario.

/** Raised by a release in which equal inputs give other results (docs/versioning.md). */
export const modelVersion = '0.1.0';
