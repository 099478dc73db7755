// Scheduler plugins in files, from outside: how they are found, typed, loaded and used, and what
// their authors are told when something is wrong. Needs the built program (npm test builds it).

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { deployment, scenarioText } from '../scenario/memory-files.js';
import { root } from '../tidy/source-files.js';
import { kubeclockHere, type Outcome } from './kubeclock.js';
import { pluginScenarios } from './plugin-scenarios.js';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock plugins '));
  writeFileSync(join(folder, 'web.yaml'), deployment('web', 3));
});

beforeEach(() => rmSync(join(folder, 'out'), { recursive: true, force: true }));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file of the folder. */
function write(file: string, text: string): void {
  mkdirSync(join(folder, file, '..'), { recursive: true });
  writeFileSync(join(folder, file), text);
}

const run = (...args: readonly string[]): Promise<Outcome> =>
  kubeclockHere(['run', 'web.yaml', '--nodes', '3', '--out', 'out', ...args], { cwd: folder });

/** A run with one plugin of the given text; this process loads a file but once. */
function runPlugin(file: string, text: string, ...args: readonly string[]): Promise<Outcome> {
  write(file, text);
  return run('--plugin', file, ...args);
}

/** The plugin that runs nowhere but on one node, by name, with `body` where it judges. */
const only = (body: string): string =>
  `export const Only = { name: 'Only', filter: (state, pod, snapshot) => (row) => ${body} };\n`;

const nodesOf = (): string[] => {
  const [head = '', ...rows] = readFileSync(join(folder, 'out/pods.csv'), 'utf8').split('\n');
  const column = head.split(',').indexOf('node');
  return rows.filter((row) => row !== '').map((row) => row.split(',')[column] ?? '');
};

const onNode = (node: string): string =>
  only(
    `snapshot.table.names[row] === '${node}' ? undefined : { code: 'Unschedulable', reasons: ['no'] }`,
  );

/** In TypeScript, with a file beside it. */
const typed = `import { type FilterPlugin, status } from 'kubeclock';
import { wanted } from './lib/wanted.js';

const elsewhere = status('Unschedulable', 'not the wanted node');

export const Only = {
  name: 'Only',
  filter: (_state, _pod, { table }) => (row: number) =>
    (table.names[row] as string) === wanted ? undefined : elsewhere,
} satisfies FilterPlugin;
`;

describe('a plugin file', () => {
  test('may be TypeScript that uses the library and other files, on the Node at hand', async () => {
    write('lib/wanted.ts', "export const wanted: string = 'default-1';\n");
    const { code, err } = await runPlugin('only.ts', typed, '--verify');
    expect(code, err).toBe(0);
    expect(nodesOf()).toEqual(['default-1', 'default-1', 'default-1']);
  });

  test.each([20, 22, 24])('works alike on Node %i', (release) => {
    const cached = `node_modules/.cache/kubeclock/node-${release}/node_modules`;
    const binary = join(root, cached, `node-${process.platform}-${process.arch}/bin/node`);
    if (!existsSync(binary)) {
      process.stderr.write(
        `skipped: Node ${release} was not fetched (determinism/node-versions)\n`,
      );
      return;
    }
    write('lib/wanted.ts', "export const wanted: string = 'default-2';\n");
    write('only.ts', typed);
    const program = join(root, 'dist/cli/main.js');
    const args = ['run', 'web.yaml', '--nodes', '3', '--out', 'out', '--plugin', 'only.ts', '-q'];
    const { status, stderr } = spawnSync(binary, [program, ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(nodesOf()).toEqual(['default-2', 'default-2', 'default-2']);
  });

  test.each([
    ['only.mjs', onNode('default-0')],
    ['only.js', onNode('default-0')],
    ['only.cjs', onNode('default-0').replace('export const Only =', 'exports.Only =')],
  ])('may be JavaScript: %s', async (file, text) => {
    const { code, err } = await runPlugin(file, text);
    expect(code, err).toBe(0);
    expect(nodesOf()).toEqual(['default-0', 'default-0', 'default-0']);
  });

  test('may be one of several', async () => {
    write('a.mjs', onNode('default-0'));
    const other = onNode('default-1').replaceAll('Only', 'Other');
    const { code, err } = await runPlugin('b.mjs', other, '--plugin', 'a.mjs', '--until', '30s');
    expect([code, err.match(/^Plugin \w+/gm)]).toEqual([0, ['Plugin Other', 'Plugin Only']]);
    expect(nodesOf()).toEqual(['', '', '']);
  });

  test('may be named in a scenario, relative to it, and is kept with the results', async () => {
    write('apart/policy/only.mjs', onNode('default-1'));
    write(
      'apart/scenario.yaml',
      scenarioText(`
        controlPlane: {scheduler: {plugins: [policy/only.mjs]}}
        nodePools: [{name: default, count: 3, cpu: 4, memory: 8Gi}]
        workload: {operations: [{op: apply, manifests: ../web.yaml}]}`),
    );
    const { code, err } = await kubeclockHere(['run', 'apart/scenario.yaml', '--out', 'out'], {
      cwd: folder,
    });
    expect(code, err).toBe(0);
    expect(new Set(nodesOf())).toEqual(new Set(['default-1']));
    const inputs = JSON.parse(readFileSync(join(folder, 'out/inputs.json'), 'utf8'));
    expect(Object.keys(inputs.texts)).toContain('apart/policy/only.mjs');
  });
});

describe('what a run has kept of its plugins', () => {
  test('makes the same run again without the files', async () => {
    write('lib/wanted.ts', "export const wanted: string = 'default-1';\n");
    expect((await runPlugin('only.ts', typed)).code).toBe(0);
    const hash = JSON.parse(readFileSync(join(folder, 'out/summary.json'), 'utf8')).traceHash;
    rmSync(join(folder, 'only.ts'));
    rmSync(join(folder, 'lib'), { recursive: true });
    const library = (file: string): string => `file://${join(root, 'dist', file)}`;
    const script = `
      const { readFileSync } = await import('node:fs');
      const { parseRunInputs } = await import('${library('scenario/run-inputs.js')}');
      const { loadKeptInput } = await import('${library('cli/input.js')}');
      const { runScenario } = await import('${library('index.js')}');
      const kept = parseRunInputs(readFileSync('out/inputs.json', 'utf8'));
      const { scenario, plugins, problems } = await loadKeptInput(kept);
      if (scenario === undefined) throw new Error(JSON.stringify(problems));
      console.log(runScenario(scenario, { plugins }).traceHash);`;
    const again = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(again.stdout.trim(), again.stderr).toBe(hash);
  });
});

describe('the plan', () => {
  test('shows where plugins run, and which file they are of', async () => {
    write('only.mjs', onNode('default-0'));
    const { out, code } = await kubeclockHere(['plan', 'web.yaml', '--plugin', 'only.mjs'], {
      cwd: folder,
    });
    expect(code).toBe(0);
    expect(out).toMatch(/^ {4}filter .*\n(?: {16}.*\n)*? {16}.*NodeDeclaredFeatures, Only$/m);
    expect(out).toContain('PLUGINS\n  Only of only.mjs\n');
    expect(out).toContain('Plugin Only: no scheduler configuration names it');
  });

  test('shows the weight that a configuration gives', async () => {
    const file = join(pluginScenarios, 'cost-aware.yaml');
    const { out } = await kubeclockHere(['plan', file, '--json']);
    const plan = JSON.parse(out);
    const { score } = plan.schedulerProfiles[0].plugins;
    expect(score.at(-1)).toEqual({ name: 'CostAware', weight: 20 });
    expect(plan.pluginNotices).toEqual([]);
  });

  test('tells nothing of plugins under --quiet', async () => {
    write('only.mjs', onNode('default-0'));
    expect((await run('--plugin', 'only.mjs', '-q')).err).toBe('');
  });
});

describe('a plugin that breaks the rules', () => {
  const score = (body: string): string =>
    `export const Bad = { name: 'Bad', score(state, pod, nodes, snapshot, scores) { ${body} } };\n`;

  test.each([
    ['throws', only('row.nothing.x'), 'Only, Filter of pod default/web-\\S+ on node default-\\d: '],
    ['gives a score above 100', score('scores.fill(101)'), 'Bad, Score of pod \\S+ on node \\S+: '],
    ['is async', score('').replace('score(', 'async score('), 'Bad, Score of pod \\S+: returned a'],
    ['asks the clock', only('Date.now() % 2 ? undefined : 1'), 'handle\\.now\\(\\) is the'],
    ['makes a date', only('new Date().getDay()'), 'handle\\.now\\(\\) is the simulated time'],
    ['throws dice', only('Math.random()'), 'draw from handle\\.stream\\(purpose\\)'],
  ])('%s: the run ends with 1, its results are marked', async (what, text, pattern) => {
    const { code, err } = await runPlugin(`${what}.mjs`, text);
    expect(code).toBe(1);
    expect(err).toMatch(
      new RegExp(`^partial: Ended at \\S+ s of simulated time by plugin.*${pattern}`, 'm'),
    );
    expect(err).toContain('This is a fault of the plugin.');
    const { outcome, counts } = JSON.parse(readFileSync(join(folder, 'out/summary.json'), 'utf8'));
    expect([outcome.end, outcome.partial, counts.podsBound]).toEqual(['failed', true, 0]);
  });

  test('by keeping something in its module is found out by --verify', async () => {
    const text = `let cycles = 0;\n${only("cycles++ < 3 ? { code: 'Unschedulable', reasons: [] } : undefined")}`;
    const { code, err } = await runPlugin('keeping.mjs', text, '--verify');
    expect(code).toBe(5);
    expect(err).toContain('not reproducible: trace hash');
  });

  test('is told where in the file, and the whole stack on demand', async () => {
    const text =
      '// one\n\nexport const Bad = {\n  name: "Bad",\n  preEnqueue(pod) { pod.a.b; },\n};\n';
    const { err } = await runPlugin('bad.mjs', text);
    expect(err).toMatch(/^ {2}at bad\.mjs:5:27$/m);
    expect(err).not.toContain('    at ');
    const debug = (await run('--plugin', 'bad.mjs', '--debug')).err;
    expect(debug).toMatch(/^TypeError: .*\n {4}at .*preEnqueue .*bad\.mjs:5:27/m);
  });

  test('after some placements leaves those in the results', async () => {
    const text = only('snapshot.table.pods.some((pods) => pods.length > 1) ? row.a.b : undefined');
    const { code } = await runPlugin('late.mjs', text.replace('> 1', '> 0'));
    expect(code).toBe(1);
    expect(nodesOf().filter((node) => node !== '')).toHaveLength(1);
  });
});

describe('files that are no use are refused with 2, before anything runs', () => {
  const refusals: readonly (readonly [file: string, text: string, message: string])[] = [
    ['plugin.py', 'pass', 'expected: a file that ends in .ts, .mts, .js, .mjs or .cjs'],
    ['none.mjs', 'export const a = 1;', "expected: an export {name: 'MyPlugin', …}"],
    ['syntax.ts', 'export const a: = 1;', 'syntax.ts:1:17: error KUBECLOCK2010'],
    ['syntax.mjs', 'export const a = ;', 'syntax.mjs:1:18: error KUBECLOCK2010'],
    ['enum.ts', 'enum A { B }', 'TypeScript enum is not supported'],
    [
      'throws.ts',
      '\n  throw new Error("no prices");',
      'throws.ts:2:9: error KUBECLOCK2010: cannot',
    ],
    ['needs.mjs', 'import "./gone.mjs";', 'cannot be imported: Cannot find module'],
    ['default.mjs', onNode('x').replaceAll('Only', 'NodeName'), "write: name: 'MyNodeName'"],
    ['form.mjs', 'export const A = { name: "A", score: 1 };', 'plugin A has score as 1, not as'],
  ];

  test('all of them at once', async () => {
    for (const [file, text] of refusals) write(file, text);
    const { code, out, err } = await run(...refusals.flatMap(([file]) => ['--plugin', file]));
    expect([code, out]).toEqual([2, '']);
    for (const [, , message] of refusals) expect(err).toContain(message);
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  test('after the files, when a plugin cannot be made', async () => {
    write('args.mjs', 'export const A = { name: "A", create(args) { args.prices; } };');
    const { code, err } = await run('--plugin', 'args.mjs');
    expect(code).toBe(2);
    expect(err).toContain('plugin A, create: threw TypeError');
  });

  test('before the files, when one is missing', async () => {
    const { code, err } = await run('--plugin', 'missing.ts');
    expect([code, err.split('\n')[0]]).toEqual([
      2,
      'kubeclock: --plugin missing.ts: there is no such file.',
    ]);
  });

  test('and validate says so of a scenario that names it', async () => {
    write('bad/policy.mjs', 'export const a = 1;');
    write(
      'bad/scenario.yaml',
      scenarioText('controlPlane: {scheduler: {plugins: [policy.mjs, gone.ts]}}'),
    );
    const { code, err } = await kubeclockHere(['validate', 'bad'], { cwd: folder });
    expect(code).toBe(2);
    expect(err).toContain('bad/policy.mjs:1:1: error KUBECLOCK2010: exports no scheduler plugin');
    expect(err).toContain('spec.controlPlane.scheduler.plugins[1]: "gone.ts" names no file');
  });

  test('a module that only imports by chance is found out by the run', async () => {
    const text = `const start = Date.now();\n${onNode('default-0')}`;
    const { code, err } = await runPlugin('top.mjs', text);
    expect(code).toBe(1);
    expect(err).toContain('plugin top.mjs:1:20, import: cannot be imported');
  });
});

describe('the types', () => {
  const tsc = (...args: readonly string[]) =>
    spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...args], {
      encoding: 'utf8',
    });

  const config = {
    extends: join(pluginScenarios, 'tsconfig.json'),
    compilerOptions: { paths: { kubeclock: [join(root, 'dist/index.d.ts')] } },
    include: ['*.ts'],
  };

  test('of the worked examples are right', () => {
    const { status, stdout } = tsc('-p', pluginScenarios);
    expect(status, stdout).toBe(0);
  });

  test('of the snippets in the documentation are right', () => {
    const text = readFileSync(join(root, 'docs/plugins.md'), 'utf8');
    const snippets = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
    expect(snippets).toHaveLength(3);
    for (const [index, code] of snippets.entries()) write(`documented/s${index}.ts`, code);
    write('documented/tsconfig.json', JSON.stringify(config));
    const { status, stdout } = tsc('-p', join(folder, 'documented'));
    expect(status, stdout).toBe(0);
  });

  test('of the snippets may be forgotten: they run', async () => {
    const text = readFileSync(join(root, 'docs/plugins.md'), 'utf8');
    const [, first = '', second = ''] = text.split('```ts\n').map((each) => each.split('```')[0]);
    write('first.ts', first);
    const { code, err } = await runPlugin('second.ts', second, '--plugin', 'first.ts');
    expect(code, err).toBe(0);
    expect(nodesOf().sort()).toEqual(['default-0', 'default-1', 'default-2']);
  });

  test.each([
    ['an answer that is no status', 'filter: () => () => "no"', "Type 'string' is not assignable"],
    ['an unknown code', 'filter: () => () => status("No")', '"No"'],
    ['a promise', 'async score() { return undefined; }', 'Promise'],
    ['a misspelt method', 'scores: () => undefined', "'scores'"],
  ])('refuse %s', (_what, method, message) => {
    const point = method.includes('filter') ? 'FilterPlugin' : 'ScorePlugin';
    write(
      'types/plugin.ts',
      `import { type FilterPlugin, type ScorePlugin, status } from 'kubeclock';
export const used: (FilterPlugin | ScorePlugin)[] = [];
export const reason = status('Unschedulable');
export const Mine = { name: 'Mine', ${method} } satisfies ${point};
`,
    );
    write('types/tsconfig.json', JSON.stringify(config));
    const { status, stdout } = tsc('-p', join(folder, 'types'));
    expect(status).not.toBe(0);
    expect(stdout).toContain('plugin.ts(4,');
    expect(stdout).toContain(message);
  });
});
