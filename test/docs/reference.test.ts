// The pages that are written from the code say what the code says.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { scenarioJsonSchema } from '../../src/scenario/json-schema.js';
import { referencePages } from '../../tools/reference/pages.mjs';
import { root } from '../tidy/source-files.js';
import { documentAt } from './documents.js';

const metricFiles = readdirSync(join(root, 'src/metrics')).filter((name) => name.endsWith('.ts'));

const { properties } = scenarioJsonSchema() as Schema;
let pages: ReadonlyMap<string, string>;

beforeAll(async () => {
  pages = await referencePages(
    (module) => import(join(root, 'src', `${module}.ts`)),
    metricFiles.map((name) => name.slice(0, -'.ts'.length)),
  );
});

describe('a page that is written from the code', () => {
  test.for(['cli', 'csv', 'metrics', 'scenario'])('is docs/%s.md', (name) => {
    const path = `docs/${name}.md`;
    expect(documentAt(path).text, 'Run: npm run build && node tools/write-reference.mjs').toBe(
      pages.get(path),
    );
  });
});

describe('docs/cli.md', () => {
  test('has a section for each command, and what is special to it', () => {
    const text = pages.get('docs/cli.md') ?? '';
    const sections = [...text.matchAll(/^## (\S+)$/gm)].map(([, name]) => name);
    expect(sections).toContain('run');
    expect(sections).toContain('fidelity');
    expect(sections.length).toBeGreaterThan(15);
    const [, check = ''] = /^## check$([\s\S]*?)^## /m.exec(text) ?? [];
    expect(check).toContain('| `--update` | Write the baselines');
    expect(check).toContain('[options that change the input](#options-that-change-the-input)');
    expect(check).not.toContain('--seed');
  });
});

describe('docs/metrics.md', () => {
  test('leaves out no family, since all are exported', () => {
    const hidden = metricFiles.filter((name) =>
      /^const .*\bMetricFamily\b.*= (?:\[|new Map)/m
        .exec(readFileSync(join(root, 'src/metrics', name), 'utf8'))
        ?.some((line) => !/^const (?:rows|inFlight)\b/.test(line)),
    );
    expect(hidden).toEqual([]);
  });
});

describe('docs/scenario.md', () => {
  test('has the fields of a mapping with what they take, their defaults and their meaning', () => {
    const text = pages.get('docs/scenario.md') ?? '';
    expect(text).toContain(
      '| `horizon` | duration | `1h` | Virtual time at which the run ends at the latest. |',
    );
    expect(text).toContain('| `requestTimeout` | duration | `1m` | Of everything but watches. |');
    expect(text).toMatch(/^## workload\.operations\[\] op: createPods$/m);
    expect(text).not.toContain('undefined');
    expect(text).not.toContain('[object');
  });

  test('says of every field what it means, and of each choice what it is', () => {
    expect(unexplained('spec', properties?.['spec'] ?? {})).toEqual([]);
  });

  test('would miss the meaning of a field, wherever it is', () => {
    const said = { description: 'Something.' };
    const choice = { properties: { op: { const: 'go' }, far: said } };
    const inner = {
      ...said,
      items: { anyOf: [{ properties: { name: {} } }, { oneOf: [choice] }] },
    };
    const schema = { properties: { list: inner, map: { additionalProperties: {} } } };
    expect(unexplained('spec', schema)).toEqual(['spec.list[].name', 'spec.list[] go', 'spec.map']);
  });
});

/** A JSON Schema, as far as it holds others. */
interface Schema {
  readonly description?: string;
  readonly const?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema | readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

/** Paths of what nothing is said of. */
function unexplained(path: string, schema: Schema): readonly string[] {
  const { properties = {}, additionalProperties, items = [], anyOf, oneOf, allOf } = schema;
  const fields = Object.entries(properties).flatMap(([name, field]) => {
    const isSaid = field.description !== undefined || field.const !== undefined;
    return [...(isSaid ? [] : [`${path}.${name}`]), ...unexplained(`${path}.${name}`, field)];
  });
  const choices = (oneOf ?? []).flatMap((choice) => {
    const word = Object.values(choice.properties ?? {}).find((each) => each.const !== undefined);
    const isSaid = (choice.description ?? word?.description) !== undefined;
    return isSaid ? [] : [`${path} ${word?.const}`];
  });
  const below = typeof additionalProperties === 'object' ? [additionalProperties] : [];
  const parts = [items].flat().map((item) => unexplained(`${path}[]`, item));
  const others = [anyOf, oneOf, allOf, below].flatMap((each) => each ?? []);
  return [
    ...fields,
    ...parts.flat(),
    ...others.flatMap((each) => unexplained(path, each)),
    ...choices,
  ];
}
