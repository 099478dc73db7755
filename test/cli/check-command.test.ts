// The command in this process, with the threads of the built program.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.js';
import { scenarioText } from '../scenario/memory-files.js';

const checkEntry = new URL('../../dist/cli/check-worker.js', import.meta.url);

let folder = '';
let file = '';
let baselines = '';

const spec = `
  seed: 1
  horizon: 2m
  nodePools: [{name: workers, count: 2, cpu: 4, memory: 8Gi}]
  network: {registry: {bytesPerSecond: 50M}}
  workload:
    operations:
      - op: createPods
        count: 3
        template: {spec: {containers: [{name: web, image: shop/web}]}}
  thresholds:
    pods_ready:
      - value==3
      - {expr: value>5, level: warn}
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kubeclock check '));
  file = join(folder, 'shop.yaml');
  baselines = join(folder, 'baselines');
  writeFileSync(file, scenarioText(spec).replace('name: test', 'name: shop'));
  expect((await check('--update')).code).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function program(
  args: readonly string[],
  env: Record<string, string> = {},
  entry: URL = checkEntry,
) {
  let out = '';
  let err = '';
  const code = await runProgram(['check', ...args], {
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
    env,
    checkEntry: entry,
  });
  return { code, out, err };
}

const check = (...args: readonly string[]) =>
  program([file, '--baseline', baselines, '-q', ...args]);

describe('a scenario whose input has not changed', () => {
  test('is the same as its baseline, whatever the number of workers', async () => {
    const other = join(folder, 'shed.yaml');
    const both = join(folder, 'both');
    writeFileSync(other, readFileSync(file, 'utf8').replace('name: shop', 'name: shed'));
    const checkBoth = (...args: readonly string[]) =>
      program([file, other, '--baseline', both, '-q', ...args]);
    expect((await checkBoth('--update', '--workers', '1')).code).toBe(0);
    const { code, out, err } = await checkBoth('--workers', '2');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const name of ['shop', 'shed']) {
      const same = `${name} .*: the same as the baseline; 1 threshold of level\\s+warn failed`;
      expect(out).toMatch(new RegExp(same));
    }
  });

  test('keeps the bytes of its baseline when that is updated', async () => {
    const path = join(baselines, 'shop.json');
    const before = { text: readFileSync(path, 'utf8'), mtimeMs: statSync(path).mtimeMs };
    expect((await check('--update')).out).not.toContain('written');
    expect({ text: readFileSync(path, 'utf8'), mtimeMs: statSync(path).mtimeMs }).toEqual(before);
  });
});

describe('an argument after a !', () => {
  test('leaves scenarios out, by whatever path they are named', async () => {
    const heavy = join(folder, 'heavy');
    mkdirSync(heavy);
    writeFileSync(join(heavy, 'large.yaml'), readFileSync(file, 'utf8'));
    const args = [file, join(heavy, '*.yaml'), `!${join(heavy, '..', 'heavy')}`];
    const { code, out } = await program([...args, '--baseline', baselines, '-q']);
    rmSync(heavy, { recursive: true });
    expect(code).toBe(0);
    expect(out).toContain('1 of 1 scenario passed');
  });
});

describe('a planted regression of 1 %', () => {
  const planted = ['--set', 'network.registry.bytesPerSecond=49.5M'];

  test('is found, and its cause is named', async () => {
    const { code, out } = await check(...planted, '-o', 'json');
    expect(code).toBe(4);
    const [scenario] = JSON.parse(out).scenarios;
    expect(scenario).toMatchObject({ name: 'shop', status: 'regressed', ok: false, line: 8 });
    const { figures, firstDifference, input, stages } = scenario.difference;
    expect(input).toEqual([
      { path: 'network.registry.bytesPerSecond', before: '50M', after: '49.5M' },
    ]);
    expect(firstDifference).toMatchObject({
      isExact: true,
      was: { component: 'registry', name: 'JobServed' },
    });
    expect(firstDifference.moved.now.seconds).toBeGreaterThan(firstDifference.moved.was.seconds);
    expect(stages[0]).toMatchObject({ activity: 'image_pull' });
    expect(stages[0].afterSeconds).toBeGreaterThan(stages[0].beforeSeconds);
    expect(
      figures.find(({ figure }: { figure: string }) => figure.endsWith('pull_seconds.p50'))
        .direction,
    ).toBe('worse');
  });

  test('passes under tolerances that are larger', async () => {
    const { code, out } = await check(
      ...planted,
      ...['--tolerance', 'events=20%', '--tolerance', '2%'],
    );
    expect(code).toBe(0);
    expect(out).toContain('differs from the baseline within its tolerances');
  });
});

describe('the exit code', () => {
  test('is 3 when only a threshold has failed', async () => {
    const { code, out } = await check('--set', 'thresholds.pods_ready=[value==4]');
    expect(code).toBe(3);
    expect(out).toContain('threshold: pods_ready: value==4, measured 3');
  });

  test('is 2 when the model is another, which is no regression', async () => {
    const path = join(baselines, 'model.json');
    const model = readFileSync(path, 'utf8');
    writeFileSync(path, model.replace(/("etcd-costs\.[a-zA-Z]+Us": ")[^"]*/, '$11 µs'));
    const { code, out } = await check('--set', 'network.registry.bytesPerSecond=49.5M');
    expect(code).toBe(2);
    expect(out).toMatch(/differs from the baseline, which another model\s+has made/);
    expect(out).toMatch(/etcd-costs\.[a-zA-Z]+: 1 µs → /);
    writeFileSync(path, model);
  });
});

describe('a run that does not come to its end', () => {
  const fake = new URL('./fake-check.mjs', import.meta.url);
  const faked = (folder: string, seed: string) =>
    program([file, '--baseline', folder, '--update', '-q', '--seed', seed], {}, fake);

  test.each([
    ['failed', /FAIL {2}shop .*PluginFailure: gang\.ts:3:1: failed/s],
    ['stopped', /FAIL {2}shop .*stopped before it was run/s],
  ])('has %s: the command ends with 1, and no baseline is written', async (seed, message) => {
    const none = join(folder, seed);
    const { code, out } = await faked(none, seed);
    expect(code).toBe(1);
    expect(out).toMatch(message);
    expect(out).toContain('0 of 1 scenario passed');
    expect(readdirSync(none)).toEqual(['model.json']);
  });
});

describe('what is wrong is said before anything is run:', () => {
  const withBaseline = async (change: (text: string) => string) => {
    const other = join(folder, 'other');
    cpSync(baselines, other, { recursive: true });
    const path = join(other, 'shop.json');
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    return program([file, '--baseline', other]);
  };

  test('a baseline of another schema, and one that is damaged, at their lines', async () => {
    const schema = await withBaseline((text) => text.replace('sion": 1', 'sion": 9'));
    expect(schema.code).toBe(2);
    expect(schema.err).toMatch(/shop\.json:2:2: error KUBECLOCK2013: the baseline has schemaV/);
    const damaged = await withBaseline((text) => text.slice(0, 200));
    expect(damaged.err).toMatch(/shop\.json:\d+:\d+: error KUBECLOCK2013: the baseline is damaged/);
    expect(damaged.err).toContain('nothing was run');
  });

  test('a baseline of another scenario or seed', async () => {
    const scenario = await withBaseline((text) => text.replace('"shop"', '"shed"'));
    expect(scenario.code).toBe(2);
    expect(scenario.err).toMatch(/json:3:2: .*made with the scenario shed, and this is shop/);
    const seed = await check('--seed', '2');
    expect(seed.code).toBe(2);
    expect(seed.err).toMatch(/json:4:2: .*made with the seed 1, and this is 2/);
  });

  test('a baseline that is missing, with how to make it', async () => {
    const { code, err } = await program([file, '--baseline', join(folder, 'none')]);
    expect(code).toBe(2);
    expect(err).toContain('there is no such baseline');
    expect(err).toContain('kubeclock check --update');
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  test('two scenarios of one name', async () => {
    const twin = join(folder, 'twin.yaml');
    writeFileSync(twin, readFileSync(file, 'utf8'));
    const { code, err } = await program([file, twin, '--baseline', baselines]);
    expect(code).toBe(2);
    expect(err).toContain('shop.yaml is called shop too');
  });

  test.each<[readonly string[], RegExp]>([
    [['--tolerance', 'pod_startup_second=2%'], /did you mean "pod_startup_seconds"\?/],
    [['--tolerance', 'pod_startup_seconds.p98=2%'], /pod_startup_seconds has no "p98"/],
    [['--tolerance', 'events=lots'], /write METRIC=TOLERANCE/],
    [['--reporter', 'junt'], /did you mean junit\?/],
    [['--reporter', 'junit='], /name the file/],
    [['--reporter', 'junit', '--reporter', 'tap'], /junit and tap would mix on stdout/],
    [['-o', 'xml'], /the format is json or table/],
    [['--workers', '0'], /--workers 0/],
  ])('%j', async (args, message) => {
    const { code, err } = await check(...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  test('scenarios of which all are left out, and one to leave out that is not there', async () => {
    const all = await program([file, `!${join(folder, '*.yaml')}`]);
    expect(all.code).toBe(2);
    expect(all.err).toContain('names no scenario: what follows ! is left out');
    expect((await check(`!${join(folder, 'gone.yaml')}`)).err).toContain(
      'gone.yaml does not exist',
    );
  });

  test('a file that is no scenario, and a folder without any', async () => {
    const manifest = join(folder, 'web.yml');
    writeFileSync(manifest, 'apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n');
    expect((await program([manifest])).err).toContain('is no scenario');
    expect((await program([join(folder, 'gone.yaml')])).err).toContain('does not exist');
    expect((await program([baselines])).err).toContain('holds no scenarios');
    expect((await program(['-'])).err).toContain('check reads files, not standard input');
  });
});

describe('reports', () => {
  test('go to their files side by side, and the step summary grows', async () => {
    const summary = join(folder, 'summary.md');
    writeFileSync(summary, 'before\n');
    const to = (name: string) => join(folder, 'reports', name);
    const reporters = ['console', 'github', `junit=${to('a.xml')}`, `tap=${to('a.tap')}`];
    const args = reporters.flatMap((each) => ['--reporter', each]);
    const { out } = await program([file, '--baseline', baselines, '-q', ...args], {
      GITHUB_STEP_SUMMARY: summary,
    });
    expect(readdirSync(join(folder, 'reports'))).toEqual(['a.tap', 'a.xml']);
    expect(out).toContain('1 of 1 scenario passed');
    expect(out).toMatch(/^::warning file=.*shop\.yaml,line=17,title=shop%3A threshold failed::/m);
    expect(readFileSync(summary, 'utf8')).toMatch(/^before\n### kubeclock check: 1 of 1 scen/);
  });
});
