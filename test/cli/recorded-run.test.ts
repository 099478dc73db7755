// Reading a results folder back: whole, or refused with the reason.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isResultsFolder, readRun } from '../../src/cli/recorded-run.js';
import { renderInputsJson } from '../../src/report/inputs-json.js';
import { renderRun } from '../../src/report/render-run.js';
import { pendingPodRow, podRow, runResult } from '../report/fixtures.js';

const inputs = {
  name: 'shop',
  seed: '1',
  files: ['shop.yaml'],
  options: new Map(),
  lists: [],
  texts: new Map([['shop.yaml', 'kind: Scenario\n']]),
};

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock recorded '));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(result = runResult(), inputsText = renderInputsJson(inputs)): void {
  const files = renderRun(result, { uPlotJs: '', uPlotCss: '' });
  for (const name of ['summary.json', 'pods.csv']) {
    writeFileSync(join(folder, name), files.get(name) ?? '');
  }
  writeFileSync(join(folder, 'inputs.json'), inputsText);
}

describe('a results folder', () => {
  test('tells its input, its trace and its pods', () => {
    const pods = [podRow({ namespace: 'shop' }), pendingPodRow()];
    write(runResult({ pods, traceHash: 'abc' }));
    expect(readRun(folder)).toEqual({
      inputs,
      trace: {
        traceHash: 'abc',
        modelVersion: runResult().modelVersion,
        stoppedAtEvents: undefined,
      },
      pods: [
        { namespace: 'shop', name: 'web-7d4b9c-aaaaa', owner: 'Deployment/web' },
        { namespace: 'default', name: 'huge-1', owner: '' },
      ],
    });
    expect(isResultsFolder(folder)).toBe(true);
  });

  test.each([
    ['limit', 131_073],
    ['interrupted', 131_073],
    ['failed', undefined],
    ['horizon', undefined],
  ] as const)('says after how many events its run was stopped: %s', (end, events) => {
    const outcome = { end, partial: end !== 'horizon', message: 'Stopped.' };
    write(runResult({ outcome, events: 131_073 }));
    expect(readRun(folder).trace.stoppedAtEvents).toBe(events);
  });

  test('is none without a summary', () => {
    writeFileSync(join(folder, 'summary.json'), '{"total": 3}');
    expect(() => readRun(folder)).toThrow('is not the results folder of a run');
    expect(isResultsFolder(folder)).toBe(false);
  });

  test('is none when its summary is cut short', () => {
    write();
    writeFileSync(join(folder, 'summary.json'), '{"traceHash": "a');
    expect(() => readRun(folder)).toThrow('is not the results folder of a run');
  });

  test.each([
    ['has no inputs', undefined, 'holds no inputs.json'],
    ['has those of a later version', '{"schemaVersion": 2}', 'has another inputs.json'],
  ])('is of another version when it %s', (_what, text, message) => {
    write(runResult(), text ?? '');
    if (text === undefined) rmSync(join(folder, 'inputs.json'));
    expect(() => readRun(folder)).toThrow(message);
  });

  test('must be there', () => {
    expect(() => readRun(join(folder, 'nothing'))).toThrow('there is no such folder');
  });
});
