// The operation `phases` and tuning sets as a scenario has them: what is rendered, and what is
// refused where.
import { describe, expect, test } from 'vitest';
import type { PhasesOperation } from '../../src/cluster/phase-operation.js';
import { load } from './memory-files.js';

const spec = (phase: string, sets = ''): string => `nodePools: [{name: a, count: 1}]
workload:
${sets === '' ? '' : `  tuningSets: ${sets}\n`}  operations:
    - op: phases
      phases:
        - ${phase.replaceAll('\n', '\n          ')}
`;

const map =
  'objects: [{basename: m, yaml: "{apiVersion: v1, kind: ConfigMap, data: {i: \'{{.Index}}\'}}"}]';

function phasesOf(text: string, files?: Record<string, string>): PhasesOperation {
  const { scenario, problems } = load(text, files);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const found = scenario?.operations.find(({ op }) => op === 'phases');
  if (found?.op !== 'phases') throw new Error('there are no phases');
  return found;
}

const names = ({ phases }: PhasesOperation): readonly (readonly string[])[] =>
  phases.flatMap(({ units }) =>
    units.map((unit) =>
      unit.map(({ metadata: { namespace, name } }) => `${namespace ?? ''}/${name}`),
    ),
  );

describe('a phase', () => {
  test('has a unit for every index in every namespace', () => {
    const operation = phasesOf(
      spec(`action: create\nnamespaces: {prefix: t-, from: 1, to: 2}\nfrom: 3\ncount: 2\n${map}`),
    );
    expect(names(operation)).toEqual([['t-1/m-3'], ['t-1/m-4'], ['t-2/m-3'], ['t-2/m-4']]);
    expect(operation.phases[0]?.changes).toEqual([
      { target: { kind: 'ConfigMap', namespace: '', name: 'm-*' }, objects: 4 },
    ]);
    expect(operation.phases[0]?.units[1]?.[0]).toMatchObject({ data: { i: '4' } });
  });

  test('has a namespace for so many nodes of the pools, and one at least', () => {
    const phases = spec(`action: create\nnamespaces: {prefix: t-, nodesEach: 100}\n${map}`);
    const on = (pools: string): string =>
      phases.replace('nodePools: [{name: a, count: 1}]', `nodePools: [${pools}]`);
    expect(names(phasesOf(on('{name: a, count: 150}, {name: b, count: 190}')))).toEqual([
      ['t-1/m-0'],
      ['t-2/m-0'],
      ['t-3/m-0'],
    ]);
    expect(names(phasesOf(phases))).toEqual([['t-1/m-0']]);
  });

  test('without a tuning set does one unit after the other', () => {
    const { tuningSets, phases } = phasesOf(spec(`action: create\n${map}`));
    expect(tuningSets.get(phases[0]?.tuningSet ?? '?')).toEqual({ kind: 'parallelism', limit: 1 });
  });

  test('may name its namespace by the index, and count every object as a unit', () => {
    const operation = phasesOf(
      spec(`action: create
namespaces: {prefix: job-, indicesEach: 2}
count: 3
apart: true
objects:
  - template: pod.yaml
    copies: 2
    labels: {job: x}
    params: {image: pause}`),
      {
        'pod.yaml': `apiVersion: v1
kind: Pod
metadata: {name: "p-{{.Iteration}}-{{.Replica}}"}
spec:
  containers: [{name: c, image: "{{.image}}"}]
`,
      },
    );
    expect(names(operation)).toEqual([
      ['job-0/p-0-1'],
      ['job-0/p-0-2'],
      ['job-0/p-1-1'],
      ['job-0/p-1-2'],
      ['job-1/p-2-1'],
      ['job-1/p-2-2'],
    ]);
    const [first, second] = operation.phases[0]?.units.flat() ?? [];
    expect(first?.metadata.labels).toEqual({ job: 'x' });
    expect(first?.kind === 'Pod' && second?.kind === 'Pod' && first.spec === second.spec).toBe(
      true,
    );
  });

  test('gives labels to the pods that its objects make', () => {
    const operation = phasesOf(
      spec(`action: create
objects:
  - basename: d
    labels: {job: x}
    yaml: |
      apiVersion: apps/v1
      kind: Deployment
      spec:
        selector: {matchLabels: {a: b}}
        template:
          metadata: {labels: {a: b}}
          spec: {containers: [{name: c, image: pause}]}`),
    );
    expect(operation.phases[0]?.units[0]?.[0]).toMatchObject({
      metadata: { name: 'd-0', labels: { job: 'x' } },
      spec: { template: { metadata: { labels: { a: 'b', job: 'x' } } } },
    });
  });

  test('draws the same random values for the same seed, and others for another object', () => {
    const random =
      'objects: [{basename: m, yaml: "{apiVersion: v1, kind: ConfigMap, data: {i: \'{{RandInt 1000000}}\'}}"}]';
    const values = (seed: number): readonly unknown[] =>
      phasesOf(`seed: ${seed}\n${spec(`action: create\ncount: 2\n${random}`)}`)
        .phases[0]?.units.flat()
        .map((object) => 'data' in object && object.data) ?? [];
    expect(values(1)).toEqual(values(1));
    expect(values(1)).not.toEqual(values(2));
    expect(values(1)[0]).not.toEqual(values(1)[1]);
  });

  test('may delete what another one has created', () => {
    const { scenario, problems } = load(
      `${spec(`action: create\ncount: 2\n${map}`)}    - op: phases
      phases:
        - action: delete
          count: 2
          ${map}
`,
    );
    expect(problems).toEqual([]);
    expect(scenario?.operations).toHaveLength(2);
  });
});

describe('forEach', () => {
  const operation = (line: string): string =>
    `nodePools: [{name: a, count: 1}]
workload: {tuningSets: {slow: {qpsLoad: {qps: 2}}}, operations: [${line}]}`;

  test('has a patch for every time, and the pace of its tuning set', () => {
    const text =
      '{op: forEach, action: patch, kind: Deployment, labels: {b: x, a: u}, times: 2, ' +
      'tuningSet: slow, params: {key: k}, yaml: \'metadata: {labels: {"{{.key}}": v{{.Iteration}}}}\'}';
    const { scenario, problems } = load(operation(text.replaceAll('\\"', '"')));
    expect(problems).toEqual([]);
    expect(scenario?.operations[0]).toMatchObject({
      op: 'forEach',
      kind: 'Deployment',
      namespace: '',
      labels: [
        ['a', 'u'],
        ['b', 'x'],
      ],
      patches: [{ metadata: { labels: { k: 'v0' } } }, { metadata: { labels: { k: 'v1' } } }],
      tuningSet: { kind: 'qps', qps: 2 },
    });
  });

  test('draws values of a patch from the seed, anew each time', () => {
    const line =
      '{op: forEach, action: patch, kind: Pod, times: 9, yaml: \'data: {x: "{{randInt 0 1000}}"}\'}';
    const [first, second] = [load(operation(line)), load(operation(line))].map(({ scenario }) => {
      const [found] = scenario?.operations ?? [];
      return found?.op === 'forEach' ? found.patches.map((patch) => JSON.stringify(patch)) : [];
    });
    expect(first).toEqual(second);
    expect(new Set(first).size).toBeGreaterThan(5);
  });

  test.each([
    ['{op: forEach, action: get, kind: Deploymnt}', 'there is no kind "Deploymnt"'],
    ['{op: forEach, action: patch, kind: Pod}', 'either template, a file, or yaml'],
    ['{op: forEach, action: get, kind: Pod, yaml: "a: b"}', 'a get has no template'],
    ['{op: forEach, action: get, kind: Pod, tuningSet: fast}', 'there is no tuning set "fast"'],
    ['{op: forEach, action: patch, kind: Pod, yaml: "1"}', 'the template holds no mapping'],
    [
      '{op: forEach, action: patch, kind: Pod, yaml: "[1]"}',
      'no JSON patch: [0]: op is one of add',
    ],
    [
      '{op: forEach, action: patch, kind: Pod, yaml: "[{op: remove, path: spec}]"}',
      'no JSON patch: [0].path: a place such as /metadata',
    ],
    ['{op: forEach, action: patch, kind: Pod, yaml: "a: [1"}', ''],
  ])('%s is refused', (line, message) => {
    const { scenario, problems } = load(operation(line));
    expect(scenario).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(message);
  });
});

describe('a tuning set', () => {
  test.each([
    ['{qpsLoad: {qps: 5}}', { kind: 'qps', qps: 5 }],
    ['{globalQPSLoad: {qps: 5, burst: 2}}', { kind: 'globalQps', qps: 5, burst: 2 }],
    ['{randomizedLoad: {averageQPS: 5}}', { kind: 'randomized', averageQps: 5 }],
    [
      '{steppedLoad: {burstSize: 5, stepDelay: 2s}}',
      { kind: 'stepped', burst: 5, stepDelayUs: 2_000_000 },
    ],
    ['{timeLimitedLoad: {timeLimit: 1m}}', { kind: 'timeLimited', timeLimitUs: 60_000_000 }],
    [
      '{randomizedTimeLimitedLoad: {timeLimit: 1m}}',
      { kind: 'randomizedTimeLimited', timeLimitUs: 60_000_000 },
    ],
    ['{parallelismLimitedLoad: {parallelismLimit: 3}}', { kind: 'parallelism', limit: 3 }],
  ])('%s is read', (text, expected) => {
    const sets = `{it: ${text}}`;
    const operation = phasesOf(spec(`action: create\ntuningSet: it\n${map}`, sets));
    expect(operation.tuningSets).toEqual(new Map([['it', expected]]));
  });
});

describe('what is refused', () => {
  test.each<[string, string, string, string | undefined]>([
    [
      `action: create\ntuningSet: unifrom\n${map}`,
      '{uniform: {qpsLoad: {qps: 5}}}',
      'there is no tuning set "unifrom"',
      'tuningSet: uniform',
    ],
    [`action: create\n${map}`, '{a: {}}', 'exactly one kind of load', undefined],
    ['action: create\nobjects: [{basename: a}]', '', 'either template, a file, or yaml', undefined],
    [
      'action: create\nobjects: [{template: none.yaml}]',
      '',
      '"none.yaml" names no file',
      undefined,
    ],
    ['action: create\nobjects: [{yaml: "a: {{if 1}}"}]', '', '"if" has no end', undefined],
    ['action: create\nobjects: [{yaml: "a: {{.Nothing}}"}]', '', '.Nothing is none of', undefined],
    [`action: delete\n${map}`, '', 'no operation before this one creates ConfigMap', undefined],
  ])('%s', (phase, sets, message, suggestion) => {
    const { scenario, problems } = load(spec(phase, sets));
    expect(scenario).toBeUndefined();
    expect(problems).toHaveLength(1);
    expect(`${problems[0]?.message} ${problems[0]?.expected}`).toContain(message);
    if (suggestion !== undefined) expect(problems[0]?.suggestion).toBe(suggestion);
  });

  test('is a namespace for so many nodes where no pool says how many there are', () => {
    const text = (pools: string): string => `${pools}workload:
  operations:
    - {op: phases, phases: [{action: create, namespaces: {prefix: t-, nodesEach: 9}, ${map}}]}
`;
    const [problem, ...others] = load(text('')).problems.filter(
      ({ severity }) => severity === 'error',
    );
    expect(others).toEqual([]);
    expect(problem?.message).toBe('the scenario says of no pool how many nodes it has');
    const pools = load(text('nodePools: [{name: a, count: many}]\n')).problems;
    expect(pools.map(({ message }) => message)).not.toContain(problem?.message);
  });

  test('is told once, where it stands in the text of a template', () => {
    const { problems } = load(
      spec(`action: create
count: 5
objects:
  - basename: p
    yaml: |
      apiVersion: v1
      kind: Pod
      spec:
        containers: [{name: c, imagee: x}]`),
    );
    const found = problems.map(({ severity, line, column }) => `${severity} ${line}:${column}`);
    // An unknown field is dropped by the API server; a missing one is not.
    expect(found).toEqual(['error 18:34', 'warning 18:44']);
  });
});
