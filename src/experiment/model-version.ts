// What results depend on besides the scenario.

/** Raised whenever equal inputs begin to give other results. */
export const modelVersion = '0.1.0';
