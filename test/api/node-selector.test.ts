import { describe, expect, it } from 'vitest';
import type { NodeSelectorRequirement, NodeSelectorTerm } from '../../src/api/affinity.js';
import type { Node } from '../../src/api/node.js';
import {
  compileNodeSelector,
  compileNodeSelectorTerm,
  nodeSelectorTermProblems,
} from '../../src/api/node-selector.js';

const node: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n', labels: { gen: '7', disk: 'ssd' } },
  spec: {},
};

function expression(
  key: string,
  operator: NodeSelectorRequirement['operator'],
  ...values: string[]
): NodeSelectorTerm {
  return { matchExpressions: [{ key, operator, values }] };
}

const named = (operator: NodeSelectorRequirement['operator'], ...values: string[]) => ({
  matchFields: [{ key: 'metadata.name', operator, values }],
});

const labelRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', " +
  'and must start and end with an alphanumeric character ' +
  "(e.g. 'MyValue',  or 'my_value',  or '12345', " +
  "regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const integerRule = "for 'Gt', 'Lt' operators, the value must be an integer";

describe('a term that the scheduler cannot use', () => {
  it.each<[string, NodeSelectorTerm, string]>([
    [
      'an integer that is no label value',
      expression('gen', 'Gt', '-4'),
      `t.matchExpressions[0].values[0][gen]: Invalid value: "-4": ${labelRule}`,
    ],
    [
      'a value with a space',
      expression('disk', 'NotIn', 'x', 'a b'),
      `t.matchExpressions[0].values[1][disk]: Invalid value: "a b": ${labelRule}`,
    ],
    [
      'text to compare with',
      expression('gen', 'Lt', 'new'),
      `t.matchExpressions[0].values[0]: Invalid value: "new": ${integerRule}`,
    ],
    [
      'two integers to compare with',
      expression('gen', 'Gt', '1', '2'),
      't.matchExpressions[0].values: Invalid value: ["1","2"]: ' +
        "for 'Gt', 'Lt' operators, exactly one value is required",
    ],
    [
      'a choice of nothing',
      expression('disk', 'In'),
      't.matchExpressions[0].values: Invalid value: []: ' +
        "for 'in', 'notin' operators, values set can't be empty",
    ],
    [
      'values that cannot matter',
      expression('disk', 'Exists', 'ssd'),
      't.matchExpressions[0].values: Invalid value: ["ssd"]: ' +
        'values set must be empty for exists and does not exist',
    ],
    [
      'several names',
      named('In', 'n', 'm'),
      't.matchFields[0].values: Invalid value: 2: must have one element',
    ],
    [
      'a field that only has to exist',
      named('Exists'),
      't.matchFields[0].operator: Unsupported value: "Exists": supported values: "In", "NotIn"',
    ],
  ])('%s: is told so, and matches no node', (_name, term, problem) => {
    expect(nodeSelectorTermProblems(term, 't')).toEqual([problem]);
    expect(compileNodeSelectorTerm(term)(node)).toBe(false);
  });

  it('has a key that is no label key', () => {
    const [problem] = nodeSelectorTermProblems(expression('-x', 'Exists'), '[3]');
    expect(problem).toMatch(/^\[3\]\.matchExpressions\[0\]\.key: Invalid value: "-x": name part/);
  });

  it('lists everything that is wrong in order', () => {
    const term = {
      matchExpressions: [
        { key: 'gen', operator: 'Gt' as const, values: ['_'] },
        { key: 'disk', operator: 'In' as const, values: [] },
      ],
      ...named('NotIn'),
    };
    const places = nodeSelectorTermProblems(term, 't').map((text) => text.split(':')[0]);
    expect(places).toEqual([
      't.matchExpressions[0].values[0]',
      't.matchExpressions[0].values[0][gen]',
      't.matchExpressions[1].values',
      't.matchFields[0].values',
    ]);
  });
});

describe('a term without problems', () => {
  it.each<[string, NodeSelectorTerm, boolean]>([
    ['a label', expression('disk', 'In', 'ssd', 'nvme'), true],
    ['an absent label', expression('tier', 'NotIn', 'x'), true],
    ['a smaller number', expression('gen', 'Gt', '6'), true],
    ['a number that is not smaller', expression('gen', 'Gt', '7'), false],
    ['an empty value', expression('disk', 'In', ''), false],
    ['the name', named('In', 'n'), true],
    ['another name', named('NotIn', 'm'), true],
    ['the name and another label', { ...named('In', 'n'), ...expression('x', 'Exists') }, false],
    ['nothing at all', {}, false],
  ])('%s', (_name, term, expected) => {
    expect(nodeSelectorTermProblems(term, '')).toEqual([]);
    expect(compileNodeSelectorTerm(term)(node)).toBe(expected);
  });

  it('still counts beside one with a problem', () => {
    const nodeSelectorTerms = [expression('gen', 'Gt', '-4'), expression('disk', 'In', 'ssd')];
    expect(compileNodeSelector({ nodeSelectorTerms })(node)).toBe(true);
  });
});
