// The pages that are written from the code say what the code says.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { referencePages } from '../../tools/reference/pages.mjs';
import { root } from '../tidy/source-files.js';
import { documentAt } from './documents.js';

const metricFiles = readdirSync(join(root, 'src/metrics')).filter((name) => name.endsWith('.ts'));

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
});
