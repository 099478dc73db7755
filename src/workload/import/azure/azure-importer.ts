/**
 * Microsoft Azure's public traces of functions and of language models as arrivals: every request is
 * a pod that runs for as long as the request took.
 *
 * Left out: which application and owner a function belongs to, triggers, instances that stay warm.
 */

import { behaviour } from '../../../api/pod-behaviour.js';
import type { Problem } from '../../../api/problem.js';
import { problemAt } from '../../../scenario/scenario-problems.js';
import type { Tree } from '../../../scenario/yaml-tree.js';
import { ImportNotes } from '../import-notes.js';
import {
  type ImportedScenario,
  type Importer,
  type ImportFile,
  type ImportOptions,
  importProblemCodes,
  nameOfFile,
} from '../importer.js';
import { poolOf } from '../pool-option.js';
import { horizonAfter, scenarioDocument } from '../scenario-document.js';
import { azureConstants } from './constants.js';
import { formOf, type Invocations, invocationsOf } from './invocations.js';

export const azureImporter: Importer = {
  format: 'azure',
  title: 'Azure trace of functions or of requests to language models',
  recognises: (file) => (file.bytes[0] ?? 0xff) < 0x80 && formOf(file) !== undefined,
  read: readAzure,
};

/** Of files of counts, unless `--minutes` says otherwise. */
const usualMinutes = 60;

function readAzure(
  files: readonly ImportFile[],
  options: ImportOptions,
  problems: Problem[],
): ImportedScenario | undefined {
  const notes = new ImportNotes();
  for (const { path } of files.filter((file) => formOf(file) === undefined)) {
    const message = 'this is none of the files of the Azure traces';
    const place = { file: path, line: 1, column: 1 };
    problems.push(problemAt(place, importProblemCodes.notThisFormat, message));
  }
  const minutes = minutesOf(options, problems);
  const pool = poolOf(options, '10x16cpu64Gi', notes, problems);
  const invocations = invocationsOf(files, minutes, notes, problems);
  const all = invocations.filter(({ requests }) => requests.length > 0);
  if (problems.length > 0 || pool === undefined) return undefined;
  if (all.length === 0) {
    const message = 'nothing arrives: a file of invocations or of requests is missing';
    const place = { file: files[0]?.path ?? '', line: 1, column: 1 };
    problems.push(problemAt(place, importProblemCodes.missingFile, message));
    return undefined;
  }
  if (files.some((file) => formOf(file) === 'counted')) {
    notes.add(`The first ${minutes} minutes of the counts arrive, evenly within a minute.`);
  }
  const ends = all.flatMap(({ requests }) => requests.at(-1) ?? []);
  const lastUs = Math.max(...ends.map(({ atSeconds }) => atSeconds)) * 1_000_000;
  notes.add(
    '{count} requests arrive, each a pod.',
    all.reduce((n, each) => n + each.requests.length, 0),
  );
  const spec = {
    horizon: horizonAfter(lastUs),
    until: 'converged',
    nodePools: [pool],
    workload: { operations: all.map(arrivals) },
  };
  const csv = all.map((each) => [traceFile(each), traceText(each)] as const);
  return {
    scenario: scenarioDocument(nameOfFile(files[0]?.path ?? '', 'azure'), spec),
    files: new Map(csv),
    notes: notes.sentences,
  };
}

function minutesOf({ values }: ImportOptions, problems: Problem[]): number {
  const text = values.get('minutes')?.[0] ?? String(usualMinutes);
  const minutes = Number(text);
  if (/^\d+$/.test(text) && minutes >= 1 && minutes <= 1_440) return minutes;
  const place = { file: '--minutes', line: 1, column: 1 };
  const expected = 'a whole number from 1 to 1440';
  const message = `"${text}" is no number of minutes`;
  problems.push(problemAt(place, importProblemCodes.badOption, message, { expected }));
  return 1;
}

function traceFile({ title }: Invocations): string {
  return `${title}s.csv`;
}

function traceText({ requests }: Invocations): string {
  const rows = requests.map(
    ({ atSeconds, runSeconds }) => `${atSeconds.toFixed(6)},${runSeconds.toFixed(6)}\n`,
  );
  return `at_seconds,run_seconds\n${rows.join('')}`;
}

function arrivals(invocations: Invocations): Tree {
  const { title, memoryMebibytes } = invocations;
  const requests = {
    cpu: `${azureConstants.functionCpuMilli}m`,
    memory: `${Math.ceil(memoryMebibytes)}Mi`,
  };
  return {
    op: 'arrivals',
    process: { trace: traceFile(invocations) },
    template: {
      metadata: { name: title, annotations: { [behaviour.readyAfter]: '0s' } },
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: title, image: `registry.example/${title}`, resources: { requests } }],
      },
    },
  };
}
