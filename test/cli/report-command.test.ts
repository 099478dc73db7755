// The command from inside, with the built threads: a small run is made once, and reported again.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ReportArguments, reportCommand } from '../../src/cli/report-command.js';
import { openResultsFolder } from '../../src/cli/results-folder.js';
import { runCommand } from '../../src/cli/run-command.js';
import { deployment, scenarioText } from '../scenario/memory-files.js';
import { fakeTerminal } from './fake-terminal.js';

const thread = new URL('../../dist/cli/report-worker.js', import.meta.url);
const simulation = new URL('../../dist/cli/simulation-worker.js', import.meta.url);

let folder = '';
let results = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock report '));
  const file = join(folder, 'scenario.yaml');
  const workload = `workload: {operations: [{op: apply, objects: [${deployment('web', 2)}]}]}`;
  writeFileSync(file, scenarioText(`horizon: 1m\n${workload}`));
  results = join(folder, 'run');
  const { terminal } = fakeTerminal({ isQuiet: true });
  const code = await runCommand({ files: [file], out: results, svg: true }, terminal, simulation);
  expect(code).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function report(args: Partial<ReportArguments>) {
  const { terminal, out, err } = fakeTerminal({ isQuiet: true });
  const code = await reportCommand({ folder: results, ...args }, terminal, thread);
  return { code, out: out(), err: err() };
}

/** All files below the results, with their texts. */
function texts(): Record<string, string> {
  const names = readdirSync(results, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(join(results, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(results, name), 'utf8')]));
}

describe('a report of a run that was made', () => {
  test('is what the run has written, byte for byte, page and plots', async () => {
    const before = texts();
    rmSync(join(results, 'plots'), { recursive: true });
    rmSync(join(results, 'report.html'));
    const { code, out, err } = await report({ svg: true });
    expect([code, err]).toEqual([0, '']);
    expect(texts()).toEqual(before);
    const written = out.trim().split('\n');
    expect(written[0]).toBe(join(results, 'report.html'));
    expect(written).toContain(join(results, 'plots', 'latency.svg'));
    expect(written).toContain(join(results, 'plots', 'latency.vl.json'));
  });

  test('is the page alone unless plots are asked for, and told as JSON', async () => {
    const { code, out } = await report({ json: true });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ files: [join(results, 'report.html')] });
  });

  test('lies in a folder that a later run may replace', () => {
    expect(() => openResultsFolder(results).discard()).not.toThrow();
    const own = join(results, 'plots', 'mine.txt');
    writeFileSync(own, '');
    expect(() => openResultsFolder(results)).toThrow(/mine\.txt, which no run has written/);
    rmSync(own);
  });

  test('comes with files for other programs', async () => {
    const { code, out, err } = await report({ format: 'bmf,benchstat,bmf' });
    const names = ['report.html', 'benchmark.bmf.json', 'benchmark.txt'];
    const paths = names.map((name) => `${join(results, name)}\n`);
    expect({ code, out, err }).toEqual({ code: 0, out: paths.join(''), err: '' });
    const listed = JSON.parse(readFileSync(join(results, 'meta.json'), 'utf8')).files;
    expect(listed).toEqual(expect.arrayContaining(['summary.json', ...names]));
  });

  test.each([
    ['perfeto', '--format perfeto is unknown. Did you mean perfetto?'],
    ['parquet,xlsx', '--format xlsx is unknown. Write one of openmetrics, perfetto, '],
  ])('is not written in the format %s', async (format, message) => {
    await expect(report({ format })).rejects.toThrow(message);
  });

  test('is refused when the run comes out another, and nothing is written', async () => {
    const path = join(results, 'summary.json');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/"traceHash": "\w+"/, '"traceHash": "0000000000000000"'));
    const before = texts();
    const { code, err } = await report({ svg: true });
    expect(code).toBe(5);
    expect(err).toContain('Run it again to have it reported.');
    expect(texts()).toEqual(before);
    writeFileSync(path, text);
  });

  test.each([
    ['nowhere', 'there is no such folder'],
    ['.', 'is not the results folder of a run'],
  ])('is refused for %s', async (name, message) => {
    await expect(report({ folder: join(folder, name) })).rejects.toThrow(message);
  });
});
