// Go templates as the files of scheduler_perf, ClusterLoader2 and kube-burner use them: what they
// render to, and what is refused where.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomRoot } from '../../../src/kernel/random-stream.js';
import {
  GoTemplate,
  type TemplateData,
  TemplateError,
  type TemplateValue,
} from '../../../src/scenario/go-template/go-template.js';

const data: TemplateData = new Map<string, TemplateValue>([
  ['Index', 7],
  ['Count', 30],
  ['zone', 'a'],
  ['isLarge', true],
  ['list', ['x', 'y']],
  ['map', { b: 2, a: { c: 'deep' } }],
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

describe('an action of ClusterLoader2', () => {
  test.each([
    ['{{ DefaultParam .CL2_PODS 5000 }}', '5000'],
    ['{{ DefaultParam .Index 5000 }}', '7'],
    ['{{ DefaultParam .isLarge false }}', 'true'],
    ['{{ DivideFloat .Count 4 | AddInt 180 }}', '187'],
    ['{{ MaxInt 3 .Index 5 }} {{ MinInt 3 .Index 5 }}', '7 3'],
    ['{{ IfThenElse (ge .Count 30) "60s" "15s" }}', '60s'],
    ['{{ Concat "reg" "/pause" }}', 'reg/pause'],
    ['{{ YamlQuote "a: \\"b\\"" 4 }}', '"a: \\"b\\""'],
    ['{{ RandDataWithSeed 5 .zone }}', 'a-a-a'],
    ['{{ $n := AddInt 1 2 }}{{ $n = MultiplyInt $n 2 }}{{ $n }}', '6'],
    ['{{ if and .isLarge (not .Missing) }}yes{{ else }}no{{ end }}', 'yes'],
    ['{{ if .Missing }}a{{ else if eq .zone "b" "a" }}b{{ else }}c{{ end }}', 'b'],
    ['{{ if false }}a{{ else if false }}b{{ else }}c{{ end }}', 'c'],
    ['{{ range $i := Loop 3 }}<{{ $i }}>{{ end }}', '<0><1><2>'],
    ['{{ range $i, $v := .list }}{{ $i }}={{ $v }} {{ end }}', '0=x 1=y '],
    ['{{ range .list }}{{ . }}{{ end }}', 'xy'],
    ['{{ range .Missing }}a{{ else }}none{{ end }}', 'none'],
    ['{{ range $k, $v := .map }}{{ $k }}{{ end }}', 'ab'],
    ['{{ range Loop 2 }}{{ $.Index }}{{ end }}', '77'],
    ['{{ $n := 0 }}{{ range Loop 4 }}{{ $n = AddInt $n 1 }}{{ end }}{{ $n }}', '4'],
    ['{{ with $z := .zone }}{{ $z }}{{ . }}{{ end }}', 'aa'],
    ['{{ with .Missing }}a{{ else }}b{{ end }}', 'b'],
    ['{{ .map.a.c }} {{ index .map "b" }} {{ index .list 1 }} {{ len .list }}', 'deep 2 y 2'],
    ['{{ (index .map "a").c }}', 'deep'],
    ['{{ .list }} {{ .map }}', '[x y] map[a:map[c:deep] b:2]'],
    ['{{ printf "%s-%03d %5.1f%% %q" .zone .Index 2.25 "t" }}', 'a-007   2.3% "t"'],
  ])('%s gives %s', (text, expected) => {
    expect(render(text)).toBe(expected);
  });
});

describe('an action of Sprig', () => {
  test.each([
    ['{{ add .Index 1 }} {{ sub 5 2 }} {{ mul 2 3 4 }} {{ div 7 2 }} {{ mod 7 2 }}', '8 3 24 3 1'],
    ['{{ default "unset" .Missing }} {{ default "unset" .zone }}', 'unset a'],
    ['{{ $l := list }}{{ $l = append $l "x" }}{{ toJson $l }}', '["x"]'],
    ['{{ range $i, $e := until 2 }}{{ $i }}{{ $e }}{{ end }}', '0011'],
    ['{{ "ab" | upper | quote }} {{ "hi" | b64enc }}', '"AB" aGk='],
    ['{{ (dict "n" 4).n }} {{ ternary "y" "n" .isLarge }}', '4 y'],
    ['{{ if env `HOME` }}set{{ else }}unset{{ end }}', 'unset'],
    ['{{ join "," .list }}', 'x,y'],
  ])('%s gives %s', (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  test('reads variables of the environment that it is given', () => {
    const environment = new Map([['GC', 'true']]);
    expect(new GoTemplate('{{ env "GC" }}').render(data, { environment })).toBe('true');
  });
});

describe('random values', () => {
  test('are the same for the same stream, and stay in their range', () => {
    const template = new GoTemplate('{{ range Loop 40 }}{{ RandIntRange 3 6 }} {{ end }}');
    const draw = (): string =>
      template.render(data, { random: new RandomRoot('1').stream('pods') });
    expect(draw()).toBe(draw());
    expect(new Set(draw().trim().split(' '))).toEqual(new Set(['3', '4', '5']));
  });

  test('of an empty range are its beginning', () => {
    const random = new RandomRoot('1').stream('x');
    expect(new GoTemplate('{{ RandIntRange 4 4 }}').render(data, { random })).toBe('4');
  });

  test('as text have the length that was asked for', () => {
    const random = new RandomRoot('1').stream('x');
    expect(new GoTemplate('{{ randAlphaNum 16 }}').render(data, { random })).toMatch(
      /^[A-Za-z0-9]{16}$/,
    );
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

describe('templates within a template', () => {
  const render = (text: string) => new GoTemplate(text).render(data);

  test('print nothing where they are defined, and themselves wherever they are called', () => {
    const text = '{{ define "x" }}<{{ . }}>{{ end }}{{ template "x" 1 }}{{ template "x" "a" }}';
    expect(render(text)).toBe('<1><a>');
    expect(render('{{ template `x` 2 }}{{ define `x` }}{{ add . 1 }}{{ end }}')).toBe('3');
  });

  test('see what they are given, as dot and as $, and nothing else', () => {
    const body = '{{ range $i := until $.n }}{{ $i }}{{ $.name }}{{ . }} {{ end }}';
    const text = `{{ define "f" }}${body}{{ end }}{{ template "f" (dict "n" 2 "name" "-") }}`;
    expect(render(text)).toBe('0-0 1-1 ');
    const outside = '{{ define "f" }}{{ .Index }}{{ end }}{{ template "f" (dict "n" 2) }}';
    expect(() => render(outside)).toThrow('.Index is none of .n');
    const variable = '{{ $x := 1 }}{{ template "f" }}{{ define "f" }}{{ $x }}{{ end }}';
    expect(() => render(variable)).toThrow('there is no variable $x');
  });

  test('without a value have none', () => {
    const text = '{{ define "f" }}{{ if . }}a{{ else }}b{{ end }}{{ end }}{{ template "f" }}';
    expect(render(text)).toBe('b');
  });

  test('a block is defined where it is called, unless something else has its name', () => {
    expect(render('{{ block "b" .Index }}({{ . }}){{ end }}')).toBe('(7)');
    const other = '{{ define "b" }}other{{ end }}';
    expect(render(`${other}{{ block "b" .Index }}({{ . }}){{ end }}`)).toBe('other');
    expect(render(`{{ block "b" .Index }}({{ . }}){{ end }}${other}`)).toBe('other');
  });

  test('lines can be moved to where YAML wants them', () => {
    expect(render('a:{{ "b: 1\\nc: 2" | nindent 2 }}')).toBe('a:\n  b: 1\n  c: 2');
    expect(render('{{ indent 3 "x" }}')).toBe('   x');
  });
});

describe('what is refused, and where', () => {
  test.each([
    ['a {{ if .Index }}x', '"if" has no end', 4],
    ['{{ range .Nodes }}', '"range" has no end', 2],
    ['{{ if 1 }}a{{ else }}b{{ else }}c{{ end }}', '"if" has no end', 2],
    ['a {{ end }}', '"end" has no block before it', 4],
    ['{{ else }}', '"else" has no block before it', 2],
    ['{{ template "x" . }}', 'no template "x" is defined', 2],
    ['{{ define "y" }}{{ end }}{{ template "x" . }}', 'is defined, but "y"', 27],
    ['{{ template x }}', 'a template has a name in quotation marks', 2],
    ['{{ define "x" . }}{{ end }}', 'is not understood at "."', 14],
    ['{{ define "x" }}', '"define" has no end', 2],
    ['{{ if 1 }}{{ define "x" }}{{ end }}{{ end }}', 'a define stands inside a block', 12],
    ['{{ define "x" }}{{ template "x" }}{{ end }}{{ template "x" }}', 'call each other', 18],
    ['{{ range .list }}{{ break }}{{ end }}', 'the action "break" is not supported', 19],
    ['{{ .Index | nothing }}', 'function "nothing" is not one of AddFloat, AddInt', 12],
    ['{{ .Index | .Count }}', 'is not understood', 12],
    ['{{ $x }}', 'there is no variable $x', 3],
    ['{{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}', 'there is no variable $x', 38],
    ['{{ $x = 1 }}', 'there is no variable $x', 8],
    ['{{ range .Index }}{{ end }}', 'range cannot go over 7', 9],
    ['{{ RandInt 5 }}', 'random values have no place here', 3],
    ['{{ Loop 2000000 }}', 'a loop of 2000000 rounds', 3],
    ['{{ index .list 9 }}', 'there is no 9 in it', 3],
    ['{{ lt .map 3 }}', 'is no number', 6],
    ['{{ Mod .Index }}', 'Mod takes 2 arguments, not 1', 3],
    ['{{ DivideInt 1 2 3 }}', 'DivideInt takes 2 arguments, not 3', 3],
    ['{{ AddInt Mod 1 }}', 'is not understood at "Mod 1"', 10],
    ['{{ (AddInt 1 2 }}', 'is not understood', 14],
    ['{{ }}', 'is not understood', 2],
    ['x: {{ .Missing }}', '.Missing is none of .Index, .Count, .zone, .isLarge, .list', 6],
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
