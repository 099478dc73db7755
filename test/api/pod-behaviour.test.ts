// Annotations about behaviour: which there are, for whom they hold, what is wrong with them.

import { describe, expect, test } from 'vitest';
import {
  behaviour,
  behaviourDuration,
  behaviourFaults,
  behaviourText,
} from '../../src/api/pod-behaviour.js';

const faults = (annotations: Record<string, string>) =>
  behaviourFaults(annotations, ['app', 'proxy']).map(({ message, expected }) => [
    message,
    expected,
  ]);

describe('annotations about behaviour', () => {
  test('hold for all containers, or for the one that is named', () => {
    const annotations = { [behaviour.runTime]: '5s', [`${behaviour.runTime}.proxy`]: 'never' };
    expect(behaviourText(annotations, behaviour.runTime, 'app')).toBe('5s');
    expect(behaviourText(annotations, behaviour.runTime, 'proxy')).toBe('never');
    expect(behaviourText(annotations, behaviour.exitCode, 'app')).toBeUndefined();
    expect(behaviourText(undefined, behaviour.exitCode, 'app')).toBeUndefined();
  });

  test("of others are nobody's concern, and good ones are silent", () => {
    const good = {
      'example.com/run-time': 'whatever',
      [behaviour.runTime]: '5s..10s',
      [behaviour.exitCode]: '255',
      [behaviour.initRunTime]: '1s',
      [behaviour.readyAfter]: 'never',
      [behaviour.ignoresSigterm]: 'true',
      [behaviour.stopTime]: '3s',
      [behaviour.crashAfter]: 'mean=1m',
      [behaviour.crashProbability]: '.25',
      [behaviour.memoryUse]: '0s=10Mi,1m=1Gi',
      [behaviour.diskUse]: '1Gi',
      [behaviour.inodeUse]: '20k',
      [behaviour.processUse]: '0s=10, 1m=5000',
      [`${behaviour.cpuUse}.app`]: '0s=100m,2m=1',
    };
    expect(faults(good)).toEqual([]);
  });

  test('that are misspelt are told, with what was meant', () => {
    expect(faults({ 'kubeclock.dev/runtime': '5s' })).toEqual([
      ['unknown annotation "kubeclock.dev/runtime"', 'did you mean "kubeclock.dev/run-time"?'],
    ]);
  });

  test('that name a container that is not there are told', () => {
    expect(faults({ 'kubeclock.dev/run-time.db': '5s' })).toEqual([
      ['the pod has no container "db"', 'app, proxy'],
    ]);
  });

  test.each([
    [behaviour.exitCode, '256', '0 to 255'],
    [behaviour.exitCode, '-1', '0 to 255'],
    [behaviour.ignoresSigterm, 'yes', 'true or false'],
    [behaviour.crashProbability, '1.5', 'a number from 0 to 1'],
    [behaviour.crashProbability, '.', 'a number from 0 to 1'],
    [behaviour.stopTime, 'never', 'a duration like 3s'],
    [behaviour.processUse, '1Gi', 'a whole number over time: 200, or 0s=10,10m=5k'],
    [behaviour.inodeUse, '0s=1,1m=0.5', 'a whole number over time: 200, or 0s=10,10m=5k'],
  ])('%s: "%s" is refused: %s', (key, text, expected) => {
    expect(faults({ [key]: text })).toEqual([[`${key}: "${text}" cannot be read`, expected]]);
  });

  test('that nobody has checked and that cannot be read end the run', () => {
    const annotations = { [behaviour.runTime]: 'soon' };
    expect(() => behaviourDuration(annotations, behaviour.runTime, 'app')).toThrow(
      'kubeclock.dev/run-time: "soon" is no duration like 30s',
    );
  });
});
