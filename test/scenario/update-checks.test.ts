import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesIn } from '../../src/scenario/files.js';
import { loadScenario } from '../../src/scenario/load.js';
import { isScenarioText } from '../../src/scenario/recognition.js';
import { root } from '../tidy/source-files.js';
import { brief, deployment, load } from './memory-files.js';

/** What is said of operations on a Deployment `web`, which has one container, `c`. */
function problemsOf(...operations: readonly string[]) {
  return load(`
    workload:
      operations:
        - {op: apply, objects: [${deployment('web')}]}
${operations.map((text) => `        - ${text}`).join('\n')}`).problems;
}

const update = (patch: string): string => `{op: update, target: Deployment/web, patch: ${patch}}`;

describe('a patch', () => {
  test.each([
    '{spec: {replicas: 3}}',
    '{spec: {template: {spec: {containers: [{name: c, image: b}]}}}}',
    '{spec: {template: {metadata: {annotations: {a: b}}}}}',
    '{spec: {paused: null}}',
  ])('%s is sound', (patch) => {
    expect(problemsOf(update(patch)).map(brief)).toEqual([]);
  });

  test('with a field that there is not is told at that field, with the one that is meant', () => {
    const patch = '{spec: {tempalte: {spec: {}}}}';
    const [problem] = problemsOf(update(patch));
    expect(problem).toMatchObject({ line: 8, code: 'KUBECLOCK1101', suggestion: 'template:' });
    expect(problem?.column).toBe(9 + update(patch).indexOf('tempalte'));
  });

  test('is told where its items stand, not where the object has them', () => {
    const item = '{name: other, image: b, prots: []}';
    const patch = `{spec: {template: {spec: {containers: [${item}]}}}}`;
    const [problem] = problemsOf(update(patch));
    expect(problem?.path).toBe('spec.template.spec.containers[1].prots');
    expect(problem?.column).toBe(9 + update(patch).indexOf('prots'));
  });

  test('may not make an object that the API server refuses', () => {
    const [problem] = problemsOf(update('{spec: {replicas: -1}}'));
    expect(problem?.message).toContain('must be greater than or equal to 0');
    const [other] = problemsOf(update('{spec: soon}'));
    expect(other).toMatchObject({ path: 'spec', code: 'KUBECLOCK1102' });
  });

  test('builds on the patches before it', () => {
    const added = '{spec: {template: {spec: {containers: [{name: side, image: s}]}}}}';
    const images = '{op: setImage, target: Deployment/web, images: {side: s2}}';
    expect(problemsOf(update(added), images).map(brief)).toEqual([]);
  });

  test('of what the scenario does not create is not judged', () => {
    const other = '{op: update, target: Node/node-0, patch: {spec: {zz: 1}}}';
    expect(problemsOf(other).filter(({ path }) => path.endsWith('zz'))).toEqual([]);
  });
});

describe('a new image', () => {
  test('is for a container that is there', () => {
    const images = '{op: setImage, target: Deployment/web, images: {wbe: b}}';
    const [problem] = problemsOf(images);
    expect(problem).toMatchObject({ line: 8, code: 'KUBECLOCK2005', expected: 'one of c' });
    expect(problem?.message).toBe('Deployment/default/web has no container "wbe"');
  });

  test('may be for all of them', () => {
    expect(problemsOf('{op: setImage, target: Deployment/web, images: {"*": b}}')).toEqual([]);
  });
});

test('every update of the scenarios that ship is sound', () => {
  const folder = join(root, 'scenarios');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name);
    return name.endsWith('.yaml') && /op: (?:update|setImage)\b/.test(readFileSync(path, 'utf8'));
  });
  expect(names.length).toBeGreaterThan(3);
  for (const name of names) {
    const path = join(folder, name);
    const text = readFileSync(path, 'utf8');
    if (!isScenarioText(text)) continue;
    const { problems } = loadScenario(text, name, filesIn(dirname(path)));
    expect(problems.filter(({ severity }) => severity === 'error').map(brief)).toEqual([]);
  }
});
