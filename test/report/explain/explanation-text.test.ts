// The explanation of a pod as a person reads it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  AttemptRecord,
  PodExplanation,
} from '../../../src/experiment/explain/pod-explanation.js';
import { explanationText } from '../../../src/report/explain/explanation-text.js';
import { root } from '../../support/scenarios.js';
import { eventRow, pendingPodRow, podRow } from '../fixtures.js';
import {
  attempt,
  explanation,
  failedAttempt,
  feasibleNode,
  fullNode,
  refusal,
  taintedNode,
} from './explanation-fixture.js';

const textOf = (fields: Parameters<typeof explanation>[0], top = 10, width = 80): string =>
  explanationText(explanation(fields), { width, top });

const attemptText = (fields: Partial<AttemptRecord>, top?: number): string =>
  textOf({ attempts: [attempt(fields)] }, top).replace(/^.*?(?=ATTEMPT)/s, '');

const victim = (name: string, priority: number) => ({
  pod: `default/${name}`,
  uid: `uid-${name}`,
  priority,
  deletedUs: 2_000_000 as number | undefined,
});

describe('a pod that was scheduled', () => {
  test('is explained in 80 columns, as docs/explain.md shows', () => {
    const guide = readFileSync(join(root, 'docs/explain.md'), 'utf8');
    const [, block = ''] = /What is printed:\n\n(.*?)\n\n- /s.exec(guide) ?? [];
    expect(textOf({})).toBe(`${block.replaceAll(/^ {4}/gm, '')}\n`);
  });

  test('has its steps before the decision in the order of their causes', () => {
    const moves = ['active', 'active'].map(() => ({
      timeUs: 1_150_000,
      scheduler: 'kube-scheduler',
      store: 'active' as const,
      cause: { event: 'BackoffComplete', object: '', plugins: [] },
      missed: [],
      backoffEndsUs: undefined,
      gate: undefined,
    }));
    const before = failedAttempt({ startedUs: 1_100_000, endedUs: 1_150_000 });
    const text = textOf({ moves, attempts: [before, attempt({ number: 2 })] });
    const at = text.split('\n').filter((line) => line.includes('1.150000 s  '));
    expect(at.map((line) => line.slice(24))).toEqual([
      `attempt 1 fails: ${refusal}`.slice(0, 56),
      'activeQ: its backoff is over (BackoffComplete)',
      'activeQ: its backoff is over (BackoffComplete)',
      'attempt 2 begins',
    ]);
  });

  test('may have to wait between the decision and the binding', () => {
    const permitWaits = [{ plugin: 'Gang', timeoutUs: 30_000_000 }];
    expect(textOf({ attempts: [attempt({ permitWaits })] }, 10, 120)).toContain(
      '1.200000 s  +50.0 ms  assumed on node-a, waits on Permit for Gang (at most 30.0 s)',
    );
  });

  test('has its warnings in the timeline, but not what its attempts say anyway', () => {
    const events = [
      eventRow({ type: 'Warning', reason: 'BackOff', message: 'no such image', count: 3 }),
      eventRow({ type: 'Warning', reason: 'FailedScheduling', message: 'nowhere' }),
      eventRow({ type: 'Normal', reason: 'Pulled', message: 'pulled it' }),
    ];
    const text = textOf({ events });
    expect(text).toContain('BackOff: no such image (3 times, the last)');
    expect(text).not.toMatch(/nowhere|pulled it/);
  });
});

describe('why the node was taken', () => {
  test.each([
    ['nominated node', { rule: 'nominated node' }, 'nominated to this node, and it is feasible'],
    ['the only one', { rule: 'only feasible node' }, 'the only feasible node'],
    ['without scores', { rule: 'first feasible node' }, 'No plugin of the profile scores'],
    [
      'the first of a heap',
      { rule: 'tie', total: 471, nodes: ['a', 'b'], tieBreak: 'heap' },
      'Tie: 2 nodes have the highest total, 471; kube-scheduler puts nodes on a heap',
    ],
    [
      'by chance',
      { rule: 'tie', total: 471, nodes: ['a', 'b'], tieBreak: 'reservoir' },
      'Tie: 2 nodes have the highest total, 471; one of them is drawn at random',
    ],
  ] as const)('is said: %s', (_what, choice, expected) => {
    expect(attemptText({ choice }).replaceAll(/\s+/g, ' ')).toContain(expected);
  });
});

describe('the nodes of a search', () => {
  const search = {
    nodes: 1250,
    narrowedBy: [],
    candidates: 1250,
    wanted: 500,
    firstNode: 'node-7',
    nominatedNode: '',
    examined: 501,
    filters: [],
  };
  const nodesOf = (fields: Partial<AttemptRecord>): string =>
    attemptText(fields).replaceAll(/\s+/g, ' ');

  test('that were not needed are counted, with the rule that ended the search', () => {
    const text = nodesOf({ search, notExamined: Array.from({ length: 750 }, () => 'x') });
    expect(text).toContain('501 of 1,250 nodes examined, beginning with node-7');
    expect(text).toContain('750 not examined.');
    expect(text).toContain(
      'The search ends when 500 of 1,250 are feasible and one more is found. filters none',
    );
  });

  test('that PreFilter left are counted', () => {
    const narrowed = { ...search, candidates: 2, narrowedBy: ['NodeAffinity'], examined: 2 };
    expect(nodesOf({ search: narrowed })).toContain('NodeAffinity left 2 nodes to look at.');
  });

  test('begin with the nominated one', () => {
    const nominated = { ...search, nominatedNode: 'node-9' };
    expect(nodesOf({ search: nominated })).toContain('node-9, to which the pod is nominated');
  });

  test('are none when PreFilter refuses the pod', () => {
    const preFilter = { plugin: 'VolumeBinding', reasons: ['no such claim'] };
    const text = nodesOf({ ...failedAttempt(), search: undefined, refused: [], preFilter });
    expect(text).toContain(
      'PreFilter of VolumeBinding refuses the pod on every node: no such claim',
    );
    expect(text).not.toContain('examined');
  });
});

describe('scores', () => {
  test('of the best nodes are shown, and the chosen one whatever its rank', () => {
    const feasible = ['c', 'a', 'b', 'd'].map((node, i) => feasibleNode(node, 90 - i));
    const text = attemptText({ feasible, node: 'd' }, 2);
    const rows = [...text.matchAll(/^ {4}(→| ) (\w) +(\d+)/gm)].map(([, mark, node, total]) =>
      [mark, node, total].join(''),
    );
    expect(rows).toEqual([' c390', ' a389', '→d387']);
    expect(text).toContain('and 1 more feasible nodes (--top all)');
  });

  test('that are the same on all nodes leave only the totals', () => {
    const feasible = ['b', 'a'].map((node) => feasibleNode(node, 50));
    expect(attemptText({ feasible, node: 'a' })).toContain(
      '(raw 0, norm 100)\n\n      node  total\n    → a       350\n      b       350\n',
    );
  });

  test('of equal total are in the order of the names', () => {
    const feasible = ['b', 'c', 'a'].map((node) => feasibleNode(node, 50));
    expect(attemptText({ feasible, node: 'b' })).toMatch(/ {2}a .*\n.*→ b .*\n.* {2}c /);
  });

  test('are raw, normalised and weighted where these differ, in bands that fit', () => {
    const scorers = Array.from({ length: 6 }, (_, i) => ({ plugin: `Plugin${i}`, weight: 2 }));
    const feasible = ['a', 'b'].map((node, n) => ({
      node,
      total: 100 * n,
      scores: scorers.map((_, i) => ({ raw: i + n, normalized: n * 50, weighted: n * 100 })),
      free: [],
    }));
    const lines = attemptText({ scorers, feasible, node: 'b' }).split('\n');
    const headers = lines.filter((line) => line.includes('raw  norm  points'));
    expect(headers.length).toBeGreaterThan(1);
    expect(headers.join(' ').match(/raw/g)).toHaveLength(6);
    expect(headers.filter((line) => line.includes('total'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('→ b'))).toHaveLength(headers.length);
  });
});

describe('a pod that fits nowhere', () => {
  const pending = { pod: pendingPodRow({ namespace: 'shop' }), attempts: [failedAttempt()] };

  test('has its message in full, and who refused which node for what', () => {
    const refused = [taintedNode('t-1'), ...failedAttempt().refused];
    const text = textOf({ ...pending, attempts: [failedAttempt({ refused })] });
    expect(text).toContain('node     none (Pending; 1 attempt to schedule it)');
    expect(text).toContain(`  says     ${refusal}`);
    expect(text).toContain(
      [
        '  Refused: 4 nodes',
        '    3  NodeResourcesFit: Insufficient cpu',
        '       asks for cpu 500m, at most 400m is free (node-b)',
        '       node-a, node-b, node-c',
        '    1  TaintToleration: node(s) had untolerated taint(s)',
        '       t-1',
      ].join('\n'),
    );
  });

  test('has only the first nodes of a reason, unless all are asked for', () => {
    const refused = Array.from({ length: 12 }, (_, i) => fullNode(`n${i + 10}`, 100));
    const attempts = [failedAttempt({ refused })];
    expect(textOf({ ...pending, attempts }, 3)).toContain('n10, n11, n12 and 9 more');
    expect(textOf({ ...pending, attempts }, Number.POSITIVE_INFINITY)).toContain('n20, n21');
  });

  test('is told when there is room but for pods that wait for it', () => {
    const attempts = [failedAttempt({ refused: [fullNode('n', 600)] })];
    const text = textOf({ ...pending, attempts }).replaceAll(/\s+/g, ' ');
    expect(text).toContain('at most 600m is free, and pods nominated to the node count too');
  });

  test('has attempts that end alike only once', () => {
    const attempts = [1, 2, 3].map((number) =>
      failedAttempt({ number, startedUs: number * 1_000_000, endedUs: number * 1_000_000 + 5 }),
    );
    const text = textOf({ ...pending, attempts });
    expect(text.match(/^ATTEMPT/gm)).toHaveLength(1);
    expect(text).toContain('Attempts 2 at 2.000000 s, 3 at 3.000000 s end the same way.');
    expect(text).toContain('attempt 3 fails, as before');
  });

  test('has an attempt that is not over when the run ends', () => {
    const attempts = [failedAttempt({ endedUs: undefined })];
    expect(textOf({ ...pending, attempts })).toContain('at 1.150000 s, not over');
  });

  test('says that the nodes of an attempt in the middle of many were not kept', () => {
    const attempts = [failedAttempt({ refused: [], isAbridged: true })];
    const text = textOf({ ...pending, attempts }).replaceAll(/\s+/g, ' ');
    expect(text).toContain('3 of 3 nodes examined, beginning with node-a: which ones was not kept');
    expect(text).not.toContain('Refused:');
  });

  test('has a node that was chosen before the attempt failed', () => {
    const attempts = [failedAttempt({ result: 'error', node: 'node-a', message: 'conflict' })];
    const text = textOf({ ...pending, attempts });
    expect(text).toContain('ATTEMPT 1: error, after node-a was chosen');
    expect(text).toContain('attempt 1 fails after node-a was chosen: conflict');
  });
});

describe('a pod that nobody has tried to schedule', () => {
  const untried = (fields: Parameters<typeof explanation>[0]): string =>
    textOf({ pod: pendingPodRow(), attempts: [], ...fields }).split('\nTIMELINE')[0] ?? '';
  const [move] = explanation().moves;

  test.each([
    ['has no scheduler', { moves: [] }, 'no scheduler of the cluster has taken it up'],
    [
      'names its node itself',
      { moves: [], pod: podRow() },
      'its spec names the node, so that no scheduler was asked',
    ],
    [
      'is kept out',
      { moves: [{ ...move!, gate: { plugin: 'SchedulingGates', reasons: ['closed'] } }] },
      'SchedulingGates keeps it out of activeQ: closed',
    ],
    ['came too late', {}, 'the run ended before its turn came'],
  ])('%s', (_what, fields: Partial<PodExplanation>, expected) => {
    const head = untried(fields);
    expect(head).toContain(`0 attempts to schedule it)\n  why      ${expected}`);
    expect(head.includes('  asks  ')).toBe(fields.moves?.length !== 0);
  });
});

describe('preemption', () => {
  const candidate = (node: string, ...priorities: number[]) => ({
    node,
    victims: priorities.map((priority, i) => victim(`${node}-${i}`, priority)),
    pdbViolations: 0,
    reasons: [] as string[],
    plugin: '',
  });
  const preemption = {
    nominatedNode: 'node-b',
    victims: [victim('low', 0)],
    tried: [candidate('node-a', 3), candidate('node-b', 0)],
    rule: 'lowest priority of the most important victim',
    message: '',
  };
  const textWith = (fields: Partial<typeof preemption>): string =>
    textOf({ attempts: [failedAttempt({ preemption: { ...preemption, ...fields } })] });

  test('names the node, the rule, the victims and the other candidates', () => {
    const text = textWith({});
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'Victims on node-b, which has the lowest priority of the most important victim; the pod is nominated to that node: default/low priority 0 gone at 2.000000 s',
    );
    expect(text).toContain('      node-a  1 victim, highest priority 3, 0 PodDisruptionBudgets');
    expect(text).toContain('    → node-b  1 victim, highest priority 0');
  });

  test.each([
    ['only candidate', 'the only candidate'],
    ['first in order', 'the first tried of equal candidates'],
  ])('says when no rule has decided: %s', (rule, expected) => {
    expect(textWith({ rule }).replaceAll(/\s+/g, ' ')).toContain(expected);
  });

  test('says why nodes are no candidates', () => {
    const reasons = ['Insufficient cpu'];
    const tried = [{ ...candidate('node-a'), reasons, plugin: 'NodeResourcesFit' }];
    const text = textWith({ nominatedNode: '', victims: [], rule: '', tried });
    expect(text).toContain('No victims would make room (1 node tried).');
    expect(text).toContain('node-a  no candidate: NodeResourcesFit: Insufficient cpu');
  });

  test('says when a victim was still there at the end of the run', () => {
    const victims = [{ ...victim('low', 0), deletedUs: undefined }];
    expect(textWith({ victims })).toContain('not gone by the end of the run');
  });
});

describe('the queue', () => {
  const moved = (store: 'active' | 'backoff' | 'unschedulable' | 'gated', event: string) => ({
    timeUs: 1_120_000,
    scheduler: 'kube-scheduler',
    store,
    cause: { event, object: '', plugins: [] as string[] },
    missed: [],
    backoffEndsUs: undefined as number | undefined,
    gate: undefined as { plugin: string; reasons: string[] } | undefined,
  });
  const lineOf = (move: ReturnType<typeof moved>): string =>
    textOf({ moves: [move] }, 10, 200)
      .split('\n')
      .filter((line) => line.includes('1.120000 s'))
      .join('')
      .slice(24);

  test.each([
    ['UnschedulablePodAdd', 'activeQ: new pod (UnschedulablePodAdd)'],
    ['BackoffComplete', 'activeQ: its backoff is over (BackoffComplete)'],
    ['UnschedulableTimeout', 'activeQ: nothing has moved it for too long (UnschedulableTimeout)'],
    ['ForceActivate', 'activeQ: a plugin wants it tried now (ForceActivate)'],
    [
      'PopFromBackoffQ',
      'activeQ: the scheduler is idle and does not wait for the backoff (PopFromBackoffQ)',
    ],
    ['NodeAdd', 'activeQ: NodeAdd'],
  ])('names the cause by its label: %s', (event, expected) => {
    expect(lineOf(moved('active', event))).toBe(expected);
  });

  test('says which object and whose hint, and until when the pod backs off', () => {
    const cause = { event: 'NodeAdd', object: 'Node n-9', plugins: ['NodeResourcesFit'] };
    const move = { ...moved('backoff', ''), cause, backoffEndsUs: 3_000_000 };
    expect(lineOf(move)).toBe(
      'backoffQ until 3 s: NodeAdd of Node n-9 (the hint of NodeResourcesFit is Queue)',
    );
  });

  test('says what happened during a failed attempt', () => {
    const missed = [{ event: 'NodeAdd', object: 'Node n-9', plugins: ['NodeResourcesFit'] }];
    expect(lineOf({ ...moved('active', 'ScheduleAttemptFailure'), missed } as never)).toBe(
      'activeQ: ScheduleAttemptFailure; meanwhile NodeAdd of Node n-9 (the hint of NodeResourcesFit is Queue)',
    );
  });

  test('says who keeps the pod out', () => {
    const gate = { plugin: 'SchedulingGates', reasons: ['waiting for scheduling gates: [a]'] };
    expect(lineOf({ ...moved('gated', 'UnschedulablePodAdd'), gate })).toBe(
      'kept out of activeQ by SchedulingGates: waiting for scheduling gates: [a] (UnschedulablePodAdd)',
    );
  });
});

describe('every text', () => {
  test('is as wide as asked for at most, whatever the names are', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', 'b', '-', '.'),
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 2, maxLength: 6 }),
        fc.integer({ min: 60, max: 160 }),
        (names, width) => {
          const [first = '', ...others] = names;
          const feasible = names.map((node, i) => feasibleNode(node, 90 - i));
          const text = textOf(
            {
              pod: podRow({ name: first }),
              attempts: [
                attempt({
                  feasible,
                  node: first,
                  refused: others.map((node) => fullNode(node, 9)),
                }),
                failedAttempt({ number: 2, message: names.join(' ') }),
              ],
            },
            10,
            width,
          );
          const lines = text.split('\n').slice(1);
          expect(
            lines.filter((line) => [...line].length > width && !/^ATTEMPT/.test(line)),
          ).toEqual([]);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('says the same in colour', () => {
    const paint = (style: string, text: string): string => `<${style}>${text}</>`;
    const painted = explanationText(explanation(), { width: 80, top: 10, color: paint });
    expect(painted).toContain('<heading>TIMELINE</>');
    expect(painted.replaceAll(/<\w+>|<\/>/g, '')).toBe(textOf({}));
  });

  test('has nothing in it that moves a cursor', () => {
    const text = textOf({
      attempts: [failedAttempt({ message: 'a\u001b[2Jb', refused: [fullNode('n\u001b[1m', 1)] })],
    });
    expect(text).not.toContain('\u001b');
  });
});
