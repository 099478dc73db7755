// Commands in the documents are what the parser of the command line takes, and YAML is what loading
// takes: whole scenarios, parts of one, manifests, scheduler configurations.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { formatProblem, type Problem } from '../../src/api/problem.js';
import { buildParser } from '../../src/cli/program.js';
import { filesIn } from '../../src/scenario/files.js';
import { loadScenario } from '../../src/scenario/load.js';
import { checkManifestFile } from '../../src/scenario/manifest-file.js';
import { root } from '../tidy/source-files.js';
import { type CommandLine, commandLinesOf } from './command-lines.js';
import { type Block, blocksOf, documents, fileOf, wordOf } from './documents.js';

const blocks = documents().flatMap(blocksOf);
const commands = blocks.flatMap(commandLinesOf);

class Parsed extends Error {}

/** What is wrong with a command; undefined when it would have been done. */
async function faultOf({ args }: Pick<CommandLine, 'args'>): Promise<string | undefined> {
  const host = { out: { write: () => true }, err: { write: () => true }, env: {} };
  const parser = buildParser(args, host, () => {}).middleware(() => {
    throw new Parsed();
  });
  const missing = args.find(
    (word) => /^scenarios\/[^*]*$/.test(word) && !existsSync(join(root, word)),
  );
  try {
    await parser.parseAsync();
    return 'it does nothing';
  } catch (error) {
    if (!(error instanceof Parsed)) return (error as Error).message;
    return missing === undefined ? undefined : `there is no ${missing}`;
  }
}

describe('commands', () => {
  test('of the documents are many', () => {
    expect(commands.length).toBeGreaterThan(50);
  });

  test('are those that there are, with options that they take and scenarios that are there', async () => {
    const faults: string[] = [];
    for (const command of commands) {
      const fault = await faultOf(command);
      if (fault === undefined) continue;
      faults.push(`${command.document}:${command.line}: ${command.text}: ${fault}`);
    }
    expect(faults).toEqual([]);
  });

  test('that are wrong are found', async () => {
    expect(await faultOf({ args: ['rum', 'a.yaml'] })).toContain('Did you mean run');
    expect(await faultOf({ args: ['run', 'a.yaml', '--sed', '1'] })).toContain('--sed');
    expect(await faultOf({ args: ['run', 'scenarios/none.yaml'] })).toContain('there is no');
  });
});

const head = 'apiVersion: kubeclock.dev/v1alpha1\nkind: Scenario\nmetadata: {name: docs}\n';

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ');

/** A scenario of a block that is one, or a part of one; undefined when it is something else. */
function scenarioIn(code: string): string | undefined {
  const trees = parseAllDocuments(code).map((tree) => tree.toJS() as Record<string, unknown>);
  const { apiVersion, kind, spec } = trees[0] ?? {};
  if (kind === 'Scenario') return code;
  if (kind === 'KubeSchedulerConfiguration') {
    const config = indented(indented(indented(indented(code))));
    return `${head}spec:\n  controlPlane:\n    scheduler:\n      config:\n${config}`;
  }
  if (apiVersion !== undefined) return undefined;
  return spec === undefined ? `${head}spec:\n${indented(code)}` : head + code;
}

/** What loading says about a block of YAML; files that a block names are other blocks. */
function problemsOf({ document, line, code }: Block): readonly Problem[] {
  const name = `${document}:${line}`;
  const text = scenarioIn(code);
  if (text === undefined) return checkManifestFile(code, name, true).problems;
  const texts = new Map(
    blocks
      .filter((block) => block.document === document)
      .map((block) => [fileOf(block), block.code]),
  );
  const folder = filesIn(root);
  const files = {
    read: (path: string) => texts.get(path) ?? folder.read(path),
    list: (pattern: string) => (texts.has(pattern) ? [pattern] : folder.list(pattern)),
  };
  const { problems } = loadScenario(text, name, files);
  // A part of a scenario may name a file of the reader's.
  return text === code ? problems : problems.filter(({ message }) => !isMissingFile.test(message));
}

const isMissingFile = /names no file$/;

describe('YAML', () => {
  const isWorkflow = ({ code }: Block): boolean => /^(?:on|jobs|steps):/m.test(code);
  const yaml = blocks.filter(
    (block) => block.language === 'yaml' && !isWorkflow(block) && !block.words.includes('invalid'),
  );

  test.for(yaml.map((block) => [`${block.document}:${block.line}`, block] as const))(
    '%s is valid',
    ([, block]) => {
      const errors = problemsOf(block).filter(({ severity }) => severity === 'error');
      expect(errors.map((problem) => formatProblem(problem, block.code))).toEqual([]);
    },
  );

  test('that is wrong is found, whether a part of a scenario or a manifest', () => {
    const block = { document: 'a.md', line: 1, language: 'yaml', words: [] };
    const codes = ['spec: {sed: 1}', 'sed: 1', 'apiVersion: v1\nkind: Pod\nmetadata: {nam: a}'];
    for (const code of codes) expect(problemsOf({ ...block, code })).not.toEqual([]);
  });
});

describe('code that is shown from a file', () => {
  const excerpts = blocks.flatMap((block) => {
    const source = wordOf(block, 'source');
    return source === undefined ? [] : [{ ...block, source }];
  });

  test.for(excerpts.map((block) => [`${block.document}:${block.line}`, block] as const))(
    '%s stands there',
    ([, { source, code }]) => {
      expect(readFileSync(join(root, source), 'utf8')).toContain(code);
    },
  );
});
