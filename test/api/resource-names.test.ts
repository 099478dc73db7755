import { describe, expect, test } from 'vitest';
import type { FieldProblem } from '../../src/api/field-problem.js';
import { checkResourceNames, type ResourceUser } from '../../src/api/resource-names.js';

function problemsOf(user: ResourceUser, ...names: readonly string[]): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const list = Object.fromEntries(names.map((name) => [name, '1']));
  checkResourceNames(list, user, ['requests'], problems);
  return problems;
}

describe('a container may ask for', () => {
  test.each(['cpu', 'memory', 'ephemeral-storage', 'hugepages-2Mi', 'nvidia.com/gpu'])(
    '%s',
    (name) => expect(problemsOf('containers', name)).toEqual([]),
  );

  test.each([
    ['cpus', 'cpu:'],
    ['memroy', 'memory:'],
    ['requests.cpu', undefined],
    ['pods', undefined],
  ])('not %s', (name, suggestion) => {
    const [problem] = problemsOf('containers', name);
    expect(problem).toMatchObject({
      path: ['requests', name],
      message: `Invalid value: "${name}": must be a standard resource for containers`,
    });
    expect(problem?.suggestion).toBe(suggestion);
  });
});

describe('a quota may limit', () => {
  test.each(['cpu', 'requests.cpu', 'limits.memory', 'pods', 'count/jobs.batch', 'services'])(
    '%s',
    (name) => expect(problemsOf('quota', name)).toEqual([]),
  );

  test('not what is nearly one of these', () => {
    expect(problemsOf('quota', 'request.cpu')[0]?.suggestion).toBe('requests.cpu:');
  });
});

test('all wrong names are told, in one order', () => {
  const paths = problemsOf('containers', 'z', 'cpu', 'a').map(({ path }) => path.at(-1));
  expect(paths).toEqual(['a', 'z']);
});
