import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { plotSpecs, renderPlotSpecs } from '../../../src/report/svg/plot-specs.js';
import { renderSvg } from '../../../src/report/svg/render-svg.js';
import { distinct } from '../../../src/report/svg/spec.js';
import { emptyResult, podRow, rolloutResult, runResult } from '../fixtures.js';
import { expectGolden } from '../golden.js';

const require = createRequire(import.meta.url);

describe('the plots of a run', () => {
  test('are those that it has data for', () => {
    expect([...plotSpecs(runResult()).keys()]).toEqual([
      'startup',
      'pod-states',
      'pod-progress',
      'latency',
      'convergence',
      'utilisation',
      'queues',
      'nodes',
      'traffic',
    ]);
    expect([...plotSpecs(emptyResult()).keys()]).toEqual([]);
  });

  test('are specifications that the schema of Vega-Lite allows', () => {
    const schema = JSON.parse(
      readFileSync(require.resolve('vega-lite/vega-lite-schema.json'), 'utf8'),
    );
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const validate = ajv.compile(schema);
    for (const [name, text] of renderPlotSpecs(runResult())) {
      expect(validate(JSON.parse(text)), `${name}: ${ajv.errorsText(validate.errors)}`).toBe(true);
    }
  });

  test('stay small however large the run is', () => {
    for (const [name, text] of renderPlotSpecs(rolloutResult(5_000, 1_000))) {
      expect(text.length, name).toBeLessThan(300_000);
    }
  });

  test('are the same bytes in every process', async () => {
    for (const name of ['startup', 'nodes', 'latency']) {
      const spec = plotSpecs(runResult()).get(name);
      const svg = await renderSvg(spec ?? {});
      expect((await renderSvg(spec ?? {})) === svg, name).toBe(true);
      if (name !== 'latency') expectGolden(`${name}.svg`, svg);
    }
  });

  test('are drawn in full, and say what they are', async () => {
    for (const [name, spec] of plotSpecs(runResult())) {
      const svg = await renderSvg(spec);
      expect(svg, name).toMatch(/^<svg [^>]*viewBox=/);
      expect(svg, name).toContain((spec['title'] as { text: string }).text);
      expect(svg, name).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  test('are hardly wider than a page, however long what is said of them', async () => {
    for (const [name, spec] of plotSpecs(runResult())) {
      const [, width] = /^<svg [^>]*width="(\d+)/.exec(await renderSvg(spec)) ?? [];
      expect(Number(width), name).toBeLessThan(1050);
    }
  });

  test('cannot be left by a name', async () => {
    const name = '</text><script>alert(1)</script>';
    const spec = plotSpecs(runResult({ pods: [podRow({ name })] })).get('startup');
    expect(await renderSvg(spec ?? {})).not.toContain('<script');
  });
});

test('names that occur twice are told apart', () => {
  expect(distinct(['a', 'b', 'a', 'a'])).toEqual(['a', 'b', 'a (2)', 'a (3)']);
});
