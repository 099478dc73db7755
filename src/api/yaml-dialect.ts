/**
 * YAML as kubectl reads it: YAML 1.1 as its Go library resolves it, not as the specification does.
 * `yes`, `no`, `on`, `off`, `y` and `n` are booleans; `0644`, `0o644`, `0x1a4`, `0b1` and `1_000`
 * are integers; `1e3` is a number; `22:22` and dates stay text; `<<` merges.
 *
 * Left out: integers beyond 2^53 lose their last digits, as in any JavaScript number.
 *
 * Source: go-yaml v2 `resolve.go`, which sigs.k8s.io/yaml wraps; reference ecosystem.md §4.2.
 */

import {
  defineScalarTag,
  dump,
  FAILSAFE_SCHEMA,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  type Schema,
  type YAMLException,
} from 'js-yaml';

const nullWords: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);

const booleanWords: ReadonlyMap<string, boolean> = new Map(
  (
    [
      ['y', true],
      ['yes', true],
      ['true', true],
      ['on', true],
      ['n', false],
      ['no', false],
      ['false', false],
      ['off', false],
    ] as const
  ).flatMap(([word, value]) => [
    [word, value] as const,
    [word.charAt(0).toUpperCase() + word.slice(1), value] as const,
    [word.toUpperCase(), value] as const,
  ]),
);

const integerForms: readonly { readonly pattern: RegExp; readonly prefix: string }[] = [
  { pattern: /^[-+]?0[xX]([0-9a-fA-F]+)$/, prefix: '0x' },
  { pattern: /^[-+]?0[bB]([01]+)$/, prefix: '0b' },
  { pattern: /^[-+]?0[oO]?([0-7]+)$/, prefix: '0o' },
  { pattern: /^[-+]?(0|[1-9][0-9]*)$/, prefix: '' },
];
const floatPattern = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const numberStarts: readonly string[] = [...'+-.0123456789'];

/** The integer that a plain scalar stands for, if it is one. */
function resolveInteger(source: string): number | undefined {
  const text = source.replaceAll('_', '');
  for (const { pattern, prefix } of integerForms) {
    const digits = pattern.exec(text)?.[1];
    if (digits !== undefined) {
      const magnitude = Number(prefix + digits);
      return text.startsWith('-') && magnitude !== 0 ? -magnitude : magnitude;
    }
  }
  return undefined;
}

/** The number that a plain scalar stands for, if it is one. Infinities have no JSON form. */
function resolveNumber(source: string): number | undefined {
  const integer = resolveInteger(source);
  if (integer !== undefined) return integer;
  const text = source.replaceAll('_', '');
  return floatPattern.test(text) ? Number(text) : undefined;
}

const nullTag = defineScalarTag('tag:yaml.org,2002:null', {
  implicit: true,
  implicitFirstChars: ['', '~', 'n', 'N'],
  resolve: (source) => (nullWords.has(source) ? null : NOT_RESOLVED),
  identify: () => false,
});
const booleanTag = defineScalarTag('tag:yaml.org,2002:bool', {
  implicit: true,
  implicitFirstChars: [...'yYnNtTfFoO'],
  resolve: (source) => booleanWords.get(source) ?? NOT_RESOLVED,
  identify: () => false,
});
const integerTag = defineScalarTag('tag:yaml.org,2002:int', {
  implicit: true,
  implicitFirstChars: numberStarts,
  resolve: (source) => resolveInteger(source) ?? NOT_RESOLVED,
  identify: () => false,
});
const floatTag = defineScalarTag('tag:yaml.org,2002:float', {
  implicit: true,
  implicitFirstChars: numberStarts,
  resolve: (source) => resolveNumber(source) ?? NOT_RESOLVED,
  identify: () => false,
});
const timestampTag = defineScalarTag('tag:yaml.org,2002:timestamp', {
  resolve: (source) => source,
  identify: () => false,
});

const kubectlSchema: Schema = FAILSAFE_SCHEMA.withTags(
  nullTag,
  booleanTag,
  integerTag,
  floatTag,
  timestampTag,
  mergeTag,
);

/** Deeply nested input is refused rather than allowed to exhaust the stack. */
const maxDepth = 200;

/** Aliases may repeat a value this often; more is an attack, not a manifest. */
const maxAliases = 10_000;

/**
 * The values of every YAML document in `text`, in order.
 *
 * @param duplicateKeys whether a repeated key overrides the former one or is an error.
 * @throws YAMLException of js-yaml for text that is not YAML.
 */
export function loadYaml(text: string, duplicateKeys: 'override' | 'refuse'): readonly unknown[] {
  return loadAll(text, {
    schema: kubectlSchema,
    json: duplicateKeys === 'override',
    maxDepth,
    maxAliases,
  });
}

/** Why `loadYaml` has refused a text. */
export interface YamlRefusal {
  readonly reason: string;
  /** Where, from the start of the text; 0 where the parser does not say. */
  readonly offset: number;
}

const mergeReason = /^cannot merge mappings/;

/** What an error of `loadYaml` says about its text. */
export function refusalOf(error: unknown, text: string): YamlRefusal {
  const { message, reason = message, mark } = error as Error & Partial<YAMLException>;
  const offset = mark?.position ?? 0;
  if (mergeReason.test(reason)) {
    return { reason: '<< takes a mapping, an alias of one, or a list of them', offset };
  }
  // js-yaml marks what follows the sign of an alias.
  return { reason, offset: text[offset - 1] === '*' ? offset - 1 : offset };
}

/** A value as YAML text with the indentation that kubectl prints; ends in a newline. */
export function yamlText(value: unknown): string {
  return dump(value, { seqNoIndent: true, lineWidth: -1, noRefs: true });
}
