// Go templates as scheduler_perf's files use them: what they render to, and what is refused where.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GoTemplate, TemplateError } from '../../src/workload/go-template.js';

const data = new Map<string, number | string | boolean>([
  ['Index', 7],
  ['Count', 30],
  ['zone', 'a'],
  ['isLarge', true],
]);

const render = (text: string): string => new GoTemplate(text).render(data);

function failure(text: string): { message: string; offset: number } {
  try {
    render(text);
  } catch (error) {
    expect(error).toBeInstanceOf(TemplateError);
    const { message, offset } = error as TemplateError;
    return { message, offset };
  }
  throw new Error(`${text} was rendered`);
}

describe('an action', () => {
  test.each([
    ['name: pod-{{.Index}}', 'name: pod-7'],
    ['name: pod-{{ .Index }}', 'name: pod-7'],
    ['a {{.Index}} of {{.Count}} b', 'a 7 of 30 b'],
    ['{{ .zone }}/{{ .isLarge }}', 'a/true'],
    ['{{ 12 }}, {{ "text" }}, {{ false }}', '12, text, false'],
    ['80{{ Mod .Index 4 }}', '803'],
    ['{{ DivideInt 30000 .Count }}Mi', '1000Mi'],
    ['{{ DivideInt .Index 2 }}', '3'],
    ['{{ DivideInt -7 2 }}', '-3'],
    ['{{ Mod -7 4 }}', '-3'],
    ['{{ DivideFloat .Index 2 }}', '3.5'],
    ['{{ AddInt .Index .Count 1 }}', '38'],
    ['{{ AddInt (MultiplyInt .Index 2) 1 }}', '15'],
    ['{{ SubtractInt (AddInt 1 (Mod .Index 5)) 1 }}', '2'],
    ['{{ MultiplyFloat .Index 0.5 }}', '3.5'],
    ['{{ SubtractFloat 1 0.5 }}', '0.5'],
    ['{{ AddFloat "1.5" 1 }}', '2.5'],
  ])('%s gives %s', (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  test('with a dash takes the white space beside it away', () => {
    expect(render('a \n {{- .Index -}} \n b')).toBe('a7b');
    expect(render('a {{- .Index }} b')).toBe('a7 b');
  });

  test('that is a comment leaves nothing', () => {
    expect(render('a{{/* why */}}b')).toBe('ab');
  });
});

describe('a template', () => {
  test('without actions is constant and renders to itself', () => {
    const template = new GoTemplate('kind: Pod\nspec: {}\n');
    expect(template.isConstant).toBe(true);
    expect(template.render(new Map())).toBe('kind: Pod\nspec: {}\n');
  });

  test('with an action is not constant', () => {
    expect(new GoTemplate('{{ 1 }}').isConstant).toBe(false);
  });

  test('renders differently for other data', () => {
    const template = new GoTemplate('{{ .Index }}');
    const texts = [0, 1, 2].map((index) => template.render(new Map([['Index', index]])));
    expect(texts).toEqual(['0', '1', '2']);
  });
});

describe('what is refused, and where', () => {
  test.each([
    ['a {{ if .Index }}x{{ end }}', 'function "if" is not one of AddFloat, AddInt', 5],
    ['{{ range .Nodes }}', 'function "range" is not one of', 3],
    ['{{ .Index | quote }}', 'the action ".Index | quote" is not understood at "| quote"', 10],
    ['{{ Mod .Index }}', 'Mod takes 2 arguments, not 1', 3],
    ['{{ DivideInt 1 2 3 }}', 'DivideInt takes 2 arguments, not 3', 3],
    ['{{ AddInt Mod 1 }}', 'is not understood at "Mod 1"', 10],
    ['{{ (AddInt 1 2 }}', 'is not understood', 14],
    ['{{ }}', 'is not understood', 2],
    ['x: {{ .Missing }}', '.Missing is none of .Index, .Count, .zone, .isLarge', 6],
    ['{{ DivideInt 1 0 }}', 'division by zero', 3],
    ['{{ Mod 1 0 }}', 'division by zero', 3],
    ['{{ AddInt .zone 1 }}', '"a" is no number', 10],
    ['{{ AddInt .isLarge 1 }}', 'true is no number', 10],
  ])('%s', (text, message, offset) => {
    const found = failure(text);
    expect(found.message).toContain(message);
    expect(found.offset).toBe(offset);
  });
});

describe('arithmetic', () => {
  /** An expression as a template writes it, and what it comes to for an index. */
  interface Sum {
    readonly text: string;
    readonly of: (index: number) => number;
  }

  const number: fc.Arbitrary<Sum> = fc
    .integer({ min: -99, max: 99 })
    .map((value) => ({ text: String(value), of: () => value }));
  const index: fc.Arbitrary<Sum> = fc.constant({ text: '.Index', of: (i) => i });

  const { expression } = fc.letrec<{ expression: Sum }>((tie) => {
    const both = fc.tuple(tie('expression'), tie('expression'));
    const call = (name: string, of: (a: number, b: number) => number) =>
      both.map(([a, b]) => ({
        text: `(${name} ${a.text} ${b.text})`,
        of: (i: number) => of(a.of(i), b.of(i)),
      }));
    return {
      expression: fc.oneof(
        { maxDepth: 4 },
        number,
        index,
        call('AddInt', (a, b) => a + b),
        call('SubtractInt', (a, b) => a - b),
        call('MultiplyInt', (a, b) => a * b),
      ),
    };
  });

  test('of nested calls is that of the same sums', () => {
    fc.assert(
      fc.property(expression, fc.nat({ max: 50 }), (sum, i) => {
        const template = new GoTemplate(`<{{ ${sum.text} }}>`);
        expect(template.render(new Map([['Index', i]]))).toBe(`<${sum.of(i) + 0}>`);
        expect(template.isConstant).toBe(false);
      }),
    );
  });

  test('of division and remainder goes towards 0, as in Go', () => {
    const whole = fc.integer({ min: -50, max: 50 });
    fc.assert(
      fc.property(whole, whole, (a, b) => {
        fc.pre(b !== 0);
        const text = `{{ DivideInt ${a} ${b} }} {{ Mod ${a} ${b} }}`;
        const [quotient, rest] = new GoTemplate(text).render(new Map()).split(' ').map(Number);
        expect((quotient ?? 0) * b + (rest ?? 0)).toBe(a);
        expect(Math.abs(rest ?? 0)).toBeLessThan(Math.abs(b));
        expect((rest ?? 0) === 0 || (rest ?? 0) > 0 === a > 0).toBe(true);
      }),
    );
  });
});
