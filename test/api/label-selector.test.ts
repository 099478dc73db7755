import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileEqualitySelector,
  compileLabelSelector,
  type LabelRequirement,
  type LabelSelector,
  labelRequirements,
  matcherOf,
  parseLabelSelector,
  SelectorError,
} from '../../src/api/label-selector.js';

describe('structured selectors', () => {
  it('select nothing when absent and everything when empty', () => {
    expect(compileLabelSelector(undefined)({ a: 'b' })).toBe(false);
    expect(compileLabelSelector(null)(undefined)).toBe(false);
    expect(compileLabelSelector({})(undefined)).toBe(true);
    expect(compileLabelSelector({ matchLabels: {}, matchExpressions: [] })({ a: 'b' })).toBe(true);
  });

  it.each<[string, LabelSelector, Record<string, string> | undefined, boolean]>([
    ['an equal label', { matchLabels: { a: '1' } }, { a: '1', b: '2' }, true],
    ['another value', { matchLabels: { a: '1' } }, { a: '2' }, false],
    ['a missing label', { matchLabels: { a: '1' } }, undefined, false],
    ['an empty value is not a missing one', { matchLabels: { a: '' } }, {}, false],
    ['an empty value', { matchLabels: { a: '' } }, { a: '' }, true],
    ['all of several', { matchLabels: { a: '1', b: '2' } }, { a: '1', b: '2' }, true],
    ['not all of several', { matchLabels: { a: '1', b: '2' } }, { a: '1' }, false],
    [
      'In',
      { matchExpressions: [{ key: 'a', operator: 'In', values: ['1', '2'] }] },
      { a: '2' },
      true,
    ],
    [
      'In without the key',
      { matchExpressions: [{ key: 'a', operator: 'In', values: ['1'] }] },
      {},
      false,
    ],
    [
      'NotIn without the key',
      { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] },
      {},
      true,
    ],
    [
      'NotIn with the value',
      { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] },
      { a: '1' },
      false,
    ],
    ['Exists', { matchExpressions: [{ key: 'a', operator: 'Exists' }] }, { a: '' }, true],
    ['Exists without the key', { matchExpressions: [{ key: 'a', operator: 'Exists' }] }, {}, false],
    ['DoesNotExist', { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] }, {}, true],
    [
      'labels and expressions together',
      { matchLabels: { a: '1' }, matchExpressions: [{ key: 'b', operator: 'Exists' }] },
      { a: '1' },
      false,
    ],
    [
      'a key that every object inherits',
      { matchExpressions: [{ key: 'toString', operator: 'Exists' }] },
      {},
      false,
    ],
  ])('%s', (_name, selector, labels, expected) => {
    expect(compileLabelSelector(selector)(labels)).toBe(expected);
  });

  it('are compiled once an object', () => {
    const selector: LabelSelector = { matchLabels: { a: '1' } };
    expect(compileLabelSelector(selector)).toBe(compileLabelSelector(selector));
  });

  it('list their labels in order of the keys, then their expressions', () => {
    const requirements = labelRequirements({
      matchLabels: { z: '1', a: '2' },
      matchExpressions: [{ key: 'm', operator: 'Exists' }],
    });
    expect(requirements.map(({ key }) => key)).toEqual(['a', 'z', 'm']);
  });
});

describe('equality selectors', () => {
  it('select nothing when absent or empty', () => {
    expect(compileEqualitySelector(undefined)({ a: '1' })).toBe(false);
    expect(compileEqualitySelector({})({ a: '1' })).toBe(false);
    expect(compileEqualitySelector({ a: '1' })({ a: '1', b: '2' })).toBe(true);
  });
});

describe('text selectors', () => {
  const requirement = (
    key: string,
    operator: LabelRequirement['operator'],
    ...values: readonly string[]
  ): LabelRequirement => ({ key, operator, values });

  it.each<[string, readonly LabelRequirement[]]>([
    ['', []],
    ['  ', []],
    ['a', [requirement('a', 'Exists')]],
    ['!a', [requirement('a', 'DoesNotExist')]],
    ['! a', [requirement('a', 'DoesNotExist')]],
    ['a=b', [requirement('a', 'In', 'b')]],
    ['a==b', [requirement('a', 'In', 'b')]],
    ['a = b', [requirement('a', 'In', 'b')]],
    ['a!=b', [requirement('a', 'NotIn', 'b')]],
    ['a=', [requirement('a', 'In', '')]],
    ['a=,b', [requirement('a', 'In', ''), requirement('b', 'Exists')]],
    ['a in (x,y)', [requirement('a', 'In', 'x', 'y')]],
    ['a in ( x , y )', [requirement('a', 'In', 'x', 'y')]],
    ['a notin (x)', [requirement('a', 'NotIn', 'x')]],
    ['a in ()', [requirement('a', 'In', '')]],
    ['a in (,x)', [requirement('a', 'In', '', 'x')]],
    ['a>1', [requirement('a', 'Gt', '1')]],
    ['a < -5', [requirement('a', 'Lt', '-5')]],
    ['app.kubernetes.io/name=web', [requirement('app.kubernetes.io/name', 'In', 'web')]],
    ['in', [requirement('in', 'Exists')]],
    ['in in (in)', [requirement('in', 'In', 'in')]],
    [
      'a=b,c!=d,e in (x,y),!f',
      [
        requirement('a', 'In', 'b'),
        requirement('c', 'NotIn', 'd'),
        requirement('e', 'In', 'x', 'y'),
        requirement('f', 'DoesNotExist'),
      ],
    ],
  ])('%j is read', (text, expected) => {
    expect(parseLabelSelector(text)).toEqual(expected);
  });

  it.each<[string, string]>([
    [',a', "found ',', expected: identifier"],
    ['a,', "found '', expected: identifier after ','"],
    ['a b', "found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['a in x', "found 'x', expected: '('"],
    ['a in (x', "found '', expected: ',' or ')'"],
    ['a in (x y)', "found 'y', expected: ',' or ')'"],
    ['!', "found '', expected: identifier"],
    ['=b', "found '=', expected: identifier"],
    ['a>x', `Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`],
  ])('%j is refused', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(SelectorError);
    expect(() => parseLabelSelector(text)).toThrow(message);
  });

  it('compare integers exactly', () => {
    const matches = matcherOf(parseLabelSelector('n>9007199254740992'));
    expect(matches({ n: '9007199254740993' })).toBe(true);
    expect(matches({ n: '9007199254740992' })).toBe(false);
    expect(matches({ n: 'many' })).toBe(false);
    expect(matches({})).toBe(false);
    expect(matches({ n: '99999999999999999999' })).toBe(false);
  });
});

const key = fc.constantFrom('a', 'b', 'c');
const value = fc.constantFrom('1', '2', '');
const labels = fc.dictionary(key, value, { maxKeys: 3 });

describe('selector laws', () => {
  it('NotIn is the opposite of In, and DoesNotExist of Exists', () => {
    fc.assert(
      fc.property(
        key,
        fc.array(value, { minLength: 1, maxLength: 3 }),
        labels,
        (k, values, set) => {
          const holds = (operator: LabelRequirement['operator']): boolean =>
            matcherOf([{ key: k, operator, values }])(set);
          expect(holds('NotIn')).toBe(!holds('In'));
          expect(holds('DoesNotExist')).toBe(!holds('Exists'));
          if (holds('In')) expect(holds('Exists')).toBe(true);
        },
      ),
    );
  });

  it('more requirements never select more', () => {
    const requirement = fc.record({
      key,
      operator: fc.constantFrom<LabelRequirement['operator']>(
        'In',
        'NotIn',
        'Exists',
        'DoesNotExist',
      ),
      values: fc.array(value, { minLength: 1, maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 4 }), requirement, labels, (all, one, set) => {
        expect(matcherOf([...all, one])(set)).toBe(matcherOf(all)(set) && matcherOf([one])(set));
      }),
    );
  });

  it('text and structure select the same', () => {
    fc.assert(
      fc.property(labels, labels, (wanted, set) => {
        const text = Object.keys(wanted)
          .map((k) => `${k}=${wanted[k] ?? ''}`)
          .join(',');
        expect(matcherOf(parseLabelSelector(text))(set)).toBe(
          compileLabelSelector({ matchLabels: wanted })(set),
        );
      }),
    );
  });

  it('never throws anything but a SelectorError for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab=!,()<> in1') }), (text) => {
        try {
          parseLabelSelector(text);
        } catch (error) {
          expect(error).toBeInstanceOf(SelectorError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
