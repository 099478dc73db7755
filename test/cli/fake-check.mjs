// A thread of `check` that runs nothing: what becomes of a scenario is told by its seed.

export async function checkScenario({ scenario: { seed } }) {
  if (seed === 'stopped') return undefined;
  return { failure: `PluginFailure: gang.ts:3:1: ${seed}` };
}
