// Running again what was run before: as far as it went, and only if it is the same run.
import { describe, expect, test } from 'vitest';
import { rerun } from '../../src/experiment/rerun.js';
import { runScenario } from '../../src/experiment/run-scenario.js';
import { deployment, loaded } from '../scenario/memory-files.js';

const scenario = loaded(
  `horizon: 3m\nworkload: {operations: [{op: apply, objects: [${deployment('web', 3)}]}]}`,
);

describe('a run that is made again', () => {
  test('is recognised by its trace', () => {
    const { traceHash, events, modelVersion } = runScenario(scenario);
    const earlier = { traceHash, modelVersion, stoppedAtEvents: undefined };
    const { result, isSame } = rerun(scenario, earlier, {});
    expect([isSame, result.events]).toEqual([true, events]);
  });

  test('is not taken for another one', () => {
    const other = runScenario({ ...scenario, seed: 'other' });
    const earlier = { ...other, stoppedAtEvents: undefined };
    expect(rerun(scenario, earlier, {}).isSame).toBe(false);
  });

  test('stops where a limit has stopped it', () => {
    const long = { ...scenario, untilConverged: false, horizonUs: 86_400_000_000 };
    const cut = runScenario(long, { maxEvents: 100_000 });
    expect(cut.outcome.partial).toBe(true);
    const { result, isSame } = rerun(long, { ...cut, stoppedAtEvents: cut.events }, {});
    expect([isSame, result.events]).toEqual([true, cut.events]);
  });
});
